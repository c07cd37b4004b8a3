using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EasyExplain.Imaging;

/// <summary>Resizes pictures and maps as PyTorch (bilinear, antialias) and Pillow (BICUBIC) do, straight from their own samples.</summary>
/// <remarks>
/// Done here and not with torch: a photo of 20 million pixels needs no copy in float32, and of a crop only what it shows is computed.
/// </remarks>
internal static class Resampler
{
    private delegate void LineResizer(int row, Span<float> line);

    /// <summary>Resizes a photo: across, then down. Bicubic values overshoot at edges and are clamped to 0..255 in both directions, as Pillow does.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="columns">The horizontal axis, in the photo's own pixels.</param>
    /// <param name="rows">The vertical axis.</param>
    /// <returns>[rows.Length, columns.Length, 3].</returns>
    internal static float[] Resize(Photo photo, ResampleAxis columns, ResampleAxis rows)
    {
        var pixels = new Vector128<float>[photo.Width]; // of one row: red, green, blue and nothing
        int first = columns.First(0), end = columns.First(columns.Length - 1) + columns.Weights(columns.Length - 1).Length;
        float[] output = Resize(columns.Length * 3, rows, (row, line) =>
        {
            ReadOnlySpan<byte> rgb = photo.Rgb.AsSpan(row * photo.Width * 3, photo.Width * 3);
            for (int x = first; x < end; x++)
                pixels[x] = Vector128.ConvertToSingle(Vector128.Create(rgb[x * 3], rgb[x * 3 + 1], rgb[x * 3 + 2], 0));
            for (int x = 0; x < columns.Length; x++)
            {
                Vector128<float> sum = default;
                int source = columns.First(x);
                foreach (float weight in columns.Weights(x))
                    sum += weight * pixels[source++];
                sum = Vector128.Min(Vector128.Max(sum, default), Vector128.Create(255f));
                (line[x * 3], line[x * 3 + 1], line[x * 3 + 2]) = (sum[0], sum[1], sum[2]);
            }
        });
        foreach (ref float sample in output.AsSpan())
            sample = Math.Clamp(sample, 0, 255);
        return output;
    }

    /// <summary>Resizes a map: across, then down. Bicubic values may leave its range.</summary>
    /// <param name="map">[height, width].</param>
    /// <param name="columns">The horizontal axis.</param>
    /// <param name="rows">The vertical axis.</param>
    /// <returns>[rows.Length, columns.Length].</returns>
    internal static float[] Resize(float[,] map, ResampleAxis columns, ResampleAxis rows) => Resize(columns.Length, rows, (row, line) =>
    {
        for (int x = 0; x < columns.Length; x++)
        {
            float sum = 0;
            int source = columns.First(x);
            foreach (float weight in columns.Weights(x))
                sum += weight * map[row, source++];
            line[x] = sum;
        }
    });

    private static float[] Resize(int length, ResampleAxis rows, LineResizer resizeLine)
    {
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
                    resizeLine(row, line);
                    next = row + 1;
                }
                AddScaled(line, weights[k], sum);
            }
        }
        return output;
    }

    private static void AddScaled(ReadOnlySpan<float> line, float weight, Span<float> sum)
    {
        ReadOnlySpan<Vector<float>> lines = MemoryMarshal.Cast<float, Vector<float>>(line);
        Span<Vector<float>> sums = MemoryMarshal.Cast<float, Vector<float>>(sum);
        for (int i = 0; i < sums.Length; i++)
            sums[i] += weight * lines[i];
        for (int i = sums.Length * Vector<float>.Count; i < sum.Length; i++)
            sum[i] += weight * line[i];
    }
}
