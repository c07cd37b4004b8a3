using System.Buffers.Binary;

namespace EasyExplain.Imaging.Reading;

/// <summary>The orientation in a WebP file of the extended kind, whose header says whether it has EXIF data and XMP.</summary>
internal static class WebpOrientation
{
    private const byte HasExif = 8, HasXmp = 4;

    /// <summary>The orientation, 1 when the file says nothing.</summary>
    internal static long Of(ReadOnlySpan<byte> file)
    {
        const int first = 12;
        if (file.Length < 21 || !file[first..].StartsWith("VP8X"u8))
            return 1;
        byte flags = file[20];
        return Orientation.Said(
            (flags & HasExif) != 0 ? Chunk(file, first, "EXIF"u8) : [], (flags & HasXmp) != 0 ? Chunk(file, first, "XMP "u8) : []);
    }

    /// <summary>The first chunk of a type.</summary>
    private static ReadOnlySpan<byte> Chunk(ReadOnlySpan<byte> file, int at, ReadOnlySpan<byte> type)
    {
        while (file.Length - at >= 8)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(file[(at + 4)..]);
            if (length > file.Length - at - 8)
                break;
            if (file[at..].StartsWith(type))
                return file.Slice(at + 8, (int)length);
            at += 8 + (int)length + (int)(length & 1);
        }
        return [];
    }
}
