namespace EasyExplain.Imaging;

/// <summary>An opaque colour.</summary>
internal readonly record struct PixelColor(byte Red, byte Green, byte Blue)
{
    // Okabe and Ito's palette without its black (jfly.uni-koeln.de/color, 2008): colours that the colour-blind can tell apart. Those of
    // near hues come late, since a dark one would look like its neighbour.
    private static readonly PixelColor[] Palette =
    [
        new(0xD5, 0x5E, 0x00), new(0x56, 0xB4, 0xE9), new(0xF0, 0xE4, 0x42), new(0x00, 0x9E, 0x73), new(0xCC, 0x79, 0xA7),
        new(0xE6, 0x9F, 0x00), new(0x00, 0x72, 0xB2),
    ];

    /// <summary>
    /// The i-th, from 0, of colours that are easy to tell apart; after the seventh they are pale hues, each far from the last few.
    /// </summary>
    public static PixelColor Distinct(int index)
    {
        const double goldenSection = 0.618033988749895;
        return index < Palette.Length ? Palette[index] : Pale(index * goldenSection % 1);
    }

    /// <inheritdoc/>
    public override string ToString() => $"#{Red:X2}{Green:X2}{Blue:X2}";

    private static PixelColor Pale(double hue)
    {
        // Around the colour circle, red, green and blue are a third apart from each other.
        static byte Channel(double turn) => (byte)(175 + 80 * Math.Cos(2 * Math.PI * turn));
        return new PixelColor(Channel(hue), Channel(hue - 1 / 3.0), Channel(hue - 2 / 3.0));
    }
}
