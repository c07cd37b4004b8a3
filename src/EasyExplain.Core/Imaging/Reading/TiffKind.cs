namespace EasyExplain.Imaging.Reading;

/// <summary>How a TIFF page stores its pixels, of the kinds that are read.</summary>
/// <param name="Compression">1 for none.</param>
/// <param name="Photometric">0 white is zero, 1 black is zero, 2 RGB, 3 palette, 6 YCbCr (JPEG only).</param>
/// <param name="Bits">Bits a sample.</param>
/// <param name="Samples">Samples a pixel.</param>
/// <param name="IsFloat">Whether samples are float32.</param>
/// <param name="IsPlanar">Whether the samples of each colour stand apart.</param>
internal sealed record TiffKind(long Compression, long Photometric, long Bits, int Samples, bool IsFloat, bool IsPlanar)
{
    private const int WhiteIsZero = 0, BlackIsZero = 1, Rgb = 2, Palette = 3, YCbCr = 6;
    private const long Lzw = 5, Jpeg = 7, Deflate = 8, OldDeflate = 32946, PackBits = 32773;

    /// <summary>Whether the largest number is black.</summary>
    internal bool IsInverted => Photometric == WhiteIsZero;

    /// <summary>Whether strips are as long as their pixels.</summary>
    internal bool IsCompressed => Compression != 1;

    /// <summary>Whether strips are compressed by Deflate.</summary>
    internal bool IsDeflated => Compression is Deflate or OldDeflate;

    /// <summary>Whether the strips are JPEG files.</summary>
    internal bool IsJpeg => Compression == Jpeg;

    /// <summary>Whether colours are luma and chroma.</summary>
    internal bool IsYCbCr => Photometric == YCbCr;

    /// <summary>Reads a page's tags, and refuses what ImageSharp refuses or would show wrong.</summary>
    /// <exception cref="ImageFileException">It is of another kind, which the message names.</exception>
    internal static TiffKind Of(TiffPage page, ImageFile file)
    {
        if (page.Has(TiffTag.TileWidth) || page.Has(TiffTag.TileOffsets))
            throw file.Unsupported("tiles");
        long compression = page.Number(TiffTag.Compression, 1);
        if (compression is not (1 or Lzw or Jpeg or Deflate or OldDeflate or PackBits))
            throw file.Unsupported(CompressionName(compression));
        if (page.Number(TiffTag.FillOrder, 1) != 1)
            throw file.Unsupported("bits in reverse order");

        long samples = page.Number(TiffTag.SamplesPerPixel, 1);
        if (samples is < 1 or > 4)
            throw file.Unsupported($"{samples} samples a pixel");
        long[] bits = page.Numbers(TiffTag.BitsPerSample) is { Length: > 0 } given ? given : [1];
        if (bits.Length != samples || bits.Distinct().Count() > 1)
            throw file.Unsupported($"samples of {string.Join(", ", bits.Take(5))} bits");
        long format = page.Number(TiffTag.SampleFormat, 1);
        if (page.Numbers(TiffTag.SampleFormat).Distinct().Count() > 1)
            throw file.Unsupported("samples of several types");
        bool isFloat = format == 3;
        long photometric = page.Number(TiffTag.Photometric, -1);
        bool known = (photometric, samples) switch
        {
            _ when compression == Jpeg => bits[0] == 8 && format == 1 && (photometric, samples) is (BlackIsZero, 1) or (Rgb or YCbCr, 3),
            (WhiteIsZero or BlackIsZero, 1) => isFloat ? bits[0] == 32 : bits[0] is 1 or 4 or 8 or 16,
            (Rgb, 3) => isFloat ? bits[0] == 32 : bits[0] is 8 or 16,
            (Rgb, 4) => !isFloat && bits[0] is 8 or 16,
            (Palette, 1) => !isFloat && bits[0] is 4 or 8,
            _ => false,
        };
        if (!known || format is not (1 or 3))
            throw file.Unsupported($"{PhotometricName(photometric)}, {samples} x {bits[0]}-bit {FormatName(format)}");

        long planar = page.Number(TiffTag.PlanarConfiguration, 1), predictor = page.Number(TiffTag.Predictor, 1);
        var kind = new TiffKind(compression, photometric, bits[0], (int)samples, isFloat, planar == 2 && samples > 1);
        if (planar is not (1 or 2) || kind.IsPlanar && (isFloat || kind.IsJpeg))
            throw file.Unsupported(kind.IsJpeg ? "planes of JPEG" : $"planes of {bits[0]}-bit {FormatName(format)}");
        bool predicts = compression is Lzw or Deflate or OldDeflate && predictor != 1;
        if (predicts && (predictor != 2 || isFloat || kind.IsPlanar || bits[0] < 8))
            throw file.Unsupported($"predictor {predictor} of {(kind.IsPlanar ? "planes of " : "")}{bits[0]}-bit {FormatName(format)}");
        return kind;
    }

    private static string CompressionName(long compression) => compression switch
    {
        2 => "modified Huffman fax",
        3 => "group 3 fax",
        4 => "group 4 fax",
        6 => "JPEG of the old kind inside",
        34712 => "JPEG 2000 inside",
        34925 => "LZMA",
        50000 => "ZSTD",
        50001 => "WebP inside",
        _ => $"compression {compression}",
    };

    private static string PhotometricName(long photometric) => photometric switch
    {
        WhiteIsZero or BlackIsZero => "grey",
        Rgb => "RGB",
        Palette => "palette",
        5 => "CMYK",
        YCbCr => "YCbCr",
        8 or 9 or 10 => "Lab",
        -1 => "no colour model",
        _ => $"colour model {photometric}",
    };

    private static string FormatName(long format) => format switch
    {
        1 => "integers",
        2 => "signed integers",
        3 => "floating point",
        5 or 6 => "complex numbers",
        _ => $"samples of type {format}",
    };
}
