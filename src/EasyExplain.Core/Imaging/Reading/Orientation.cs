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
        var upright = new UprightPixels(width, height, (width, height), 1, orientation);
        fixed (byte* pixels = rgb)
            upright.Take(pixels, 3, width, 0, height);
        return upright.Photo;
    }
}
