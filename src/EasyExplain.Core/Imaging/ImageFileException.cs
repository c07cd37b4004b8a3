namespace EasyExplain.Imaging;

/// <summary>What is wrong with an image file.</summary>
public enum ImageFault
{
    /// <summary>It has no bytes at all.</summary>
    Empty,

    /// <summary>It is something else: its first bytes are those of no image format.</summary>
    NotAnImage,

    /// <summary>It ends before its picture does.</summary>
    Truncated,

    /// <summary>It is as long as it should be, but its data make no sense.</summary>
    Damaged,

    /// <summary>Its picture has more pixels than allowed.</summary>
    TooLarge,

    /// <summary>It is an image, but of a kind that is not read or written here.</summary>
    Unsupported,

    /// <summary>It is no file but a named pipe, a device or a socket.</summary>
    NotAFile,
}

/// <summary>An image file that cannot be read or written; the message names the file and says why.</summary>
/// <param name="fault">What is wrong.</param>
/// <param name="message">The sentence for the user.</param>
/// <param name="path">The file, null when the bytes came from a stream without a name.</param>
public sealed class ImageFileException(ImageFault fault, string message, string? path = null) : Exception(message)
{
    /// <summary>What is wrong.</summary>
    public ImageFault Fault { get; } = fault;

    /// <summary>The file, null when the bytes came from a stream without a name.</summary>
    public string? Path { get; } = path;

    /// <summary>The sentence about a file, or about "the image" where it has no name.</summary>
    internal static ImageFileException About(ImageFault fault, string what, string? path) =>
        new(fault, (path is null ? "The image" : $"'{path}'") + $" {what}.", path);
}
