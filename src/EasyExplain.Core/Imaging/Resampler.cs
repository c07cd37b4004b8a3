using System.Numerics;

namespace EasyExplain.Imaging;

/// <summary>Resizes pictures and maps as PyTorch (bilinear, antialias) and Pillow (BICUBIC) do, straight from their own samples.</summary>
/// <remarks>
/// Done here and not with torch: a photo of 20 million pixels needs no copy in float32, and of a crop only what it shows is computed.
/// </remarks>
internal static class Resampler
{
    /// <summary>Resizes one picture: across, then down.</summary>
    /// <param name="source">[height, width, channels], interleaved, top row first.</param>
    /// <param name="width">Pixels in a row of the source.</param>
    /// <param name="channels">Samples of a pixel.</param>
    /// <param name="columns">The horizontal axis.</param>
    /// <param name="rows">The vertical axis.</param>
    /// <returns>
    /// [rows.Length, columns.Length, channels]. Bicubic values overshoot at edges: those of bytes are clamped to 0..255 in both
    /// directions, as Pillow does; others may leave the source's range.
    /// </returns>
    internal static float[] Resize<T>(ReadOnlySpan<T> source, int width, int channels, ResampleAxis columns, ResampleAxis rows)
        where T : unmanaged, INumberBase<T>
    {
        int length = columns.Length * channels;
        float[] output = new float[rows.Length * length];
        float[][] lines = [.. Enumerable.Range(0, rows.Longest).Select(_ => new float[length])]; // resized rows of the source, in turn
        int next = 0;
        for (int y = 0; y < rows.Length; y++)
        {
            ReadOnlySpan<float> weights = rows.Weights(y);
            Span<float> sum = output.AsSpan(y * length, length);
            for (int k = 0, row = rows.First(y); k < weights.Length; k++, row++)
            {
                float[] line = lines[row % lines.Length];
                if (row >= next)
                {
                    ResizeLine(source.Slice(row * width * channels, width * channels), channels, columns, line);
                    next = row + 1;
                }
                AddScaled(line, weights[k], sum);
            }
            Limit<T>(sum);
        }
        return output;
    }

    private static void ResizeLine<T>(ReadOnlySpan<T> source, int channels, ResampleAxis columns, Span<float> line)
        where T : unmanaged, INumberBase<T>
    {
        line.Clear();
        for (int x = 0; x < columns.Length; x++)
        {
            Span<float> sum = line.Slice(x * channels, channels);
            int sample = columns.First(x) * channels;
            foreach (float weight in columns.Weights(x))
            {
                for (int c = 0; c < sum.Length; c++)
                    sum[c] += weight * float.CreateTruncating(source[sample++]);
            }
        }
        Limit<T>(line);
    }

    private static void AddScaled(ReadOnlySpan<float> line, float weight, Span<float> sum)
    {
        for (int i = 0; i < sum.Length; i++)
            sum[i] += weight * line[i];
    }

    private static void Limit<T>(Span<float> samples)
    {
        if (typeof(T) != typeof(byte))
            return;
        foreach (ref float sample in samples)
            sample = Math.Clamp(sample, 0, 255);
    }
}
