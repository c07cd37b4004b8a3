using System.Numerics;

namespace EasyExplain.Imaging;

/// <summary>Resizes pictures and maps as PyTorch (bilinear, antialias) and Pillow (BICUBIC) do, straight from their own samples.</summary>
/// <remarks>
/// Done here and not with torch: a photo of 20 million pixels needs no copy in float32, and of a crop only what it shows is computed.
/// </remarks>
internal static class Resampler
{
    /// <summary>Resizes one picture.</summary>
    /// <param name="source">[height, width, channels], interleaved, top row first.</param>
    /// <param name="width">Pixels in a row of the source.</param>
    /// <param name="channels">Samples of a pixel.</param>
    /// <param name="columns">The horizontal axis.</param>
    /// <param name="rows">The vertical axis.</param>
    /// <returns>[rows.Length, columns.Length, channels]. Bicubic values may overshoot the source's range.</returns>
    internal static float[] Resize<T>(ReadOnlySpan<T> source, int width, int channels, ResampleAxis columns, ResampleAxis rows)
        where T : unmanaged, INumberBase<T>
    {
        float[] output = new float[rows.Length * columns.Length * channels];
        int begin = columns.Begin * channels;
        float[] line = new float[columns.End * channels - begin];
        for (int y = 0; y < rows.Length; y++)
        {
            Array.Clear(line);
            ReadOnlySpan<float> weights = rows.Weights(y);
            for (int k = 0; k < weights.Length; k++)
                AddScaled(source.Slice((rows.First(y) + k) * width * channels + begin, line.Length), weights[k], line);
            ResizeLine(line, begin, channels, columns, output.AsSpan(y * columns.Length * channels));
        }
        return output;
    }

    private static void AddScaled<T>(ReadOnlySpan<T> samples, float weight, Span<float> sum)
        where T : unmanaged, INumberBase<T>
    {
        for (int i = 0; i < sum.Length; i++)
            sum[i] += weight * float.CreateTruncating(samples[i]);
    }

    private static void ResizeLine(ReadOnlySpan<float> line, int begin, int channels, ResampleAxis columns, Span<float> output)
    {
        for (int x = 0, at = 0; x < columns.Length; x++)
        {
            ReadOnlySpan<float> weights = columns.Weights(x);
            int first = columns.First(x) * channels - begin;
            for (int c = 0; c < channels; c++)
            {
                float sum = 0;
                for (int k = 0; k < weights.Length; k++)
                    sum += weights[k] * line[first + k * channels + c];
                output[at++] = sum;
            }
        }
    }
}
