using System.Runtime.CompilerServices;

namespace EasyExplain.Imaging;

/// <summary>Lays a class activation map over a photo, or draws it alone.</summary>
/// <remarks>
/// A map comes at its layer's own size, [h, w] with values from 0 to 1, or from −1 to 1 if it is signed, and covers a region of the photo.
/// It is enlarged bicubically as Pillow does and clamped to that range. Pixels whose centre lies outside the region are left alone.
/// </remarks>
public static class Overlay
{
    /// <summary>
    /// Paints the map over the photo: enlarged, squared, coloured, then (1 - alpha) · photo + alpha · heat, as torch-cam's
    /// <c>overlay_mask</c> does (whose own alpha is the photo's share). Of a signed map all that is at least half as strong as its
    /// strongest place is as opaque as that, and where it is 0 the photo is seen.
    /// </summary>
    /// <param name="photo">The photo; unchanged.</param>
    /// <param name="map">[h, w], 0 to 1; or −1 to 1.</param>
    /// <param name="region">The part of the photo that the map covers.</param>
    /// <param name="colormap">How to colour.</param>
    /// <param name="alpha">The heat's opacity: 0 shows the photo, 1 the heat alone.</param>
    /// <param name="signed">Whether the map goes from −1 to 1.</param>
    /// <returns>A picture of the photo's size. A map that is zero everywhere has nothing to show: then it is the plain photo.</returns>
    public static Photo Blend(Photo photo, float[,] map, PixelRegion region, Colormap colormap, double alpha, bool signed = false)
    {
        ArgumentNullException.ThrowIfNull(photo);
        if (!(alpha is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "The heat's opacity lies between 0 and 1.");
        if (signed)
            return BlendSigned(photo, map, region, ColormapTables.Of(colormap).ToArray(), alpha);
        byte[] rgb = (byte[])photo.Rgb.Clone();
        bool centred = IsCentred(colormap, signed: false);
        byte[] heat = ColormapTables.Of(colormap).ToArray(), mixed = Mixed(alpha);
        if (map.Cast<float>().Any(value => value > 0))
        {
            Spread(map, region, photo.Width, photo.Height, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (first, values) =>
            {
                Span<byte> pixels = rgb.AsSpan(first * 3, values.Length * 3);
                for (int x = 0, at = 0; x < values.Length; x++, at += 3)
                {
                    ReadOnlySpan<byte> color = heat.AsSpan(IndexOf(values[x] * values[x], centred) * 3, 3);
                    Span<byte> pixel = pixels.Slice(at, 3);
                    pixel[0] = mixed[pixel[0] << 8 | color[0]];
                    pixel[1] = mixed[pixel[1] << 8 | color[1]];
                    pixel[2] = mixed[pixel[2] << 8 | color[2]];
                }
            });
        }
        return new Photo(photo.Width, photo.Height, rgb);
    }

    /// <summary>Draws the map alone. Its colours are those of the map itself: nothing is squared, unlike in <see cref="Blend"/>.</summary>
    /// <param name="width">The photo's width in pixels.</param>
    /// <param name="height">The photo's height in pixels.</param>
    /// <param name="map">[h, w], 0 to 1; or −1 to 1.</param>
    /// <param name="region">The part of the photo that the map covers; the rest is black.</param>
    /// <param name="colormap">How to colour.</param>
    /// <param name="signed">Whether the map goes from −1 to 1.</param>
    /// <returns>A picture of the photo's size.</returns>
    public static Photo Heatmap(int width, int height, float[,] map, PixelRegion region, Colormap colormap, bool signed = false)
    {
        var heatmap = Photo.Black(width, height);
        byte[] table = ColormapTables.Of(colormap).ToArray();
        bool centred = IsCentred(colormap, signed);
        Spread(map, region, width, height, (first, values) =>
        {
            for (int x = 0; x < values.Length; x++)
                table.AsSpan(IndexOf(values[x], centred) * 3, 3).CopyTo(heatmap.Rgb.AsSpan((first + x) * 3));
        }, least: signed ? -1 : 0);
        return heatmap;
    }

    /// <summary>Draws where the map reaches a threshold (not squared): white there, black elsewhere and outside the region.</summary>
    /// <param name="width">The photo's width in pixels.</param>
    /// <param name="height">The photo's height in pixels.</param>
    /// <param name="map">[h, w], 0 to 1; of a signed one what is below 0 counts as 0.</param>
    /// <param name="region">The part of the photo that the map covers.</param>
    /// <param name="threshold">From this value on a pixel is white, 0 to 1.</param>
    /// <returns>A picture of the photo's size.</returns>
    public static Photo Mask(int width, int height, float[,] map, PixelRegion region, double threshold)
    {
        if (!(threshold is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "A threshold lies between 0 and 1.");
        var mask = Photo.Black(width, height);
        Spread(map, region, width, height, (first, values) =>
        {
            for (int x = 0; x < values.Length; x++)
            {
                if (values[x] >= (float)threshold)
                    mask.Rgb.AsSpan((first + x) * 3, 3).Fill(255);
            }
        });
        return mask;
    }

    /// <summary>
    /// The map at the photo's size, row by row: <paramref name="take"/> is told at which pixel of the photo a row begins, and its values
    /// from <paramref name="least"/> to 1.
    /// </summary>
    internal static void Spread(float[,] map, PixelRegion region, int width, int height, Resampler.RowTaker take, float least = 0)
    {
        (int left, ResampleAxis columns) = Axis(map.GetLength(1), region.X, region.Width, width);
        (int top, ResampleAxis rows) = Axis(map.GetLength(0), region.Y, region.Height, height);
        if (columns.Length == 0 || rows.Length == 0)
            return;
        Resampler.Resize(map, columns, rows, (y, row) =>
        {
            Resampler.Clamp(row, 1, least);
            take((top + y) * width + left, row);
        });
    }

    /// <summary>What each shade of the photo (256 · shade) becomes under each shade of the heat.</summary>
    private static byte[] Mixed(double alpha)
    {
        byte[] mixed = new byte[256 * 256];
        for (int at = 0; at < mixed.Length; at++)
            mixed[at] = (byte)((1 - alpha) * (at >> 8) + alpha * (at & 255) + 0.5);
        return mixed;
    }

    private static Photo BlendSigned(Photo photo, float[,] map, PixelRegion region, byte[] table, double alpha)
    {
        byte[] rgb = (byte[])photo.Rgb.Clone();
        Spread(map, region, photo.Width, photo.Height, (first, values) =>
        {
            for (int x = 0; x < values.Length; x++)
            {
                double opacity = alpha * Math.Min(1, 2 * Math.Abs(values[x]));
                int color = ColormapTables.SignedIndexOf(values[x]) * 3, at = (first + x) * 3;
                for (int c = 0; c < 3; c++)
                    rgb[at + c] = (byte)((1 - opacity) * rgb[at + c] + opacity * table[color + c] + 0.5);
            }
        }, least: -1);
        return new Photo(photo.Width, photo.Height, rgb);
    }

    /// <summary>Whether 0 is the middle of the colours.</summary>
    private static bool IsCentred(Colormap colormap, bool signed) => signed || colormap == Colormap.Seismic;

    private static int IndexOf(float value, bool centred) =>
        centred ? ColormapTables.SignedIndexOf(value) : ColormapTables.IndexOf(value);

    /// <summary>The pixels whose centres lie in the region along one axis, and how the map covers them.</summary>
    private static (int First, ResampleAxis Axis) Axis(int mapLength, double start, double extent, int photoLength)
    {
        int first = Math.Max(0, (int)Math.Ceiling(start - 0.5));
        int end = Math.Min(photoLength, (int)Math.Ceiling(start + extent - 0.5));
        double scale = mapLength / extent;
        return (first, new ResampleAxis(0, mapLength, (first - start) * scale, scale, Math.Max(0, end - first), ResampleKernel.Bicubic));
    }
}
