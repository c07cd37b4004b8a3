using System.Buffers.Binary;

namespace EasyExplain.Imaging.Reading;

/// <summary>EXIF data: a TIFF structure, of which one tag matters here.</summary>
internal static class Exif
{
    private const int EntryLength = 12;

    /// <summary>
    /// What the orientation tag of the first directory says, as Pillow reads it: a whole number of any type but BYTE, the last one if there
    /// are several. 0 when it is no such number, null when there is no such tag or no such structure.
    /// </summary>
    /// <param name="data">The data; older writers put "Exif\0\0" before them, as JPEG does, in files of every format.</param>
    internal static long? Orientation(ReadOnlySpan<byte> data)
    {
        while (data.StartsWith("Exif\0\0"u8))
            data = data[6..];
        if (data.Length < 8 || data[0] != data[1] || data[0] is not ((byte)'I' or (byte)'M') || data[2] + data[3] != 42)
            return null;
        bool little = data[0] == 'I';
        long at = U32(data[4..]);
        if (at > data.Length - 2)
            return null;
        long? found = null;
        int count = U16(data[(int)at..]);
        for (at += 2; count > 0 && at + EntryLength <= data.Length; at += EntryLength, count--)
        {
            ReadOnlySpan<byte> entry = data.Slice((int)at, EntryLength);
            if (U16(entry) == (int)TiffTag.Orientation)
                found = Number(U16(entry[2..]), U32(entry[4..]), entry[8..], data) ?? found;
        }
        return found;

        long? Number(int type, long count, ReadOnlySpan<byte> value, ReadOnlySpan<byte> data)
        {
            int size = type switch { 1 or 2 or 6 or 7 => 1, 3 or 8 => 2, 4 or 9 or 11 or 13 => 4, 5 or 10 or 12 or 16 => 8, _ => 0 };
            long length = size * count;
            if (length > value.Length)
            {
                long start = U32(value);
                value = start + length <= data.Length ? data[(int)start..] : [];
            }
            if (length == 0 || value.IsEmpty)
                return null;
            return type switch
            {
                3 => U16(value),
                4 or 13 => U32(value),
                5 => Whole((double)U32(value) / U32(value[4..])),
                6 => (sbyte)value[0],
                8 => (short)U16(value),
                9 => (int)U32(value),
                10 => Whole((double)(int)U32(value) / (int)U32(value[4..])),
                11 => Whole(little ? BinaryPrimitives.ReadSingleLittleEndian(value) : BinaryPrimitives.ReadSingleBigEndian(value)),
                12 => Whole(little ? BinaryPrimitives.ReadDoubleLittleEndian(value) : BinaryPrimitives.ReadDoubleBigEndian(value)),
                16 => (long)(little ? BinaryPrimitives.ReadUInt64LittleEndian(value) : BinaryPrimitives.ReadUInt64BigEndian(value)),
                _ => 0,
            };
        }

        static long Whole(double number) => Math.Abs(number) < 100 && number == Math.Floor(number) ? (long)number : 0;

        ushort U16(ReadOnlySpan<byte> b) => little ? BinaryPrimitives.ReadUInt16LittleEndian(b) : BinaryPrimitives.ReadUInt16BigEndian(b);

        uint U32(ReadOnlySpan<byte> b) => little ? BinaryPrimitives.ReadUInt32LittleEndian(b) : BinaryPrimitives.ReadUInt32BigEndian(b);
    }
}
