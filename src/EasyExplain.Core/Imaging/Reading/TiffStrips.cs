using System.IO.Compression;

namespace EasyExplain.Imaging.Reading;

/// <summary>Where a TIFF page's pixels lie: in pieces of some rows each.</summary>
internal sealed class TiffStrips
{
    private const long MostAByte = 4096; // what one compressed byte can become: Deflate 1,032, LZW some 2,600, JPEG less

    private readonly long[] _offsets;
    private readonly long[] _lengths;

    /// <summary>Finds the strips; refuses such as are not in the file, or cannot hold their rows.</summary>
    /// <exception cref="ImageFileException">Some are cut off, or the directory tells nonsense of them.</exception>
    internal TiffStrips(TiffPage page, TiffKind kind, int width, int height, ImageFile file)
    {
        Rows = (int)Math.Min(page.Number(TiffTag.RowsPerStrip, height), height);
        if (Rows < 1)
            throw file.Damaged("its strips have no rows");
        (_offsets, _lengths) = (page.Numbers(TiffTag.StripOffsets), page.Numbers(TiffTag.StripByteCounts));
        long strips = (height + Rows - 1L) / Rows, all = strips * (kind.IsPlanar ? kind.Samples : 1);
        if (_offsets.Length < all || _lengths.Length < all)
            throw file.Damaged($"it has {Math.Min(_offsets.Length, _lengths.Length)} strips, not {all}");
        long rowLength = (width * kind.Bits * (kind.IsPlanar ? 1 : kind.Samples) + 7) / 8;
        for (int i = 0; i < all; i++)
        {
            if (_offsets[i] + _lengths[i] > file.Bytes.Length)
                throw file.Truncated();
            long first = i % strips * Rows, unpacked = Math.Min(Rows, height - first) * rowLength;
            if (unpacked > _lengths[i] * (kind.IsCompressed ? MostAByte : 1))
                throw file.Damaged($"strip {i} has {_lengths[i]} bytes for {unpacked} bytes of pixels");
            if (kind.IsDeflated && !Inflates(file.ToStream((int)_offsets[i], (int)_lengths[i]), unpacked))
                throw file.Damaged($"strip {i} does not have all its pixels");
        }
    }

    /// <summary>Rows of each strip but the last, which may have less.</summary>
    internal int Rows { get; }

    /// <summary>A strip's bytes.</summary>
    internal ReadOnlySpan<byte> Of(ImageFile file, int strip) => file.Bytes.Slice((int)_offsets[strip], (int)_lengths[strip]);

    /// <summary>Whether Deflate's data have so many bytes in them; ImageSharp would leave black what is missing.</summary>
    private static bool Inflates(Stream strip, long length)
    {
        using var inflated = new ZLibStream(strip, CompressionMode.Decompress);
        byte[] some = new byte[1 << 14];
        try
        {
            while (length > 0 && inflated.Read(some) is > 0 and int read)
                length -= read;
        }
        catch (InvalidDataException)
        {
            return false;
        }
        return length <= 0;
    }
}
