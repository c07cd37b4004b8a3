using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace EasyExplain.Weights;

/// <summary>The members of a zip archive and where each lies in the file, which .NET's own reader does not tell.</summary>
/// <remarks>Source: PKWARE's APPNOTE 6.3.10, sections 4.3.7 (a member), 4.3.12 (the directory), 4.3.14 to 4.3.16 (its end), 4.5.3 (ZIP64).</remarks>
internal static class ZipDirectory
{
    private const int EndSize = 22, LocatorSize = 20, End64Size = 56, RecordSize = 46, LongestComment = ushort.MaxValue;

    // Some 100 bytes a member.
    private const long LargestDirectory = 16 << 20;

    /// <summary>The members by their names.</summary>
    /// <exception cref="InvalidDataException">The directory is missing or broken, or names a member twice.</exception>
    public static Dictionary<string, ZipMember> Read(SafeFileHandle file)
    {
        (long count, long size, long start, long end) = FindDirectory(file);
        if (size > LargestDirectory || start < 0 || size < 0 || start > end - size)
        {
            throw new InvalidDataException($"The archive's directory cannot have {size} bytes from byte {start} on; the file may have been cut off.");
        }
        var members = new Dictionary<string, ZipMember>();
        ReadOnlySpan<byte> rest = Bytes(file, start, (int)size);
        for (; count > 0; count--)
        {
            ZipMember member = Member(file, start, ref rest);
            if (!members.TryAdd(member.Name, member))
            {
                throw new InvalidDataException($"The archive has two members '{member.Name}'.");
            }
        }
        return rest.IsEmpty ? members : throw Broken();
    }

    /// <summary>Exactly these bytes of the file.</summary>
    public static byte[] Bytes(SafeFileHandle file, long start, int count)
    {
        var bytes = new byte[count];
        FileBytes.ReadExactly(file, start, bytes);
        return bytes;
    }

    /// <summary>Number of members, bytes of the directory, where it starts, and where it must have ended.</summary>
    private static (long Count, long Size, long Start, long End) FindDirectory(SafeFileHandle file)
    {
        long length = RandomAccess.GetLength(file);
        int tailSize = (int)Math.Min(length, EndSize + LongestComment);
        ReadOnlySpan<byte> tail = Bytes(file, length - tailSize, tailSize);
        int at = tail[..Math.Max(0, tail.Length - EndSize + 4)].LastIndexOf("PK\x05\x06"u8);
        if (at < 0)
        {
            throw new InvalidDataException("The file starts like a zip archive, but has no directory at its end; it may have been cut off.");
        }
        ReadOnlySpan<byte> end = tail[at..];
        (long count, long size, long start) = (UInt16(end, 10), UInt32(end, 12), UInt32(end, 16));
        if (count != ushort.MaxValue && size != uint.MaxValue && start != uint.MaxValue)
        {
            return (count, size, start, length - tailSize + at);
        }
        if (at < LocatorSize || !tail[(at - LocatorSize)..].StartsWith("PK\x06\x07"u8))
        {
            throw new InvalidDataException("The archive says that it is a ZIP64 one, but has no directory of that kind.");
        }
        long end64 = Int64(tail[(at - LocatorSize)..], 8);
        return end64 >= 0 && end64 <= length - End64Size && Bytes(file, end64, End64Size) is [(byte)'P', (byte)'K', 6, 6, ..] and var record
            ? (Int64(record, 32), Int64(record, 40), Int64(record, 48), end64)
            : throw new InvalidDataException("The archive's ZIP64 directory is not where it should be; the file may have been cut off.");
    }

    private static ZipMember Member(SafeFileHandle file, long limit, ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < RecordSize || !rest.StartsWith("PK\x01\x02"u8))
        {
            throw Broken();
        }
        int nameLength = UInt16(rest, 28), extraLength = UInt16(rest, 30), all = RecordSize + nameLength + extraLength + UInt16(rest, 32);
        if (all > rest.Length)
        {
            throw Broken();
        }
        ReadOnlySpan<byte> name = rest.Slice(RecordSize, nameLength);
        ReadOnlySpan<byte> wide = Zip64Field(rest.Slice(RecordSize + nameLength, extraLength));
        long length = Wide(UInt32(rest, 24), ref wide);
        long packed = Wide(UInt32(rest, 20), ref wide);
        long header = Wide(UInt32(rest, 42), ref wide);
        var member = new ZipMember(file, Encoding.UTF8.GetString(name), UInt16(rest, 10), (UInt16(rest, 8) & 1) != 0, packed, length, header, limit);
        rest = rest[all..];
        return member;
    }

    /// <summary>The numbers that do not fit into a record: those, in order, whose place there is filled with ones.</summary>
    private static ReadOnlySpan<byte> Zip64Field(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            int id = UInt16(extra, 0), size = UInt16(extra, 2);
            extra = extra[4..];
            if (size > extra.Length)
            {
                break;
            }
            if (id == 1)
            {
                return extra[..size];
            }
            extra = extra[size..];
        }
        return [];
    }

    private static long Wide(uint value, ref ReadOnlySpan<byte> wide)
    {
        if (value != uint.MaxValue)
        {
            return value;
        }
        if (wide.Length < sizeof(long))
        {
            throw Broken();
        }
        long result = Int64(wide, 0);
        wide = wide[sizeof(long)..];
        return result;
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long Int64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    private static InvalidDataException Broken() => new("The archive's directory is broken; the file may have been cut off.");
}
