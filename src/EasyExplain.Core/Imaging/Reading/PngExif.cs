using System.Buffers.Binary;

namespace EasyExplain.Imaging.Reading;

/// <summary>The orientation in a PNG's eXIf chunk, which SkiaSharp's PNG decoder passes over.</summary>
internal static class PngExif
{
    private const ushort OrientationTag = 0x0112;

    /// <summary>The EXIF orientation, 1 to 8; 1 (upright) when the file says nothing or nonsense.</summary>
    internal static int Orientation(ReadOnlySpan<byte> file)
    {
        for (int at = 8; file.Length - at >= 12;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            if (length > file.Length - at - 12)
                return 1;
            if (file.Slice(at + 4, 4).SequenceEqual("eXIf"u8))
                return OrientationIn(file.Slice(at + 8, (int)length));
            at += 12 + (int)length;
        }
        return 1;
    }

    /// <summary>Reads one tag of a TIFF structure's first directory.</summary>
    private static int OrientationIn(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8)
            return 1;
        bool little = tiff[0] == 'I';
        uint directory = little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2)
            return 1;
        tiff = tiff[(int)directory..];
        int count = U16(tiff);
        for (int entry = 2; count > 0 && tiff.Length - entry >= 12; entry += 12, count--)
        {
            if (U16(tiff[entry..]) == OrientationTag)
                return U16(tiff[(entry + 8)..]) is >= 1 and <= 8 and var orientation ? orientation : 1;
        }
        return 1;

        ushort U16(ReadOnlySpan<byte> b) => little ? BinaryPrimitives.ReadUInt16LittleEndian(b) : BinaryPrimitives.ReadUInt16BigEndian(b);
    }
}
