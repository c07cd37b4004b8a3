namespace EasyExplain.Imaging;

/// <summary>One axis of a resize: which samples make up each output sample, and with what weights.</summary>
/// <remarks>
/// Output sample i has its centre at <c>start + (i + 0.5) · scale</c> of the source (align_corners=false). When the source is reduced the
/// kernel is stretched by the scale, which is what PyTorch calls antialias and Pillow always does; at the borders the weights are
/// normalised over the samples that exist.
/// </remarks>
internal sealed class ResampleAxis
{
    private readonly double[][] _exact;
    private readonly float[][] _weights;
    private readonly int[] _first;

    /// <summary>Works out all weights of an axis.</summary>
    /// <param name="from">Where the source begins: before its first sample's end.</param>
    /// <param name="to">Where it ends. A sample that lies only partly in the source counts as much less.</param>
    /// <param name="start">Where in the source the output begins, in source samples.</param>
    /// <param name="scale">Source samples per output sample, over 0.</param>
    /// <param name="length">Output samples; each centre must lie inside the source.</param>
    /// <param name="kernel">How to interpolate.</param>
    internal ResampleAxis(double from, double to, double start, double scale, int length, ResampleKernel kernel)
    {
        _exact = new double[length][];
        _first = new int[length];
        double stretch = kernel.IsStretched ? Math.Max(scale, 1) : 1, support = kernel.Support * stretch;
        for (int i = 0; i < length; i++)
        {
            double center = start + (i + 0.5) * scale;
            if (support == 0)
            {
                _first[i] = Math.Clamp((int)center, (int)from, (int)Math.Ceiling(to) - 1);
                _exact[i] = [1];
                continue;
            }
            int first = Math.Max((int)from, (int)(center - support + 0.5));
            int end = Math.Min((int)Math.Ceiling(to), (int)(center + support + 0.5));
            double[] weights = new double[end - first];
            for (int k = 0, sample = first; k < weights.Length; k++, sample++)
                weights[k] = kernel.Weight((sample + 0.5 - center) / stretch) * (Math.Min(sample + 1, to) - Math.Max(sample, from));
            double sum = weights.Sum();
            _first[i] = first;
            _exact[i] = Array.ConvertAll(weights, w => w / sum);
        }
        _weights = Array.ConvertAll(_exact, weights => Array.ConvertAll(weights, w => (float)w));
    }

    /// <summary>Output samples.</summary>
    internal int Length => _first.Length;

    /// <summary>The most source samples that one output sample is made of.</summary>
    internal int Longest => _weights.Max(weights => weights.Length);

    /// <summary>The first source sample of output sample <paramref name="i"/>.</summary>
    internal int First(int i) => _first[i];

    /// <summary>The weights of the source samples from <see cref="First"/> on; their sum is 1.</summary>
    internal ReadOnlySpan<float> Weights(int i) => _weights[i];

    /// <summary>The same in double precision.</summary>
    internal double[] ExactWeights(int i) => _exact[i];
}
