using System.Globalization;
using System.Text;

namespace EasyExplain.Imaging.Terminal;

/// <summary>Draws a picture as text: each character is two pixels, one above the other.</summary>
/// <remarks>A character cell is about twice as high as wide, so its halves are about square.</remarks>
public static class HalfBlocks
{
    private const char UpperHalf = '▀';
    private const string Shades = " ░▒▓█";

    /// <summary>The lines of text, one for every two rows of pixels, as many characters wide as the photo has pixels.</summary>
    /// <param name="photo">The picture, already in its final size.</param>
    /// <param name="colors">Without colours, characters from blank (black) to full (white) stand for the brightness.</param>
    /// <returns>Lines without line ends. Each sets its own colours (ECMA-48, SGR) and takes them back at its end.</returns>
    public static IEnumerable<string> Lines(Photo photo, TerminalColors colors)
    {
        ArgumentNullException.ThrowIfNull(photo);
        for (int y = 0; y < photo.Height; y += 2)
        {
            yield return colors == TerminalColors.None ? Shaded(photo, y) : Colored(photo, y, colors);
        }
    }

    private static string Colored(Photo photo, int y, TerminalColors colors)
    {
        var line = new StringBuilder();
        string upper = "", lower = "";
        for (int x = 0; x < photo.Width; x++)
        {
            Set(line, "\e[38;", Code(Pixel(photo, x, y), colors), ref upper);
            if (y + 1 < photo.Height) // below an odd last row lies the terminal's own background
            {
                Set(line, "\e[48;", Code(Pixel(photo, x, y + 1), colors), ref lower);
            }
            line.Append(UpperHalf);
        }
        return line.Append("\e[0m").ToString();
    }

    private static string Shaded(Photo photo, int y)
    {
        int rows = Math.Min(2, photo.Height - y);
        return string.Create(photo.Width, (photo, y, rows), static (line, of) =>
        {
            for (int x = 0; x < line.Length; x++)
            {
                double sum = 0;
                for (int row = 0; row < of.rows; row++)
                {
                    ReadOnlySpan<byte> rgb = Pixel(of.photo, x, of.y + row);
                    sum += 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]; // ITU-R BT.601, as Pillow's greys
                }
                line[x] = Shades[(int)Math.Round(sum / of.rows / 255 * (Shades.Length - 1))];
            }
        });
    }

    /// <summary>Colours stay until they change, so a run of equal ones is said once.</summary>
    private static void Set(StringBuilder line, string what, string code, ref string current)
    {
        if (code != current)
        {
            line.Append(what).Append(code).Append('m');
            current = code;
        }
    }

    private static string Code(ReadOnlySpan<byte> rgb, TerminalColors colors) => colors == TerminalColors.Full
        ? string.Create(CultureInfo.InvariantCulture, $"2;{rgb[0]};{rgb[1]};{rgb[2]}")
        : string.Create(CultureInfo.InvariantCulture, $"5;{IndexedColors.Nearest(rgb)}");

    private static ReadOnlySpan<byte> Pixel(Photo photo, int x, int y) => photo.Rgb.AsSpan((y * photo.Width + x) * 3, 3);
}
