using EasyExplain.Runtime;
using SkiaSharp;

namespace EasyExplain.Imaging;

/// <summary>The formats that are written.</summary>
public enum ImageFormat
{
    /// <summary>Lossless.</summary>
    Png,

    /// <summary>Lossy, at most 65,535 pixels a side.</summary>
    Jpeg,

    /// <summary>Lossy (lossless at quality 100), at most 16,383 pixels a side.</summary>
    Webp,
}

/// <summary>Writes image files, each of which appears whole or not at all.</summary>
public static class ImageEncoder
{
    // Level 3 takes less than half of the time of 6, libpng's usual one, for files 1 % larger.
    private static readonly SKPngEncoderOptions Png = new(SKPngEncoderFilterFlags.AllFilters, zLibLevel: 3);

    /// <summary>Encodes a photo and writes it: under a temporary name in the same folder first, then moved to its own.</summary>
    /// <param name="photo">The picture.</param>
    /// <param name="path">The file to make; its folder must exist. The extension is not looked at.</param>
    /// <param name="format">The file's format.</param>
    /// <param name="quality">1 to 100, for JPEG and WebP.</param>
    /// <param name="overwrite">Whether a file that is there already gives way.</param>
    /// <param name="note">A line of text to keep inside the file; null for none.</param>
    /// <exception cref="ImageFileException">The picture is too large for the format.</exception>
    /// <exception cref="IOException">The folder is missing, the disk is full, or the file exists and may not be overwritten.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static void Save(Photo photo, string path, ImageFormat format, int quality = 90, bool overwrite = true, string? note = null)
    {
        ArgumentNullException.ThrowIfNull(photo);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"'{path}' cannot be written: there is no folder '{folder}'.");
        // Asked before the work, to save it; the move below asks again and decides.
        if (!overwrite && File.Exists(path))
            throw new IOException($"'{path}' exists already.");
        using SKData data = Encode(photo, path, format, quality);
        WholeFile.Write(path, overwrite, file =>
        {
            if (note is null)
                file.Write(data.AsSpan());
            else
                PictureNote.Write(file, format, data.AsSpan(), note);
        });
    }

    /// <summary>Encodes a photo in memory.</summary>
    /// <param name="photo">The picture.</param>
    /// <param name="format">The format.</param>
    /// <param name="quality">1 to 100, for JPEG and WebP.</param>
    /// <returns>What a file of it holds.</returns>
    /// <exception cref="ImageFileException">The picture is too large for the format.</exception>
    internal static byte[] Bytes(Photo photo, ImageFormat format, int quality)
    {
        using SKData data = Encode(photo, path: null, format, quality);
        return data.ToArray();
    }

    private static SKData Encode(Photo photo, string? path, ImageFormat format, int quality)
    {
        using SKBitmap bitmap = SkiaPixels.ToBitmap(photo);
        using SKPixmap pixels = bitmap.PeekPixels();
        SKData? data = format switch
        {
            ImageFormat.Png => pixels.Encode(Png),
            ImageFormat.Jpeg => pixels.Encode(SKEncodedImageFormat.Jpeg, quality),
            ImageFormat.Webp => pixels.Encode(SKEncodedImageFormat.Webp, quality),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Known are Png, Jpeg and Webp."),
        };
        return data ?? throw ImageFileException.About(ImageFault.Unsupported,
            $"cannot be written: {photo.Width} x {photo.Height} pixels do not fit into a {format} file. Use Png", path);
    }
}
