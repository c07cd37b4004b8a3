namespace EasyExplain.Imaging.Reading;

/// <summary>
/// An image file in memory on its way to its reader: its bytes, what is wanted of it, and the words for what is wrong with it.
/// </summary>
/// <param name="buffer">The file's bytes; a reader may change them.</param>
/// <param name="length">How many of them are the file's.</param>
/// <param name="format">The format's name.</param>
/// <param name="path">The name to use in messages.</param>
/// <param name="maxPixels">The most pixels that are decoded.</param>
/// <param name="needed">How many pixels the sides need.</param>
internal sealed class ImageFile(
    byte[] buffer, int length, string format, string? path, long maxPixels, (int LongSide, int ShortSide) needed)
{
    /// <summary>The file's bytes.</summary>
    internal Span<byte> Bytes => buffer.AsSpan(0, length);

    /// <summary>How many pixels the sides need; more than there are where all are wanted.</summary>
    internal (int LongSide, int ShortSide) Needed => needed;

    /// <summary>The bytes as a stream that can be read only.</summary>
    internal MemoryStream ToStream() => ToStream(0, length);

    /// <summary>Some of the bytes as a stream that can be read only.</summary>
    internal MemoryStream ToStream(int start, int count) => new(buffer, start, count, writable: false);

    /// <summary>A picture inside this one, or another form of it; what is wrong with it is wrong with this file.</summary>
    internal ImageFile Part(byte[] bytes, long? most = null) => new(bytes, bytes.Length, format, path, most ?? maxPixels, needed);

    /// <summary>Refuses a picture of too many pixels; to be asked of the header, before memory is taken.</summary>
    internal void CheckSize(long width, long height)
    {
        long limit = Math.Min(maxPixels, Array.MaxLength / 3);
        if (width * height > limit)
            throw Fault(ImageFault.TooLarge, $"is {width} x {height} = {width * height} pixels; the limit is {limit}");
    }

    /// <summary>For a file that ends before its picture does.</summary>
    internal ImageFileException Truncated() =>
        Fault(ImageFault.Truncated, $"is a {format} image that ends too early; part of the file is missing");

    /// <summary>For data that make no sense.</summary>
    /// <param name="why">What makes none, for whoever looks into it.</param>
    internal ImageFileException Damaged(string why) => Fault(ImageFault.Damaged, $"is a {format} image whose data are damaged ({why})");

    /// <summary>For what is right in itself, but not read here.</summary>
    /// <param name="what">What is not; null where nobody knows.</param>
    internal ImageFileException Unsupported(string? what = null) =>
        Fault(ImageFault.Unsupported, $"is a {format} image of a kind that is not read here" + (what is null ? "" : $" ({what})"));

    /// <summary>For whatever else is wrong.</summary>
    internal ImageFileException Fault(ImageFault fault, string what) => ImageFileException.About(fault, what, path);
}
