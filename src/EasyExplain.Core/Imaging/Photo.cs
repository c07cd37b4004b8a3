namespace EasyExplain.Imaging;

/// <summary>A picture in memory: 8-bit RGB, upright, no alpha.</summary>
public sealed class Photo
{
    /// <summary>Wraps pixels; the array is kept, not copied.</summary>
    /// <param name="width">Pixels in a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="rgb">width · height · 3 bytes, see <see cref="Rgb"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="rgb"/> does not have width · height · 3 bytes.</exception>
    public Photo(int width, int height, byte[] rgb)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentNullException.ThrowIfNull(rgb);
        if (rgb.LongLength != (long)width * height * 3)
        {
            throw new ArgumentException(
                $"A photo of {width} x {height} pixels has {(long)width * height * 3} bytes (RGB), not {rgb.LongLength}.", nameof(rgb));
        }
        Width = width;
        Height = height;
        Rgb = rgb;
        (OriginalWidth, OriginalHeight, Frame) = (width, height, PixelRegion.Whole(width, height));
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The pixels, [Height, Width, 3]: red, green, blue interleaved, top row first, 0 to 255.</summary>
    public byte[] Rgb { get; }

    /// <summary>
    /// The width of the picture in its file, in pixels: more than <see cref="Width"/> where it was decoded at a reduced scale.
    /// </summary>
    internal int OriginalWidth { get; init; }

    /// <summary>The height of the picture in its file, in pixels.</summary>
    internal int OriginalHeight { get; init; }

    /// <summary>
    /// Where in these pixels the picture in the file lies: all of them, but for a reduced one. That one's sides need not be whole
    /// numbers: 1001 pixels at a quarter are 250.25, in 251 pixels of which the last is only partly the picture's.
    /// </summary>
    internal PixelRegion Frame { get; init; }

    /// <summary>The numbers that became black and white, where the file has floating point, whose range nobody knows but itself.</summary>
    internal (float Low, float High)? FloatRange { get; set; }

    /// <summary>
    /// The bands of a file that has others than colours, [height, width] each, white at 255; null where <see cref="Rgb"/> is all there is.
    /// </summary>
    internal IReadOnlyList<float[,]>? Bands { get; init; }

    /// <summary>A band, counted from 1.</summary>
    /// <exception cref="ImageFileException">There are not so many.</exception>
    internal float[,] Band(int number)
    {
        int count = Bands?.Count ?? 3;
        if (number < 1 || number > count)
        {
            throw new ImageFileException(ImageFault.Unsupported,
                $"The image has {count} bands, and the model takes band {number} of it.");
        }
        if (Bands is not null)
        {
            return Bands[number - 1];
        }
        var band = new float[Height, Width];
        for (int y = 0, at = number - 1; y < Height; y++)
        {
            for (int x = 0; x < Width; x++, at += 3)
            {
                band[y, x] = Rgb[at];
            }
        }
        return band;
    }

    /// <summary>The same in grey, as Pillow's <c>convert("L")</c> makes it: luma of ITU-R 601 in steps of 1/65536.</summary>
    internal Photo ToGrey()
    {
        byte[] grey = new byte[Rgb.Length];
        for (int i = 0; i < grey.Length; i += 3)
        {
            grey[i] = grey[i + 1] = grey[i + 2] = (byte)((19595 * Rgb[i] + 38470 * Rgb[i + 1] + 7471 * Rgb[i + 2] + 0x8000) >> 16);
        }
        return new Photo(Width, Height, grey) { OriginalWidth = OriginalWidth, OriginalHeight = OriginalHeight, Frame = Frame };
    }

    /// <summary>Whether it has so many pixels of the original's longer side, or all of them.</summary>
    internal bool Suffices(int longSide) =>
        OriginalWidth == Width && OriginalHeight == Height || Math.Max(Frame.Width, Frame.Height) >= longSide;

    /// <summary>The same part of the picture in these pixels.</summary>
    /// <param name="part">A part in pixels of the original.</param>
    internal PixelRegion Find(PixelRegion part)
    {
        PixelRegion scaled = part.Scale(Frame.Width / OriginalWidth, Frame.Height / OriginalHeight);
        return scaled with { X = Frame.X + scaled.X, Y = Frame.Y + scaled.Y };
    }

    /// <summary>A picture of nothing.</summary>
    internal static Photo Black(int width, int height) => new(width, height, new byte[width * height * 3]);
}
