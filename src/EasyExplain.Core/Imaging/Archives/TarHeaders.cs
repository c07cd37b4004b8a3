using System.Globalization;

namespace EasyExplain.Imaging.Archives;

/// <summary>
/// A tar: each member stands behind a block that tells of it. Long names are read as POSIX (pax) and as GNU write them.
/// </summary>
/// <remarks>
/// System.Formats.Tar is not used: it takes memory for what a header promises before it is there, cannot begin in the middle, and
/// other versions of .NET take other archives. Sources: POSIX.1-2017, pax; the GNU tar manual, "Basic Tar Format".
/// </remarks>
internal sealed class TarHeaders : IArchiveHeaders
{
    private const int Block = 512, MostText = 1 << 20, MostBefore = 16;

    /// <inheritdoc/>
    public long First => 0;

    /// <inheritdoc/>
    public ArchiveMember? At(ArchiveFile file, long at)
    {
        Span<byte> header = stackalloc byte[Block];
        string? longName = null;
        Dictionary<string, string> said = [];
        long place = at;
        for (int before = 0; before <= MostBefore; before++)
        {
            if (!Read(file, place, header))
            {
                return before == 0 ? null : throw file.Damaged(at, "a long name belongs to no member");
            }
            char type = (char)header[156];
            long size = TarFields.Number(header[124..136]) ?? throw file.Damaged(place, "a member's size is no number");
            long data = place + Block;
            if (type is not ('x' or 'X' or 'g' or 'L' or 'K'))
            {
                size = said.TryGetValue("size", out string? more)
                    ? long.TryParse(more, NumberStyles.None, CultureInfo.InvariantCulture, out long told) ? told
                        : throw file.Damaged(place, "a member's size is no number")
                    : size;
                return Member(file, header, type, size, at, place, longName, said);
            }
            Demand(file, place, size, "a long name");
            if (type is 'x' or 'X' or 'L')
            {
                byte[] text = size <= MostText ? new byte[size] : throw file.Damaged(place, $"a name of {size} bytes");
                file.ReadExactly(data, text);
                if (type == 'L')
                {
                    longName = TarFields.Text(text);
                }
                else
                {
                    said = TarFields.Records(text) ?? throw file.Damaged(place, "what it says of a member (pax) makes no sense");
                }
            }
            place = data + Padded(size);
        }
        throw file.Damaged(at, "too much stands before a member");
    }

    /// <inheritdoc/>
    public long BytesOf(ArchiveFile file, ArchiveMember member) => member.DataAt;

    /// <summary>Reads a block that tells of something; false at the end.</summary>
    private static bool Read(ArchiveFile file, long place, Span<byte> header)
    {
        int count = file.Read(place, header);
        if (place == 0 && count == 0)
        {
            throw file.Invalid("is empty, and no tar");
        }
        if (count < Block)
        {
            throw place == 0 ? file.Invalid("is no tar") : file.Truncated(place, count == 0 ? "the end mark of the tar" : null);
        }
        if (!header.ContainsAnyExcept((byte)0))
        {
            return false;
        }
        if (!TarFields.IsHeader(header))
        {
            throw place > 0 ? file.Damaged(place, "a member should begin here, and does not")
                : file.Invalid(ArchiveNames.CompressedAs(header) is { } how
                    ? $"is no tar but something compressed by {how}; unpack it first" : "is no tar");
        }
        return true;
    }

    private static ArchiveMember Member(
        ArchiveFile file, ReadOnlySpan<byte> header, char type, long size, long at, long place, string? longName,
        Dictionary<string, string> said)
    {
        string written = said.GetValueOrDefault("GNU.sparse.name") ?? said.GetValueOrDefault("path") ?? longName
            ?? TarFields.Name(header);
        bool isSparse = type == 'S' || said.Keys.Any(key => key.StartsWith("GNU.sparse.", StringComparison.Ordinal));
        bool isFolder = type == '5' || (type is '0' or '\0' && written.EndsWith('/'));
        long data = place + Block;
        Span<byte> map = stackalloc byte[Block];
        for (bool more = type == 'S' && header[482] != 0; more; data += Block)
        {
            file.ReadExactly(data, map);
            more = map[504] != 0;
        }
        // What links and folders have as their size is not there, but for what nobody here knows.
        bool hasBytes = type is '0' or '\0' or '7' or 'S' or not (>= '1' and <= '6');
        long stored = hasBytes && !isFolder ? size : 0;
        Demand(file, place, stored, $"the member '{written}'", data);
        var name = MemberName.Of(written);
        return new ArchiveMember(name, at, data + Padded(stored))
        {
            IsPassedOver = isFolder || type is 'V' or 'D',
            Length = stored,
            StoredLength = stored,
            Modified = TarFields.Time(header, said),
            DataAt = data,
            Wrong = isSparse ? (ArchiveFault.MemberUnsupported, "is stored with holes (sparse), which is not read here")
                : !name.IsValid ? (ArchiveFault.MemberNameInvalid, MemberName.Invalid)
                : type switch
                {
                    '0' or '\0' or '7' or '5' => null,
                    '1' or '2' => (ArchiveFault.MemberNotAFile,
                        $"is a link to '{said.GetValueOrDefault("linkpath") ?? TarFields.Text(header[157..257])}', which is not followed"),
                    '3' or '4' or '6' => (ArchiveFault.MemberNotAFile, "is a device or a named pipe, not a file"),
                    _ => (ArchiveFault.MemberUnsupported, $"is of a kind that is not read here ({(byte)type:X2})"),
                },
        };
    }

    /// <summary>Sees that what a header promises is there.</summary>
    private static void Demand(ArchiveFile file, long place, long size, string what, long? data = null)
    {
        if (size < 0)
        {
            throw file.Damaged(place, $"{what} has {size} bytes");
        }
        if (size > file.Length - (data ?? place + Block))
        {
            throw file.Truncated(place, what);
        }
    }

    private static long Padded(long size) => (size + Block - 1) / Block * Block;
}
