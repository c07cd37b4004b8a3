namespace EasyExplain.Imaging.Reading;

/// <summary>The formats that are read, told apart by a file's first bytes. The name's extension is never asked.</summary>
internal static class ImageReaders
{
    /// <summary>How many bytes are enough to tell.</summary>
    internal const int HeadLength = 32;

    // SkiaSharp reads the first five, whose pixels are Pillow's to the bit; ImageSharp reads what SkiaSharp does not know. TGA has no
    // signature, only a header that must make sense: it comes last.
    private static readonly IImageReader[] All =
    [
        new JpegReader(),
        new PngReader(),
        new WebpReader(),
        new GifReader(),
        new BmpReader(),
        new TiffReader(),
        new PnmReader(),
        new TgaReader(),
    ];

    /// <summary>The names of all formats that are read, for a message.</summary>
    internal static string Formats { get; } = string.Join(", ", All[..^1].Select(reader => reader.Format)) + " and " + All[^1].Format;

    /// <summary>Who reads a file that begins like this, or null.</summary>
    internal static IImageReader? Find(ReadOnlySpan<byte> head)
    {
        foreach (IImageReader reader in All)
        {
            if (reader.Recognizes(head))
                return reader;
        }
        return null;
    }

    /// <summary>The name of a well-known image format that is not read here, or null.</summary>
    internal static string? NameOfOther(ReadOnlySpan<byte> head) => head switch
    {
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'a', (byte)'v', (byte)'i', ..] => "AVIF",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'h' or (byte)'m', (byte)'e' or (byte)'i', ..] => "HEIF",
        [0xFF, 0x0A, ..] or [0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', ..] => "JPEG XL",
        [0, 0, 0, 12, (byte)'j', (byte)'P', ..] => "JPEG 2000",
        [0, 0, 1, 0, ..] => "ICO",
        [(byte)'8', (byte)'B', (byte)'P', (byte)'S', ..] => "Photoshop",
        _ => null,
    };
}
