using SkiaSharp;

namespace EasyExplain.Imaging;

/// <summary>A map with a colour and a short name of its own.</summary>
/// <param name="Name">What stands where the map is strongest, such as a number.</param>
/// <param name="Color">The colour of the value 1; less is darker.</param>
/// <param name="Map">[h, w], 0 to 1.</param>
internal sealed record ColoredMap(string Name, PixelColor Color, float[,] Map);

/// <summary>Lays several maps of one size over a photo at once, each in its own colour.</summary>
internal static class ColorOverlay
{
    private const int SmallestMarked = 96; // a name would hide too much of a picture whose short side has fewer pixels

    /// <summary>
    /// Paints each pixel in the colour of the map that is strongest there, as bright as that map's value:
    /// (1 - alpha) · photo + alpha · value · colour, as pytorch-grad-cam's show_factorization_on_image does.
    /// </summary>
    /// <param name="photo">The photo; unchanged.</param>
    /// <param name="maps">Maps of one size; where two are as strong, the first is painted. With none it is the plain photo.</param>
    /// <param name="region">The part of the photo that the maps cover; the rest is left alone.</param>
    /// <param name="alpha">The colours' opacity, 0 to 1.</param>
    public static Photo Blend(Photo photo, IReadOnlyList<ColoredMap> maps, PixelRegion region, double alpha)
    {
        byte[] rgb = (byte[])photo.Rgb.Clone();
        var values = new float[photo.Width * photo.Height];
        var strongest = new ColoredMap?[values.Length];
        foreach (ColoredMap map in maps)
        {
            Overlay.Spread(map.Map, region, photo.Width, photo.Height, (first, row) =>
            {
                for (int x = 0, pixel = first; x < row.Length; x++, pixel++)
                {
                    if (strongest[pixel] is null || row[x] > values[pixel])
                        (strongest[pixel], values[pixel]) = (map, row[x]);
                }
            });
        }
        for (int pixel = 0; pixel < values.Length; pixel++)
        {
            if (strongest[pixel] is not { Color: var color })
                continue;
            Span<byte> at = rgb.AsSpan(pixel * 3, 3);
            (at[0], at[1], at[2]) = (Mix(at[0], color.Red), Mix(at[1], color.Green), Mix(at[2], color.Blue));
            byte Mix(byte below, byte full) => (byte)((1 - alpha) * below + alpha * values[pixel] * full + 0.5);
        }
        return new Photo(photo.Width, photo.Height, rgb);
    }

    /// <summary>
    /// Writes the name of each map where it is the strongest of all and strongest itself; a map that is nowhere so has none.
    /// </summary>
    /// <param name="photo">What is written on; unchanged. A very small picture gets no names.</param>
    /// <param name="maps">As for <see cref="Blend"/>.</param>
    /// <param name="region">As for <see cref="Blend"/>.</param>
    public static Photo Mark(Photo photo, IReadOnlyList<ColoredMap> maps, PixelRegion region)
    {
        int shortSide = Math.Min(photo.Width, photo.Height);
        if (shortSide < SmallestMarked)
            return photo;
        using SKBitmap bitmap = SkiaPixels.ToBitmap(photo);
        using var canvas = new SKCanvas(bitmap);
        float size = Math.Clamp(shortSide / 16f, 13, 40);
        using var text = new PanelText(size, SKColors.White, bold: true);
        using var disc = new SKPaint { Color = new SKColor(0, 0, 0, 190), IsAntialias = true };
        foreach (ColoredMap map in maps)
        {
            if (HighestCell(map, maps) is not { } cell)
                continue;
            float x = (float)(region.X + (cell.X + 0.5) / map.Map.GetLength(1) * region.Width);
            float y = (float)(region.Y + (cell.Y + 0.5) / map.Map.GetLength(0) * region.Height);
            canvas.DrawCircle(x, y, size * 0.8f, disc);
            text.DrawCentered(canvas, map.Name, x, y);
        }
        return SkiaPixels.ToPhoto(bitmap);
    }

    private static (int X, int Y)? HighestCell(ColoredMap map, IReadOnlyList<ColoredMap> maps)
    {
        (int X, int Y)? highest = null;
        for (int y = 0; y < map.Map.GetLength(0); y++)
        {
            for (int x = 0; x < map.Map.GetLength(1); x++)
            {
                float value = map.Map[y, x];
                if (value > (highest is { } best ? map.Map[best.Y, best.X] : 0) && maps.All(other => other.Map[y, x] <= value))
                    highest = (x, y);
            }
        }
        return highest;
    }
}
