using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SkiaSharp;

namespace EasyExplain.Imaging;

/// <summary>Reads image files: JPEG, PNG, WebP, GIF (first frame) and BMP, told apart by their content.</summary>
/// <remarks>
/// The pixels are those of Pillow's <c>ImageOps.exif_transpose(image).convert("RGB")</c>, so that a model sees here what it saw in Python:
/// alpha is dropped and the colours under it stay, EXIF orientation is applied, colour profiles are not. 16-bit samples are scaled to
/// 8 bits (Pillow clips 16-bit grey instead).
/// </remarks>
public static class ImageDecoder
{
    /// <summary>The default limit on pixels, Pillow's: larger pictures are taken for decompression bombs.</summary>
    public const long DefaultMaxPixels = 178_956_970;

    private static readonly (int, int) All = (int.MaxValue, int.MaxValue);

    /// <summary>Reads a file, with no more pixels than are needed where that saves time: a JPEG of at least twice as many each way.</summary>
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
        using FileStream file = File.OpenRead(path);
        return Decode(file, DefaultMaxPixels, path, (longSide, shortSide));
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; taken literally, no wildcards.</param>
    /// <param name="maxPixels">The most pixels (width · height) that are decoded; checked in the header, before memory is taken.</param>
    /// <returns>The upright picture.</returns>
    /// <exception cref="ImageFileException">The file is empty, no image, cut short, damaged, too large, or of an unsupported kind.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    public static Photo Decode(string path, long maxPixels = DefaultMaxPixels)
    {
        using FileStream file = File.OpenRead(path);
        return Decode(file, maxPixels, path);
    }

    /// <summary>Reads an image from a stream, from where the stream stands to its end.</summary>
    /// <param name="stream">The image file's bytes; need not be seekable; left open.</param>
    /// <param name="maxPixels">As for a file.</param>
    /// <param name="path">The name to use in messages.</param>
    /// <returns>The upright picture.</returns>
    /// <exception cref="ImageFileException">As for a file.</exception>
    public static Photo Decode(Stream stream, long maxPixels = DefaultMaxPixels, string? path = null) => Decode(stream, maxPixels, path, All);

    private static Photo Decode(Stream stream, long maxPixels, string? path, (int LongSide, int ShortSide) needed)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPixels, 1);
        byte[] head = new byte[ImageSignature.Length];
        head = head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        ImageKind kind = Identify(head, path);
        ReadOnlySpan<byte> file = ReadRest(head, stream, path);
        if (IsCutShort(file, kind))
            throw Truncated(kind, path);
        return Decode(file, kind, maxPixels, path, needed);
    }

    private static ImageKind Identify(ReadOnlySpan<byte> head, string? path)
    {
        if (head.IsEmpty)
            throw Fault(ImageFault.Empty, "is empty (0 bytes)", path);
        if (ImageSignature.Identify(head) is { } kind)
            return kind;
        const string known = "JPEG, PNG, WebP, GIF and BMP are read";
        throw ImageSignature.NameOfOther(head) is { } other
            ? Fault(ImageFault.Unsupported, $"is a {other} image; {known}", path)
            : Fault(ImageFault.NotAnImage, $"is not an image; {known}", path);
    }

    private static ReadOnlySpan<byte> ReadRest(byte[] head, Stream stream, string? path)
    {
        long length = stream.CanSeek ? head.Length + stream.Length - stream.Position : 0;
        if (length > Array.MaxLength)
            throw Fault(ImageFault.TooLarge, $"has {length} bytes; the limit is {Array.MaxLength}", path);
        // Read first, decode then: an error of the disk must not surface inside native code.
        var bytes = new MemoryStream((int)length);
        bytes.Write(head);
        stream.CopyTo(bytes);
        return bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
    }

    /// <summary>True for files whose own structure says that bytes are missing where the decoder would not mind.</summary>
    private static bool IsCutShort(ReadOnlySpan<byte> file, ImageKind kind) => kind switch
    {
        ImageKind.Jpeg => !JpegMarkers.ReachEnd(file),
        ImageKind.Webp => BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) > file.Length - 8, // RIFF's size
        _ => false,
    };

    private static unsafe Photo Decode(ReadOnlySpan<byte> file, ImageKind kind, long maxPixels, string? path, (int LongSide, int ShortSide) needed)
    {
        fixed (byte* start = file)
        {
            using SKData data = SKData.Create((IntPtr)start, file.Length);
            using SKCodec codec = SKCodec.Create(new SKMemoryStream(data), out SKCodecResult opened) ?? throw Failure(opened, kind, path);
            SKImageInfo size = codec.Info;
            long pixels = (long)size.Width * size.Height;
            if (pixels > Math.Min(maxPixels, Array.MaxLength / 3))
            {
                throw Fault(ImageFault.TooLarge,
                    $"is {size.Width} x {size.Height} = {pixels} pixels; the limit is {Math.Min(maxPixels, Array.MaxLength / 3)}", path);
            }
            int eighths = kind == ImageKind.Jpeg ? Eighths(size, needed) : 8;
            SKSizeI reduced = codec.GetScaledDimensions(eighths / 8f);
            // Unpremultiplied, so that colours under alpha 0 survive; no colour space, so that none is converted. Zeroed, because a GIF's
            // first frame may leave pixels untouched.
            var info = new SKImageInfo(reduced.Width, reduced.Height, SKColorType.Rgba8888,
                size.IsOpaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
            byte* rgba = (byte*)NativeMemory.AllocZeroed((nuint)info.BytesSize64);
            try
            {
                SKCodecResult result = codec.GetPixels(info, (IntPtr)rgba);
                if (result != SKCodecResult.Success)
                    throw Failure(result, kind, path);
                if (kind == ImageKind.Gif && !size.IsOpaque)
                    FillTransparent(rgba, pixels, GifBackdrop.Color(file));
                int orientation = kind == ImageKind.Png ? PngExif.Orientation(file) : (int)codec.EncodedOrigin;
                return Upright(rgba, reduced, size.Size, eighths / 8.0, orientation);
            }
            finally
            {
                NativeMemory.Free(rgba);
            }
        }
    }

    /// <summary>The least n for which n/8 of the size is as much as is needed; 8 where that is more than a half.</summary>
    private static int Eighths(SKImageInfo size, (int LongSide, int ShortSide) needed)
    {
        int longSide = Math.Max(size.Width, size.Height), shortSide = Math.Min(size.Width, size.Height);
        double share = Math.Max((double)needed.LongSide / longSide, (double)needed.ShortSide / shortSide);
        return share <= 0.5 ? (int)Math.Ceiling(8 * share) : 8;
    }

    private static unsafe void FillTransparent(byte* rgba, long pixels, (byte R, byte G, byte B) color)
    {
        for (byte* pixel = rgba, end = rgba + pixels * 4; pixel < end; pixel += 4)
        {
            if (pixel[3] == 0)
                (pixel[0], pixel[1], pixel[2]) = color;
        }
    }

    /// <summary>Drops alpha and turns the stored pixels as an EXIF orientation (1 to 8) asks.</summary>
    private static unsafe Photo Upright(byte* rgba, SKSizeI stored, SKSizeI original, double scale, int orientation)
    {
        (int width, int height) = (stored.Width, stored.Height);
        // A reduced size is rounded up: the last column and row reach this far beyond the picture, and are the first ones where it is turned.
        double frameWidth = original.Width * scale, frameHeight = original.Height * scale;
        (double beyondX, double beyondY) = (width - frameWidth, height - frameHeight);
        // Where the upright picture's first pixel is stored, and how far it is to the pixel on its right and to the one below.
        long right = 4, down = 4L * width, lastColumn = right * (width - 1), lastRow = down * (height - 1);
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
        if (orientation >= 5)
        {
            (width, height, frameWidth, frameHeight, beyondX, beyondY) = (height, width, frameHeight, frameWidth, beyondY, beyondX);
            original = new SKSizeI(original.Height, original.Width);
        }
        byte[] rgb = new byte[width * height * 3];
        int at = 0;
        for (int y = 0; y < height; y++)
        {
            byte* pixel = rgba + first + y * stepY;
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

    private static ImageFileException Failure(SKCodecResult result, ImageKind kind, string? path) => result switch
    {
        SKCodecResult.IncompleteInput => Truncated(kind, path),
        SKCodecResult.Unimplemented or SKCodecResult.InvalidConversion =>
            Fault(ImageFault.Unsupported, $"is a {Name(kind)} image of a kind that is not read here", path),
        _ => Fault(ImageFault.Damaged, $"is a {Name(kind)} image whose data are damaged ({result})", path),
    };

    private static ImageFileException Truncated(ImageKind kind, string? path) =>
        Fault(ImageFault.Truncated, $"is a {Name(kind)} image that ends too early; part of the file is missing", path);

    private static string Name(ImageKind kind) => kind == ImageKind.Webp ? "WebP" : kind.ToString().ToUpperInvariant();

    private static ImageFileException Fault(ImageFault fault, string what, string? path) =>
        new(fault, (path is null ? "The image" : $"'{path}'") + $" {what}.", path);
}
