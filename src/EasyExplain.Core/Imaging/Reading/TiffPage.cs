using System.Buffers.Binary;

namespace EasyExplain.Imaging.Reading;

/// <summary>The directory of a TIFF file's first page.</summary>
internal sealed class TiffPage
{
    private const int EntryLength = 12;
    private const int MaxTags = 4096;
    private const TiffTag XmpTag = (TiffTag)700; // says nothing of how pixels are stored, so it is none of those to be kept

    private readonly ImageFile _file;
    private readonly bool _little;
    private readonly int _start;
    private readonly List<(TiffTag Tag, byte[] Entry)> _entries = [];

    /// <summary>Finds the directory. Its entries are read when they are asked for.</summary>
    /// <exception cref="ImageFileException">It is not whole.</exception>
    internal TiffPage(ImageFile file)
    {
        _file = file;
        _little = file.Bytes[0] == 'I';
        long start = file.Bytes.Length < 8 ? throw file.Truncated() : U32(file.Bytes[4..]);
        if (start > file.Bytes.Length - 2)
            throw file.Truncated();
        _start = (int)start;
        int count = U16(file.Bytes[_start..]);
        if (count is 0 or > MaxTags)
            throw file.Damaged($"its directory has {count} tags");
        if (start + 2 + EntryLength * count + 4 > file.Bytes.Length)
            throw file.Truncated();
        for (int i = 0; i < count; i++)
        {
            byte[] entry = file.Bytes.Slice(_start + 2 + EntryLength * i, EntryLength).ToArray();
            _entries.Add(((TiffTag)U16(entry), entry));
        }
    }

    /// <summary>Whether the page has a tag.</summary>
    internal bool Has(TiffTag tag) => _entries.Exists(entry => entry.Tag == tag);

    /// <summary>A tag's first number.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="otherwise">What it is where the page does not say.</param>
    internal long Number(TiffTag tag, long otherwise) => Numbers(tag) is [long first, ..] ? first : otherwise;

    /// <summary>A tag's numbers, none where the page does not have it.</summary>
    /// <exception cref="ImageFileException">They are not in the file, or are none.</exception>
    internal long[] Numbers(TiffTag tag)
    {
        if (_entries.Find(entry => entry.Tag == tag).Entry is not { } entry)
            return [];
        int size = U16(entry.AsSpan(2)) switch
        {
            1 or 7 => 1,
            3 => 2,
            4 => 4,
            var type => throw _file.Damaged($"{tag} has numbers of type {type}"),
        };
        long count = U32(entry.AsSpan(4)), length = count * size;
        ReadOnlySpan<byte> data = entry.AsSpan(8);
        if (length > data.Length)
        {
            long at = U32(data);
            data = at + length <= _file.Bytes.Length ? _file.Bytes.Slice((int)at, (int)length) : throw _file.Truncated();
        }
        long[] numbers = new long[count];
        for (int i = 0; i < count; i++)
            numbers[i] = size == 1 ? data[i] : size == 2 ? U16(data[(2 * i)..]) : U32(data[(4 * i)..]);
        return numbers;
    }

    /// <summary>The page's XMP packet; empty where there is none, or it is not in the file.</summary>
    internal ReadOnlySpan<byte> Xmp
    {
        get
        {
            if (_entries.Find(entry => entry.Tag == XmpTag).Entry is not { } entry || U16(entry.AsSpan(2)) is not (1 or 7))
                return [];
            long length = U32(entry.AsSpan(4)), at = U32(entry.AsSpan(8));
            return length > 4 && at + length <= _file.Bytes.Length ? _file.Bytes.Slice((int)at, (int)length) : [];
        }
    }

    /// <summary>Changes a tag, if the page has it, to one short number.</summary>
    internal void Set(TiffTag tag, ushort number)
    {
        if (_entries.Find(entry => entry.Tag == tag).Entry is not { } entry)
            return;
        Write(entry.AsSpan(2), 3);
        entry.AsSpan(4).Clear();
        Write(entry.AsSpan(_little ? 4 : 6), 1);
        Write(entry.AsSpan(8), number);
    }

    /// <summary>
    /// Leaves in the file's directory only the tags that say how the pixels are stored, each once, and no following page: what a decoder
    /// does with the rest is nothing that the pixels need, and directories that refer to each other would be read for ever.
    /// </summary>
    internal void KeepOnlyPixels()
    {
        int kept = 0;
        foreach ((TiffTag tag, byte[] entry) in _entries.DistinctBy(entry => entry.Tag).Where(entry => Enum.IsDefined(entry.Tag)))
            entry.CopyTo(_file.Bytes[(_start + 2 + EntryLength * kept++)..]);
        Span<byte> directory = _file.Bytes[_start..];
        Write(directory, (ushort)kept);
        directory.Slice(2 + EntryLength * kept, 4).Clear();
    }

    private void Write(Span<byte> b, ushort number)
    {
        if (_little)
            BinaryPrimitives.WriteUInt16LittleEndian(b, number);
        else
            BinaryPrimitives.WriteUInt16BigEndian(b, number);
    }

    private ushort U16(ReadOnlySpan<byte> b) =>
        _little ? BinaryPrimitives.ReadUInt16LittleEndian(b) : BinaryPrimitives.ReadUInt16BigEndian(b);

    private uint U32(ReadOnlySpan<byte> b) =>
        _little ? BinaryPrimitives.ReadUInt32LittleEndian(b) : BinaryPrimitives.ReadUInt32BigEndian(b);
}
