using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Metrics;

/// <summary>
/// ROAD (Rong et al. 2022, arXiv 2202.00449): what the probability changes where a part of the pixels is removed, the most relevant first
/// (MoRF) or the least relevant first (LeRF), and filled from what is around them.
/// </summary>
/// <remarks>
/// pytorch-grad-cam removes all pixels from a percentile of the values on. On a map with ties, such as any after a ReLU, that is more than
/// was asked for, often everything. Here exactly the part that is asked for is removed, in <see cref="PixelOrder"/>. Both are the same on a
/// map without ties, and <see cref="FromPercentile"/> has the other.
/// </remarks>
internal static class Road
{
    /// <summary>How much of the pixels is removed, in percent.</summary>
    public static IReadOnlyList<int> Parts { get; } = [10, 20, 30, 40, 50, 60, 70, 80, 90];

    /// <summary>
    /// A little noise on what was filled in, as a standard deviation in units of the normalised input: without it, a network might see
    /// where it is smooth. The authors' number.
    /// </summary>
    public const double Noise = 0.01;

    /// <summary>The first pixels of an order that make up a part of all, in percent.</summary>
    public static bool[] First(IReadOnlyList<int> order, int part)
    {
        bool[] removed = new bool[order.Count];
        foreach (int place in order.Take((int)Math.Round(part / 100.0 * order.Count, MidpointRounding.AwayFromZero)))
        {
            removed[place] = true;
        }
        return removed;
    }

    /// <summary>All pixels from a percentile of the values on, ties and all: pytorch-grad-cam's rule.</summary>
    public static bool[] FromPercentile(double[] values, double percentile)
    {
        double limit = Percentile.Of(values, percentile);
        return Array.ConvertAll(values, value => value >= limit);
    }

    /// <summary>What the probability is without the pixels that each of several choices removes.</summary>
    /// <param name="passes">Says it.</param>
    /// <param name="input">The image, <c>[1, 3, H, W]</c>.</param>
    /// <param name="choices">Which pixels are removed, each row by row.</param>
    /// <param name="noise">What is added to what was filled in, <c>[1, 3, H, W]</c>; null for nothing.</param>
    /// <param name="within">See <see cref="NeighbourFill.Fill"/>.</param>
    public static double[] Without(ProbabilityPasses passes, Tensor input, IReadOnlyList<bool[]> choices, Tensor? noise, double within)
    {
        long[] shape = input.shape;
        float[] planes = input.to(CPU).contiguous().data<float>().ToArray();
        float[][] filled = new float[choices.Count][];
        Parallel.For(0, choices.Count, i =>
            filled[i] = new NeighbourFill(choices[i], (int)shape[2], (int)shape[3]).Fill(planes, within));
        return passes.Of(choices.Count, (first, count) =>
        {
            Tensor[] images = [.. Enumerable.Range(first, count).Select(i =>
            {
                Tensor image = tensor(filled[i]).view(shape).to(input.device);
                return noise is null ? image : where(tensor(choices[i]).view(shape[2], shape[3]).to(input.device), image.Plus(noise),
                    image);
            })];
            return cat(images, 0);
        });
    }
}
