namespace EasyExplain.Imaging.Reading;

/// <summary>Where a TIFF page's pixels lie.</summary>
internal static class TiffStrips
{
    private const long MostAByte = 4096; // what one compressed byte can become: Deflate 1,032, LZW some 2,600, PackBits 64

    /// <summary>Refuses strips that are not in the file, or cannot hold their rows.</summary>
    /// <exception cref="ImageFileException">Some are cut off, or the directory tells nonsense of them.</exception>
    internal static void Check(TiffPage page, TiffKind kind, int width, int height, ImageFile file)
    {
        long rows = Math.Min(page.Number(TiffTag.RowsPerStrip, height), height);
        if (rows < 1)
            throw file.Damaged("its strips have no rows");
        long[] offsets = page.Numbers(TiffTag.StripOffsets), lengths = page.Numbers(TiffTag.StripByteCounts);
        long strips = (height + rows - 1) / rows, all = strips * (kind.IsPlanar ? kind.Samples : 1);
        if (offsets.Length < all || lengths.Length < all)
            throw file.Damaged($"it has {Math.Min(offsets.Length, lengths.Length)} strips, not {all}");
        long rowLength = (width * kind.Bits * (kind.IsPlanar ? 1 : kind.Samples) + 7) / 8;
        for (int i = 0; i < all; i++)
        {
            if (offsets[i] + lengths[i] > file.Bytes.Length)
                throw file.Truncated();
            long first = i % strips * rows, unpacked = Math.Min(rows, height - first) * rowLength;
            if (unpacked > lengths[i] * (kind.IsCompressed ? MostAByte : 1))
                throw file.Damaged($"strip {i} has {lengths[i]} bytes for {unpacked} bytes of pixels");
        }
    }
}
