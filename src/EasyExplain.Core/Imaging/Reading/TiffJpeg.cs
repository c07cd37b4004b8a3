namespace EasyExplain.Imaging.Reading;

/// <summary>TIFF strips that are JPEG files but for their tables, which the page has once for all of them.</summary>
/// <remarks>SkiaSharp decodes them: with subsampled colour ImageSharp's pixels are far from Pillow's.</remarks>
internal static class TiffJpeg
{
    private const int MarkerLength = 2;

    /// <summary>Decodes the strips, one below the other.</summary>
    /// <exception cref="ImageFileException">A strip is no JPEG, is cut short, or has another size.</exception>
    internal static Photo Decode(
        TiffPage page, TiffKind kind, TiffStrips strips, int width, int height, long orientation, ImageFile file)
    {
        byte[] tables = [.. page.Numbers(TiffTag.JpegTables).Select(number => (byte)number)];
        // Without the markers of start and end.
        ReadOnlySpan<byte> inner = tables.Length > 2 * MarkerLength ? tables.AsSpan()[MarkerLength..^MarkerLength] : [];
        // Adobe's marker says whether colours are YCbCr, which a strip leaves to the page.
        ReadOnlySpan<byte> adobe = [0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, (byte)(kind.IsYCbCr ? 1 : 0)];
        byte[] rgb = new byte[width * height * 3];
        for (int i = 0, y = 0; y < height; i++, y += strips.Rows)
        {
            ReadOnlySpan<byte> strip = strips.Of(file, i);
            if (strip is not [0xFF, 0xD8, 0xFF, ..])
                throw file.Damaged($"strip {i} is no JPEG");
            if (!JpegMarkers.ReachEnd(strip))
                throw file.Damaged($"strip {i} ends too early");
            byte[] jpeg = [.. strip[..MarkerLength], .. adobe, .. inner, .. strip[MarkerLength..]];
            int rows = Math.Min(strips.Rows, height - y);
            Photo part = SkiaDecoder.Decode(file.Part(jpeg, most: (long)width * strips.Rows));
            if (part.Width != width || part.Height < rows)
                throw file.Damaged($"strip {i} has {part.Width} x {part.Height} pixels, not {width} x {rows}");
            part.Rgb.AsSpan(0, rows * width * 3).CopyTo(rgb.AsSpan(y * width * 3));
        }
        return Orientation.Upright(rgb, width, height, orientation);
    }
}
