namespace EasyExplain.Imaging.Reading;

/// <summary>Turns pictures upright.</summary>
internal static class Orientation
{
    /// <summary>
    /// The orientation of a file with such metadata, if any: EXIF data come first, as in Pillow. 1 when they say nothing.
    /// </summary>
    internal static long Said(ReadOnlySpan<byte> exif, ReadOnlySpan<byte> xmp) => Exif.Orientation(exif) ?? Xmp.Orientation(xmp) ?? 1;

    /// <summary>A photo of stored RGB pixels, turned as EXIF asks; of <paramref name="rgb"/> itself where it is upright.</summary>
    internal static unsafe Photo Upright(byte[] rgb, int width, int height, long orientation)
    {
        if (orientation is not (>= 2 and <= 8))
            return new Photo(width, height, rgb);
        fixed (byte* pixels = rgb)
            return Upright(pixels, 3, width, height, (width, height), 1, orientation);
    }

    /// <summary>A photo of the first three bytes of each stored pixel, turned as an EXIF orientation asks.</summary>
    /// <param name="pixels">The pixels as stored, row by row.</param>
    /// <param name="step">Bytes from a pixel to the next, at least 3.</param>
    /// <param name="width">Stored pixels in a row.</param>
    /// <param name="height">Stored rows.</param>
    /// <param name="original">The size of the picture in its file.</param>
    /// <param name="scale">At which scale of it the pixels are, at most 1.</param>
    /// <param name="orientation">1 to 8; anything else is upright.</param>
    internal static unsafe Photo Upright(
        byte* pixels, int step, int width, int height, (int Width, int Height) original, double scale, long orientation)
    {
        // A reduced size is rounded up: the last column and row reach this far beyond the picture, and are the first ones where it is
        // turned.
        double frameWidth = original.Width * scale, frameHeight = original.Height * scale;
        (double beyondX, double beyondY) = (width - frameWidth, height - frameHeight);
        // Where the upright picture's first pixel is stored, and how far it is to the pixel on its right and to the one below.
        long right = step, down = (long)step * width, lastColumn = right * (width - 1), lastRow = down * (height - 1);
        (long first, long stepX, long stepY) = orientation switch
        {
            2 => (lastColumn, -right, down),
            3 => (lastColumn + lastRow, -right, -down),
            4 => (lastRow, right, -down),
            5 => (0L, down, right),
            6 => (lastRow, -down, right),
            7 => (lastColumn + lastRow, -down, -right),
            8 => (lastColumn, down, -right),
            _ => (0L, right, down),
        };
        if (orientation is >= 5 and <= 8)
        {
            (width, height, frameWidth, frameHeight, beyondX, beyondY) = (height, width, frameHeight, frameWidth, beyondY, beyondX);
            original = (original.Height, original.Width);
        }
        byte[] rgb = new byte[width * height * 3];
        int at = 0;
        for (int y = 0; y < height; y++)
        {
            byte* pixel = pixels + first + y * stepY;
            for (int x = 0; x < width; x++, pixel += stepX)
            {
                rgb[at++] = pixel[0];
                rgb[at++] = pixel[1];
                rgb[at++] = pixel[2];
            }
        }
        return new Photo(width, height, rgb)
        {
            OriginalWidth = original.Width,
            OriginalHeight = original.Height,
            Frame = new PixelRegion(stepX < 0 ? beyondX : 0, stepY < 0 ? beyondY : 0, frameWidth, frameHeight),
        };
    }
}
