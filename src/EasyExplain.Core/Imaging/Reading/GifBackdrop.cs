namespace EasyExplain.Imaging.Reading;

/// <summary>The colour behind a GIF's first frame.</summary>
/// <remarks>
/// The decoder gives transparent black where the first frame is transparent or does not reach. Pillow's <c>convert("RGB")</c> shows the
/// palette's colour there: that of the transparent index, or of index 0 when there is none.
/// </remarks>
internal static class GifBackdrop
{
    /// <summary>The red, green and blue of the backdrop; black when the file has no palette.</summary>
    internal static (byte R, byte G, byte B) Color(ReadOnlySpan<byte> file)
    {
        if (file.Length < GifFirstFrame.HeaderLength)
            return default;
        ReadOnlySpan<byte> palette = GifFirstFrame.Palette(file, file[10], GifFirstFrame.HeaderLength);
        int frame = GifFirstFrame.Find(file, out int? transparent);
        if (frame >= 0) // its own palette comes before the common one
        {
            ReadOnlySpan<byte> own = GifFirstFrame.Palette(file, file[frame + 9], frame + GifFirstFrame.DescriptionLength);
            palette = own.IsEmpty ? palette : own;
        }
        int at = 3 * (transparent ?? 0);
        return palette.Length >= at + 3 ? (palette[at], palette[at + 1], palette[at + 2]) : default;
    }
}
