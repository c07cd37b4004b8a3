using EasyExplain.Imaging;

namespace EasyExplain.Reports.Packs;

/// <summary>Small pictures side by side in one, each at the top left of a square cell.</summary>
/// <param name="Picture">All of them.</param>
/// <param name="Cell">A cell's side in pixels.</param>
/// <param name="Columns">How many cells are in a row.</param>
internal sealed record Sprite(Photo Picture, int Cell, int Columns)
{
    /// <summary>
    /// What a JPEG encodes together, in pixels (its colours have half of the resolution). Cells are whole multiples of it, so nothing of a
    /// picture is seen in its neighbour.
    /// </summary>
    public const int Block = 16;

    private const byte Ground = 128;

    /// <summary>The side of a cell for pictures up to this size.</summary>
    public static int CellOf(int side) => Math.Max(1, (side + Block - 1) / Block) * Block;

    /// <summary>Puts pictures side by side, nearly as many rows as columns; a cell stays empty where there is no picture.</summary>
    public static Sprite Of(IReadOnlyList<Photo?> pictures)
    {
        int cell = CellOf(pictures.Max(picture => picture is null ? 0 : Math.Max(picture.Width, picture.Height)));
        int columns = (int)Math.Ceiling(Math.Sqrt(pictures.Count)), rows = (pictures.Count + columns - 1) / columns;
        byte[] rgb = new byte[columns * cell * rows * cell * 3];
        Array.Fill(rgb, Ground);
        var sprite = new Sprite(new Photo(columns * cell, rows * cell, rgb), cell, columns);
        for (int place = 0; place < pictures.Count; place++)
        {
            if (pictures[place] is { } picture)
            {
                sprite.Put(picture, place % columns * cell, place / columns * cell);
            }
        }
        return sprite;
    }

    /// <summary>Its last pixels go on to the end of their block, so that the ground does not blur into it.</summary>
    private void Put(Photo picture, int left, int top)
    {
        int width = CellOf(picture.Width), height = CellOf(picture.Height);
        for (int y = 0; y < height; y++)
        {
            Span<byte> line = Picture.Rgb.AsSpan(((top + y) * Picture.Width + left) * 3, width * 3);
            ReadOnlySpan<byte> own = picture.Rgb.AsSpan(Math.Min(y, picture.Height - 1) * picture.Width * 3, picture.Width * 3);
            own.CopyTo(line);
            for (int x = picture.Width; x < width; x++)
            {
                own[^3..].CopyTo(line[(x * 3)..]);
            }
        }
    }
}
