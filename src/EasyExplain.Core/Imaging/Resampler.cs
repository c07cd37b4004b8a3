using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EasyExplain.Imaging;

/// <summary>
/// Resizes pictures and maps as PyTorch (bilinear, antialias) and Pillow (BICUBIC) do, straight from their own samples, row by row.
/// </summary>
/// <remarks>
/// Done here and not with torch: a photo of 20 million pixels needs no copy in float32, and of a crop only what it shows is computed. What
/// is called row by row, here and by who takes the rows, is optimised at once: .NET would wait for thirty calls, and the first photo would
/// take twice its time.
/// </remarks>
internal static class Resampler
{
    /// <summary>Resizes a row of the source, and the next one: two at once take little longer than one.</summary>
    private delegate void LineResizer(int row, Span<float> line, Span<float> next);

    /// <summary>Is given each row of the output when it is done, to keep what it wants of it: the next one is written over it.</summary>
    internal delegate void RowTaker(int y, Span<float> row);

    /// <summary>
    /// Resizes a photo: across, then down. Bicubic values overshoot at edges and are clamped to 0..255 in both directions, as Pillow does.
    /// </summary>
    /// <param name="photo">The photo.</param>
    /// <param name="columns">The horizontal axis, in the photo's own pixels.</param>
    /// <param name="rows">The vertical axis.</param>
    /// <param name="take">Takes each row, [columns.Length, 3].</param>
    internal static void Resize(Photo photo, ResampleAxis columns, ResampleAxis rows, RowTaker take)
    {
        var pixels = new Vector256<float>[photo.Width]; // of two rows: red, green, blue and whatever of each
        int first = columns.First(0), end = columns.First(columns.Length - 1) + columns.Weights(columns.Length - 1).Length;
        int length = columns.Length * 3;
        Resize(length + 1, rows, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (row, line, next) =>
        {
            ReadOnlySpan<byte> Row(int y) => photo.Rgb.AsSpan((y * photo.Width + first) * 3, (end - first) * 3);
            ToSingle(Row(row), Row(Math.Min(row + 1, photo.Height - 1)), pixels.AsSpan(first..end));
            for (int x = 0; x < columns.Length; x++)
            {
                ReadOnlySpan<float> weights = columns.Weights(x);
                ReadOnlySpan<Vector256<float>> source = pixels.AsSpan(columns.First(x), weights.Length);
                Vector256<float> sum = default;
                for (int k = 0; k < source.Length; k++)
                    sum += weights[k] * source[k];
                // one too many, overwritten by the next
                sum.GetLower().CopyTo(line.Slice(x * 3, 4));
                sum.GetUpper().CopyTo(next.Slice(x * 3, 4));
            }
            Clamp(line, 255);
            Clamp(next, 255);
        }, (y, row) =>
        {
            Clamp(row, 255);
            take(y, row[..length]);
        });
    }

    /// <summary>Resizes a map: across, then down. Bicubic values may leave its range.</summary>
    /// <param name="map">[height, width].</param>
    /// <param name="columns">The horizontal axis.</param>
    /// <param name="rows">The vertical axis.</param>
    /// <param name="take">Takes each row, [columns.Length].</param>
    internal static void Resize(float[,] map, ResampleAxis columns, ResampleAxis rows, RowTaker take)
    {
        Resize(columns.Length, rows, (row, line, next) =>
        {
            ResizeLine(row, line);
            ResizeLine(Math.Min(row + 1, map.GetLength(0) - 1), next);
        }, take);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        void ResizeLine(int row, Span<float> line)
        {
            for (int x = 0; x < columns.Length; x++)
            {
                float sum = 0;
                int source = columns.First(x);
                foreach (float weight in columns.Weights(x))
                    sum += weight * map[row, source++];
                line[x] = sum;
            }
        }
    }

    private static void Resize(int length, ResampleAxis rows, LineResizer resizeLines, RowTaker take)
    {
        float[] sum = new float[length];
        float[][] lines = [.. Enumerable.Range(0, rows.Longest + 1).Select(_ => new float[length])]; // resized rows of the source, in turn
        int next = 0;
        for (int y = 0; y < rows.Length; y++)
        {
            ReadOnlySpan<float> weights = rows.Weights(y);
            sum.AsSpan().Clear();
            for (int k = 0, row = rows.First(y); k < weights.Length; k++, row++)
            {
                if (row >= next)
                {
                    resizeLines(row, lines[row % lines.Length], lines[(row + 1) % lines.Length]);
                    next = row + 2;
                }
                AddScaled(lines[row % lines.Length], weights[k], sum);
            }
            take(y, sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ToSingle(ReadOnlySpan<byte> rgb, ReadOnlySpan<byte> below, Span<Vector256<float>> pixels)
    {
        int last = pixels.Length - 1;
        for (int x = 0; x < last; x++)
        {
            // Four bytes at once: a pixel and the next one's red.
            ulong both = Unsafe.ReadUnaligned<uint>(in rgb[x * 3]) | (ulong)Unsafe.ReadUnaligned<uint>(in below[x * 3]) << 32;
            Vector128<ushort> wide = Vector128.WidenLower(Vector128.CreateScalarUnsafe(both).AsByte());
            pixels[x] = Vector256.ConvertToSingle(
                Vector256.Create(Vector128.WidenLower(wide), Vector128.WidenUpper(wide)).AsInt32());
        }
        pixels[last] = Vector256.ConvertToSingle(Vector256.Create(
            rgb[last * 3], rgb[last * 3 + 1], rgb[last * 3 + 2], 0, below[last * 3], below[last * 3 + 1], below[last * 3 + 2], 0));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddScaled(ReadOnlySpan<float> line, float weight, Span<float> sum)
    {
        ReadOnlySpan<Vector<float>> lines = MemoryMarshal.Cast<float, Vector<float>>(line);
        Span<Vector<float>> sums = MemoryMarshal.Cast<float, Vector<float>>(sum);
        for (int i = 0; i < sums.Length; i++)
            sums[i] += weight * lines[i];
        for (int i = sums.Length * Vector<float>.Count; i < sum.Length; i++)
            sum[i] += weight * line[i];
    }

    /// <summary>Brings numbers into the range from 0 to <paramref name="most"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Clamp(Span<float> numbers, float most, float least = 0)
    {
        foreach (ref Vector<float> some in MemoryMarshal.Cast<float, Vector<float>>(numbers))
            some = Vector.Min(Vector.Max(some, new Vector<float>(least)), new Vector<float>(most));
        foreach (ref float one in numbers[(numbers.Length - numbers.Length % Vector<float>.Count)..])
            one = Math.Clamp(one, least, most);
    }
}
