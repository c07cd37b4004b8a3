using EasyExplain.Imaging.Reading;

namespace EasyExplain.Imaging;

/// <summary>
/// Reads image files: JPEG, PNG, WebP, GIF (first frame), BMP, TIFF (first page), PBM, PGM, PPM and TGA, told apart by their content.
/// </summary>
/// <remarks>
/// The pixels are those of Pillow's <c>ImageOps.exif_transpose(image).convert("RGB")</c>, so that a model sees here what it saw in Python:
/// alpha is dropped and the colours under it stay, orientation is applied (EXIF data first, then XMP), colour profiles are not. 16-bit
/// samples are scaled to 8 bits (Pillow clips 16-bit grey instead). Of a TIFF of float32 samples, which may be anything, the least finite
/// one becomes black and the greatest white, and what is no number black.
/// </remarks>
public static class ImageDecoder
{
    /// <summary>The default limit on pixels, Pillow's: larger pictures are taken for decompression bombs.</summary>
    public const long DefaultMaxPixels = 178_956_970;

    private static readonly (int, int) All = (int.MaxValue, int.MaxValue);

    /// <summary>
    /// Reads a file, with no more pixels than are needed where that saves time: a JPEG of at least twice as many each way.
    /// </summary>
    /// <remarks>
    /// A JPEG's blocks of 8 x 8 pixels can be decoded to n x n ones (n/8, as Pillow's draft mode does): 12 megapixels at 3/8 in a third of
    /// the time, and what follows has a seventh of the pixels. A reduction by less than a half would save little and is not made.
    /// </remarks>
    /// <param name="path">The file; taken literally, no wildcards.</param>
    /// <param name="longSide">How many pixels the longer side needs.</param>
    /// <param name="shortSide">How many pixels the shorter side needs.</param>
    /// <returns>The upright picture, which knows its original's size.</returns>
    /// <exception cref="ImageFileException">As for the whole picture.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    internal static Photo DecodeFor(string path, int longSide, int shortSide)
    {
        using Stream file = PhotoFile.Open(path);
        return Decode(file, DefaultMaxPixels, path, (longSide, shortSide));
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">
    /// The file, or <c>images.tar/cat.jpg</c> for a member of a tar or a zip; taken literally, no wildcards.
    /// </param>
    /// <param name="maxPixels">The most pixels (width · height) that are decoded; checked in the header, before memory is taken.</param>
    /// <returns>The upright picture.</returns>
    /// <exception cref="ImageFileException">
    /// The file is empty, no image, cut short, damaged, too large, or of an unsupported kind; or it is a named pipe or a device.
    /// </exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    public static Photo Decode(string path, long maxPixels = DefaultMaxPixels)
    {
        using Stream file = PhotoFile.Open(path);
        return Decode(file, maxPixels, path);
    }

    /// <summary>Reads an image from a stream, from where the stream stands to its end.</summary>
    /// <param name="stream">The image file's bytes; need not be seekable; left open.</param>
    /// <param name="maxPixels">As for a file.</param>
    /// <param name="path">The name to use in messages.</param>
    /// <returns>The upright picture.</returns>
    /// <exception cref="ImageFileException">As for a file.</exception>
    public static Photo Decode(Stream stream, long maxPixels = DefaultMaxPixels, string? path = null) =>
        Decode(stream, maxPixels, path, All);

    private static Photo Decode(Stream stream, long maxPixels, string? path, (int LongSide, int ShortSide) needed)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPixels, 1);
        byte[] head = new byte[ImageReaders.HeadLength];
        head = head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        IImageReader reader = Identify(head, path);
        MemoryStream bytes = ReadRest(head, stream, path);
        return reader.Read(new ImageFile(bytes.GetBuffer(), (int)bytes.Length, reader.Format, path, maxPixels, needed));
    }

    private static IImageReader Identify(ReadOnlySpan<byte> head, string? path)
    {
        if (head.IsEmpty)
            throw ImageFileException.About(ImageFault.Empty, "is empty (0 bytes)", path);
        if (ImageReaders.Find(head) is { } reader)
            return reader;
        throw ImageReaders.NameOfOther(head) is { } other
            ? ImageFileException.About(ImageFault.Unsupported, $"is a {other} image; {ImageReaders.Formats} are read", path)
            : ImageFileException.About(ImageFault.NotAnImage, $"is not an image; {ImageReaders.Formats} are read", path);
    }

    private static MemoryStream ReadRest(byte[] head, Stream stream, string? path)
    {
        long length = stream.CanSeek ? head.Length + stream.Length - stream.Position : 0;
        if (length > Array.MaxLength)
            throw ImageFileException.About(ImageFault.TooLarge, $"has {length} bytes; the limit is {Array.MaxLength}", path);
        // Read first, decode then: an error of the disk must not surface inside native code.
        var bytes = new MemoryStream((int)length);
        bytes.Write(head);
        stream.CopyTo(bytes);
        return bytes;
    }
}
