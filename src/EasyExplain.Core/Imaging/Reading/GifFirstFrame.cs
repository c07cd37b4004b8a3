namespace EasyExplain.Imaging.Reading;

/// <summary>The place of a GIF's first frame.</summary>
internal static class GifFirstFrame
{
    /// <summary>Bytes before the common palette.</summary>
    internal const int HeaderLength = 13;

    /// <summary>Bytes of a frame's description, behind which its own palette stands.</summary>
    internal const int DescriptionLength = 10;

    /// <summary>Where the frame's description begins; -1 where the file ends before, or makes no sense.</summary>
    /// <param name="file">The file.</param>
    /// <param name="transparent">The index of its transparent colour, null if none is.</param>
    internal static int Find(ReadOnlySpan<byte> file, out int? transparent)
    {
        transparent = null;
        if (file.Length < HeaderLength)
            return -1;
        for (int at = HeaderLength + Palette(file, file[10], HeaderLength).Length; file.Length - at >= DescriptionLength;)
        {
            if (file[at] == 0x2C)
                return at;
            if (file[at] != 0x21)
                break;
            if (file[at + 1] == 0xF9 && (file[at + 3] & 1) != 0) // graphic control extension with a transparent index
                transparent = file[at + 6];
            for (at += 2; at < file.Length && file[at] != 0;)
                at += file[at] + 1;
            at++;
        }
        return -1;
    }

    /// <summary>The palette that flags announce at a place; empty when they do not, or it is not there.</summary>
    internal static ReadOnlySpan<byte> Palette(ReadOnlySpan<byte> file, byte flags, int at)
    {
        int size = 3 * (2 << (flags & 7));
        return (flags & 0x80) != 0 && file.Length - at >= size ? file.Slice(at, size) : [];
    }
}
