namespace EasyExplain.Imaging;

/// <summary>The formats that are read.</summary>
internal enum ImageKind
{
    Jpeg,
    Png,
    Webp,
    Gif,
    Bmp,
}

/// <summary>What a file's first bytes say it is. The name's extension is never asked.</summary>
internal static class ImageSignature
{
    /// <summary>How many bytes are enough to tell.</summary>
    internal const int Length = 16;

    /// <summary>The format that the first bytes announce, or null.</summary>
    internal static ImageKind? Identify(ReadOnlySpan<byte> head) => head switch
    {
        [0xFF, 0xD8, 0xFF, ..] => ImageKind.Jpeg,
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => ImageKind.Png,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => ImageKind.Webp,
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => ImageKind.Gif,
        [(byte)'B', (byte)'M', ..] => ImageKind.Bmp,
        _ => null,
    };

    /// <summary>The name of a well-known image format that is not read here, or null.</summary>
    internal static string? NameOfOther(ReadOnlySpan<byte> head) => head switch
    {
        [(byte)'I', (byte)'I', 42, 0, ..] or [(byte)'M', (byte)'M', 0, 42, ..] => "TIFF",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'a', (byte)'v', (byte)'i', ..] => "AVIF",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'h' or (byte)'m', (byte)'e' or (byte)'i', ..] => "HEIF",
        [0xFF, 0x0A, ..] or [0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', ..] => "JPEG XL",
        [0, 0, 0, 12, (byte)'j', (byte)'P', ..] => "JPEG 2000",
        [0, 0, 1, 0, ..] => "ICO",
        [(byte)'8', (byte)'B', (byte)'P', (byte)'S', ..] => "Photoshop",
        _ => null,
    };
}
