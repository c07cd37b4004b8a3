namespace EasyExplain.Imaging.Terminal;

/// <summary>
/// The part of xterm's 256 colours that is the same in every terminal: 16 to 231 are a cube of 6×6×6, 232 to 255 are greys.
/// </summary>
/// <remarks>The first 16 are the user's own theme, so they are not used.</remarks>
internal static class IndexedColors
{
    private static readonly byte[] Cube = [0, 95, 135, 175, 215, 255];

    /// <summary>The number of the colour nearest to a pixel.</summary>
    internal static int Nearest(ReadOnlySpan<byte> rgb)
    {
        int red = Step(rgb[0]), green = Step(rgb[1]), blue = Step(rgb[2]);
        int grey = Math.Clamp(((rgb[0] + rgb[1] + rgb[2]) / 3 - 3) / 10, 0, 23); // greys are 8, 18, … 238
        int greyLevel = 8 + 10 * grey;
        return Distance(rgb, greyLevel, greyLevel, greyLevel) < Distance(rgb, Cube[red], Cube[green], Cube[blue])
            ? 232 + grey
            : 16 + 36 * red + 6 * green + blue;
    }

    private static int Step(byte level) => level < 48 ? 0 : level < 115 ? 1 : (level - 35) / 40;

    private static int Distance(ReadOnlySpan<byte> rgb, int red, int green, int blue) =>
        (rgb[0] - red) * (rgb[0] - red) + (rgb[1] - green) * (rgb[1] - green) + (rgb[2] - blue) * (rgb[2] - blue);
}
