using System.Buffers.Binary;
using System.Globalization;

namespace EasyExplain.Imaging.Archives;

/// <summary>A zip: a directory at its end tells of all members.</summary>
/// <remarks>
/// System.IO.Compression's ZipArchive is not used: it holds the whole directory in memory, one thread may read it at a time, and it does
/// not say what is encrypted. Source: PKWARE's APPNOTE 6.3.10.
/// </remarks>
internal sealed class ZipDirectory : IArchiveHeaders
{
    private const int EndLength = 22, End64Length = 56, LocatorLength = 20, EntryLength = 46, LocalLength = 30, MostComment = 65_535;
    private const int Stored = 0, Deflated = 8;

    // As the format's description counts the entry's bytes.
    private const int MadeAt = 4, FlagsAt = 8, MethodAt = 10, TimeAt = 12, CrcAt = 16, PackedAt = 20, LengthAt = 24, NameLengthAt = 28,
        ExtraLengthAt = 30, CommentLengthAt = 32, DiskAt = 34, AttributesAt = 38, HeaderAt = 42;

    private readonly long _end; // of the directory
    private readonly long _shift; // of what stands before the zip, such as a program that unpacks it

    /// <summary>Finds the directory.</summary>
    /// <exception cref="ArchiveException">There is none, or it is not all there.</exception>
    public ZipDirectory(ArchiveFile file)
    {
        byte[] tail = new byte[(int)Math.Min(file.Length, EndLength + MostComment)];
        file.ReadExactly(file.Length - tail.Length, tail);
        int at = EndIn(tail);
        if (at < 0)
        {
            byte[] head = tail.Length < 4 ? [0, 0, 0, 0] : new byte[4];
            file.Read(0, head);
            throw head.AsSpan().SequenceEqual("PK\x3\x4"u8)
                ? file.Truncated(file.Length, "the directory of a zip, which stands at its end,")
                : file.Invalid(file.Length == 0 ? "is empty, and no zip" : "is no zip");
        }
        ReadOnlySpan<byte> end = tail.AsSpan(at, EndLength);
        long endAt = file.Length - tail.Length + at;
        (long length, long first) = (U32(end, 12), U32(end, 16));
        bool severalDisks = U16(end, 4) is not (0 or 0xFFFF);
        if (length == uint.MaxValue || first == uint.MaxValue || U16(end, 10) == ushort.MaxValue)
        {
            byte[] wide = new byte[End64Length];
            byte[] locator = new byte[LocatorLength];
            if (endAt >= LocatorLength && file.Read(endAt - LocatorLength, locator) == LocatorLength
                && locator.AsSpan().StartsWith("PK\x6\x7"u8))
            {
                // Where it says, or else right before: something may stand before the zip.
                long told = Signed(locator, 8), before = endAt - LocatorLength - End64Length;
                endAt = IsEnd64(file, before, wide) ? before : IsEnd64(file, told, wide) ? told
                    : throw file.Damaged(endAt, "the directory is not where the zip says");
                (length, first) = (Signed(wide, 40), Signed(wide, 48));
            }
        }
        _end = endAt;
        First = endAt - length;
        _shift = First - first;
        if (severalDisks)
        {
            throw file.Invalid("is one part of a zip of several");
        }
        if (length < 0 || First < 0 || _shift < 0)
        {
            throw file.Damaged(endAt, string.Create(CultureInfo.InvariantCulture, $"it names a directory of {length} bytes at {first}"));
        }
    }

    /// <inheritdoc/>
    public long First { get; }

    /// <inheritdoc/>
    public ArchiveMember? At(ArchiveFile file, long at)
    {
        if (at >= _end)
        {
            return null;
        }
        Span<byte> entry = stackalloc byte[EntryLength];
        if (at + EntryLength > _end || file.Read(at, entry) < EntryLength || !entry.StartsWith("PK\x1\x2"u8))
        {
            throw file.Damaged(at, "a member should be told of here, and is not");
        }
        (int nameLength, int extraLength) = (U16(entry, NameLengthAt), U16(entry, ExtraLengthAt));
        long next = at + EntryLength + nameLength + extraLength + U16(entry, CommentLengthAt);
        if (next > _end)
        {
            throw file.Damaged(at, "what is told of a member is longer than the directory");
        }
        byte[] text = new byte[nameLength + extraLength];
        file.ReadExactly(at + EntryLength, text);
        ReadOnlySpan<byte> extra = text.AsSpan(nameLength);
        (int flags, int method) = (U16(entry, FlagsAt), U16(entry, MethodAt));
        string written = ZipFields.Name(text.AsSpan(0, nameLength), isUtf8: (flags & 0x800) != 0);
        var name = MemberName.Of(written);
        (long length, long packed, long header) = (U32(entry, LengthAt), U32(entry, PackedAt), U32(entry, HeaderAt));
        ZipFields.Widen(extra, ref length, ref packed, ref header);
        header += _shift;
        bool isOurs = length >= 0 && packed >= 0 && header >= 0 && packed <= First - header - LocalLength
            && U16(entry, DiskAt) is 0 or 0xFFFF;
        return new ArchiveMember(name, at, next)
        {
            IsPassedOver = written.EndsWith('/'),
            Length = Math.Max(0, length),
            StoredLength = packed,
            Modified = ZipFields.Time(U16(entry, TimeAt), U16(entry, TimeAt + 2), extra),
            DataAt = header,
            IsDeflated = method == Deflated,
            Crc = U32(entry, CrcAt),
            Wrong = !name.IsValid ? (ArchiveFault.MemberNameInvalid, MemberName.Invalid)
                : (flags & 0x2041) != 0 ? (ArchiveFault.MemberEncrypted, "is encrypted; archives with a password are not read")
                : ZipFields.IsLink(U16(entry, MadeAt), U32(entry, AttributesAt))
                    ? (ArchiveFault.MemberNotAFile, "is a link, which is not followed")
                : method is not (Stored or Deflated)
                    ? (ArchiveFault.MemberUnsupported,
                        $"is compressed by {ZipFields.MethodName(method)}; stored and deflated members are read")
                : !isOurs || (method == Stored && length != packed)
                    ? (ArchiveFault.MemberDamaged, "is not where the zip's directory says, or not of that size")
                : null,
        };
    }

    /// <inheritdoc/>
    public long BytesOf(ArchiveFile file, ArchiveMember member)
    {
        Span<byte> local = stackalloc byte[LocalLength];
        file.ReadExactly(member.DataAt, local);
        long data = member.DataAt + LocalLength + U16(local, 26) + U16(local, 28);
        return local.StartsWith("PK\x3\x4"u8) && data + member.StoredLength <= First ? data
            : throw new ArchiveException(
                ArchiveFault.MemberDamaged, $"'{file.Path}' has no member '{member.Name.Written}' where its directory says.");
    }

    /// <summary>Where the end of the directory stands: a comment behind it, up to the last byte, may look like one.</summary>
    private static int EndIn(ReadOnlySpan<byte> tail)
    {
        for (int at = tail.Length - EndLength; at >= 0; at--)
        {
            if (tail[at..].StartsWith("PK\x5\x6"u8) && at + EndLength + U16(tail[at..], 20) == tail.Length)
            {
                return at;
            }
        }
        return -1;
    }

    private static bool IsEnd64(ArchiveFile file, long at, byte[] into) =>
        at >= 0 && at < file.Length && file.Read(at, into) == into.Length && into.AsSpan().StartsWith("PK\x6\x6"u8);

    private static int U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long Signed(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
}
