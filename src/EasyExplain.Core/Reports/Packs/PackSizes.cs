namespace EasyExplain.Reports.Packs;

/// <summary>How large thumbnails are, and how many of them are one pack.</summary>
internal static class PackSizes
{
    /// <summary>The most pixels of a thumbnail's longer side.</summary>
    public const int LargestSide = 160;

    private const int SmallestSide = 96;
    private const int Usual = 100; // images; half a megabyte or so, which a disk reads in no time
    private const int MostPacks = 250;
    private const int MostPixels = 1 << 22; // of a sprite: 16 MB in a browser

    /// <summary>
    /// The thumbnails' longer side and the images of a pack. Where there are so many images that packs would be too many or too large,
    /// thumbnails are smaller.
    /// </summary>
    /// <param name="images">How many images there are.</param>
    /// <param name="longestSide">The longest side of any of them, in pixels.</param>
    /// <param name="largest">The most pixels of a thumbnail's longer side.</param>
    public static (int Side, int Pack) For(int images, int longestSide, int largest = LargestSide)
    {
        int side = Math.Clamp(longestSide, 1, largest);
        while (side > SmallestSide && images > (long)MostPacks * Fitting(side))
        {
            side = Math.Max(SmallestSide, Sprite.CellOf(side) - Sprite.Block);
        }
        return (side, Math.Min(Math.Max(Usual, (images + MostPacks - 1) / MostPacks), Fitting(side)));
    }

    /// <summary>How many thumbnails one sprite has room for.</summary>
    private static int Fitting(int side) => Math.Max(1, MostPixels / (Sprite.CellOf(side) * Sprite.CellOf(side)));
}
