using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EasyExplain.Imaging;

/// <summary>
/// Resizes photos to whole bytes as Pillow does, to the byte: across, rounded and clamped, then down, rounded and clamped, with weights in
/// whole parts of 2^22, so that halves are rounded as they are there.
/// </summary>
internal static class ByteResampler
{
    private const int Bits = 22;

    /// <summary>Resizes a photo.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="columns">The horizontal axis, in the photo's own pixels.</param>
    /// <param name="rows">The vertical axis.</param>
    /// <param name="take">Takes each row, [columns.Length, 3], of whole numbers from 0 to 255.</param>
    internal static void Resize(Photo photo, ResampleAxis columns, ResampleAxis rows, Resampler.RowTaker take)
    {
        int[][] across = Parts(columns), down = Parts(rows);
        int length = columns.Length * 3, next = 0;
        // One number a colour and one too many for each pixel, which the next one overwrites.
        int[][] lines = [.. Enumerable.Range(0, rows.Longest).Select(_ => new int[length + 1])];
        int[] sum = new int[length];
        float[] result = new float[length];
        for (int y = 0; y < rows.Length; y++)
        {
            sum.AsSpan().Fill(1 << (Bits - 1));
            for (int k = 0, row = rows.First(y); k < down[y].Length; k++, row++)
            {
                int[] line = lines[row % lines.Length];
                if (row >= next)
                {
                    ResizeLine(photo.Rgb.AsSpan(row * photo.Width * 3, photo.Width * 3), columns, across, line);
                    next = row + 1;
                }
                AddScaled(line.AsSpan(0, length), down[y][k], sum);
            }
            ToBytes(sum, result);
            take(y, result);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ResizeLine(ReadOnlySpan<byte> rgb, ResampleAxis columns, int[][] parts, int[] line)
    {
        for (int x = 0; x < parts.Length; x++)
        {
            Vector128<int> sum = Vector128.Create(1 << (Bits - 1));
            int at = columns.First(x) * 3;
            foreach (int part in parts[x])
            {
                // Of the photo's very last pixel there is no fourth byte.
                uint pixel = at + 4 <= rgb.Length ? MemoryMarshal.Read<uint>(rgb[at..])
                    : (uint)(rgb[at] | rgb[at + 1] << 8 | rgb[at + 2] << 16);
                Vector128<byte> bytes = Vector128.CreateScalarUnsafe(pixel).AsByte();
                sum += Vector128.Create(part) * Vector128.WidenLower(Vector128.WidenLower(bytes)).AsInt32();
                at += 3;
            }
            sum = Vector128.Min(Vector128.Max(Vector128.ShiftRightArithmetic(sum, Bits), Vector128<int>.Zero), Vector128.Create(255));
            sum.CopyTo(line.AsSpan(x * 3, 4));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddScaled(ReadOnlySpan<int> line, int part, Span<int> sum)
    {
        for (int i = 0; i < sum.Length; i++)
            sum[i] += part * line[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ToBytes(ReadOnlySpan<int> sum, Span<float> result)
    {
        for (int i = 0; i < result.Length; i++)
            result[i] = Math.Clamp(sum[i] >> Bits, 0, 255);
    }

    private static int[][] Parts(ResampleAxis axis) => [.. Enumerable.Range(0, axis.Length).Select(i =>
        Array.ConvertAll(axis.ExactWeights(i), weight => (int)Math.Round(weight * (1 << Bits), MidpointRounding.AwayFromZero)))];
}
