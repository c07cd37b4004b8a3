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
        const int header = 13;
        if (file.Length < header)
            return default;
        ReadOnlySpan<byte> palette = Palette(file, file[10], header);
        int index = 0;
        for (int at = header + palette.Length; file.Length - at >= 10;)
        {
            if (file[at] == 0x2C) // the first frame: its own palette comes before the common one
            {
                ReadOnlySpan<byte> own = Palette(file, file[at + 9], at + 10);
                palette = own.IsEmpty ? palette : own;
                break;
            }
            if (file[at] != 0x21)
                break;
            if (file[at + 1] == 0xF9 && (file[at + 3] & 1) != 0) // graphic control extension with a transparent index
                index = file[at + 6];
            for (at += 2; at < file.Length && file[at] != 0;)
                at += file[at] + 1;
            at++;
        }
        return palette.Length >= index * 3 + 3 ? (palette[index * 3], palette[index * 3 + 1], palette[index * 3 + 2]) : default;
    }

    private static ReadOnlySpan<byte> Palette(ReadOnlySpan<byte> file, byte flags, int at)
    {
        int size = 3 * (2 << (flags & 7));
        return (flags & 0x80) != 0 && file.Length - at >= size ? file.Slice(at, size) : [];
    }
}
