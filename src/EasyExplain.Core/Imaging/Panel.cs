using SkiaSharp;

namespace EasyExplain.Imaging;

/// <summary>Puts pictures side by side, each under its title, on white.</summary>
public static class Panel
{
    /// <summary>The longer side of a tile at most, in pixels.</summary>
    internal const int LargestTile = 320;

    private const int SmallestTile = 224;
    private const int Margin = 16;
    private const int Gap = 12;
    private const int MostColumns = 5;

    /// <summary>The panel of one explanation.</summary>
    /// <remarks>
    /// Up to four tiles (one layer's) stand in one row. More stand in two rows: the photo above the mask, then each heat map above its
    /// overlay; of two masks both stand in the last column. From the sixth column on it goes on below.
    /// </remarks>
    /// <param name="tiles">
    /// The photo, then for each map (layers, then the fused one) its heat map and its overlay, then the mask or both; at least
    /// one tile.
    /// All are drawn in the size of the first.
    /// </param>
    /// <param name="headline">A line above everything, such as <c>tabby cat  93.1 %</c>; null for none.</param>
    /// <returns>The panel. A tile's longer side has 224 to 320 pixels, the fewer the more columns there are.</returns>
    /// <exception cref="ArgumentException">There is no tile.</exception>
    public static Photo Compose(IReadOnlyList<PanelTile> tiles, string? headline = null)
    {
        ArgumentNullException.ThrowIfNull(tiles);
        if (tiles.Count <= 4)
            return Grid(tiles, tiles.Count, headline);
        List<PanelTile?[]> pairs = tiles.Count % 2 == 0 ? [[tiles[0], tiles[^1]], .. tiles.Skip(1).SkipLast(1).Chunk(2)]
            : [[tiles[0]], .. tiles.Skip(1).Chunk(2)];
        int bands = (pairs.Count + MostColumns - 1) / MostColumns;
        int columns = (pairs.Count + bands - 1) / bands;
        var places = new PanelTile?[2 * bands * columns];
        for (int i = 0; i < pairs.Count; i++)
        {
            int upper = i / columns * 2 * columns + i % columns;
            places[upper] = pairs[i][0];
            places[upper + columns] = pairs[i].ElementAtOrDefault(1);
        }
        return Grid(places, columns, headline);
    }

    /// <summary>Tiles of one size in rows.</summary>
    /// <param name="tiles">Row by row, at least one; null leaves a place empty. All are drawn in the size of the first.</param>
    /// <param name="columns">Tiles in a row, at least 1.</param>
    /// <param name="headline">A line above everything; null for none.</param>
    /// <exception cref="ArgumentException">The first place is empty.</exception>
    /// <returns>The panel. A tile's longer side has 224 to 320 pixels, the fewer the more columns there are.</returns>
    public static Photo Grid(IReadOnlyList<PanelTile?> tiles, int columns, string? headline = null)
    {
        ArgumentNullException.ThrowIfNull(tiles);
        Photo first = tiles.FirstOrDefault()?.Image ?? throw new ArgumentException("A panel begins with a tile.", nameof(tiles));
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        using var titleText = new PanelText(15, new SKColor(0x33, 0x33, 0x33));
        using var headlineText = new PanelText(21, SKColors.Black, bold: true);

        Photo shape = PhotoResizer.ScaleTo(first, Math.Clamp(1200 / columns, SmallestTile, LargestTile));
        // A title needs some width even above a sliver of a photo.
        int cellWidth = Math.Max(shape.Width, 128), titleHeight = titleText.LineHeight + 3;
        int columnStep = cellWidth + Gap, rowStep = titleHeight + shape.Height + Gap;
        int rows = (tiles.Count + columns - 1) / columns;
        int top = Margin + (headline is null ? 0 : headlineText.LineHeight + Gap);

        using SKBitmap bitmap = SkiaPixels.NewBitmap(2 * Margin + columns * columnStep - Gap, top + rows * rowStep - Gap + Margin);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.White);
        if (headline is not null)
            headlineText.Draw(canvas, headline, Margin, Margin, bitmap.Width - 2 * Margin);
        for (int i = 0; i < tiles.Count; i++)
        {
            if (tiles[i] is not { } tile)
                continue;
            int x = Margin + i % columns * columnStep, y = top + i / columns * rowStep;
            titleText.Draw(canvas, tile.Title, x, y, cellWidth);
            using SKBitmap image = SkiaPixels.ToBitmap(PhotoResizer.Resize(tile.Image, shape.Width, shape.Height));
            canvas.DrawBitmap(image, x + (cellWidth - shape.Width) / 2, y + titleHeight, SKSamplingOptions.Default);
        }
        return SkiaPixels.ToPhoto(bitmap);
    }
}
