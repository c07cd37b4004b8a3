using System.Globalization;
using System.Text;

namespace EasyExplain.Imaging.Terminal;

/// <summary>Draws a picture in DEC's Sixel format, which terminals show as pixels.</summary>
/// <remarks>
/// VT330/VT340 Programmer Reference Manual, volume 2, chapter 14. Levels are per cent there, so a picture comes back within ±1.3 of 255.
/// </remarks>
public static class Sixel
{
    private const int BandHeight = 6; // a character is six pixels, one above the other

    /// <summary>The whole picture as one string, from its start sequence to its end sequence.</summary>
    /// <param name="photo">The picture, in its final size; of more than 256 colours, nearby ones are made one.</param>
    public static string Encode(Photo photo)
    {
        ArgumentNullException.ThrowIfNull(photo);
        Palette palette = Palette.Of(photo);
        var text = new StringBuilder();
        // 1: pixels not drawn keep what was below. Then the aspect of a pixel, 1:1, and the size in pixels.
        text.Append(CultureInfo.InvariantCulture, $"\eP0;1;0q\"1;1;{photo.Width};{photo.Height}");
        for (int i = 0; i < palette.Colors.Length; i++)
        {
            (byte red, byte green, byte blue) = palette.Colors[i];
            text.Append(CultureInfo.InvariantCulture, $"#{i};2;{PerCent(red)};{PerCent(green)};{PerCent(blue)}");
        }
        for (int y = 0; y < photo.Height; y += BandHeight)
        {
            if (y > 0)
            {
                text.Append('-'); // to the next band; after the last one it would only scroll
            }
            DrawBand(text, palette.Indices.AsSpan(y * photo.Width, Math.Min(BandHeight, photo.Height - y) * photo.Width), photo.Width);
        }
        return text.Append("\e\\").ToString();
    }

    private static int PerCent(byte level) => (level * 100 + 127) / 255;

    /// <summary>
    /// Draws up to six rows: for each colour in them one pass over the columns, with a bit for each pixel of that colour.
    /// </summary>
    private static void DrawBand(StringBuilder text, ReadOnlySpan<byte> pixels, int width)
    {
        var passes = new SortedDictionary<byte, byte[]>();
        for (int i = 0; i < pixels.Length; i++)
        {
            if (!passes.TryGetValue(pixels[i], out byte[]? columns))
            {
                passes[pixels[i]] = columns = new byte[width];
            }
            columns[i % width] |= (byte)(1 << i / width);
        }
        foreach ((byte color, byte[] columns) in passes)
        {
            text.Append(CultureInfo.InvariantCulture, $"#{color}");
            int end = Array.FindLastIndex(columns, column => column != 0) + 1;
            for (int x = 0, next; x < end; x = next)
            {
                for (next = x + 1; next < end && columns[next] == columns[x];)
                {
                    next++;
                }
                AppendRun(text, (char)('?' + columns[x]), next - x);
            }
            text.Append('$'); // back to the band's left edge
        }
    }

    private static void AppendRun(StringBuilder text, char sixel, int length)
    {
        if (length > 3)
        {
            text.Append(CultureInfo.InvariantCulture, $"!{length}{sixel}");
        }
        else
        {
            text.Append(sixel, length);
        }
    }
}
