using System.Buffers.Binary;
using System.Text.Json;

namespace EasyExplain.Tests.Imaging.Reading;

/// <summary>The files of tests/data/formats, made by make_formats.py beside them.</summary>
internal static class FormatFiles
{
    /// <summary>Which PNG has the pixels that a file has to give.</summary>
    internal static readonly IReadOnlyDictionary<string, string> Expected =
        JsonSerializer.Deserialize<SortedDictionary<string, string>>(File.ReadAllBytes(Path("expected.json")))!;

    /// <summary>The files that are read, and those that are refused.</summary>
    internal static IEnumerable<string> All => Expected.Keys.Concat(
        Directory.GetFiles(Path(""), "refused*").Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal))!;

    internal static string Path(string name) => Repository.Data("formats", name);

    internal static byte[] Bytes(string name) => File.ReadAllBytes(Path(name));

    /// <summary>Where a file says what it is: a TIFF's directory, the beginning of the others.</summary>
    internal static (int Start, int End) Header(byte[] file)
    {
        if (file[0] != file[1] || file[2] + file[3] != 42)
            return (0, Math.Min(32, file.Length));
        int start = (int)U32(file, 4);
        return (start, start + 6 + 12 * U16(file, start));
    }

    /// <summary>A little-endian TIFF whose tag's first number is another; the tag's numbers are shorts or longs.</summary>
    internal static byte[] TiffWith(string name, int tag, long number)
    {
        byte[] file = Bytes(name);
        (int start, int end) = Header(file);
        for (int entry = start + 2; entry < end - 4; entry += 12)
        {
            if (U16(file, entry) != tag)
                continue;
            int size = U16(file, entry + 2) == 3 ? 2 : 4, at = size * U32(file, entry + 4) > 4 ? (int)U32(file, entry + 8) : entry + 8;
            BitConverter.GetBytes(number).AsSpan(0, size).CopyTo(file.AsSpan(at));
            return file;
        }
        throw new ArgumentException($"'{name}' has no tag {tag}.");
    }

    private static ushort U16(byte[] file, int at) =>
        file[0] == 'I' ? BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at)) : BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at));

    private static uint U32(byte[] file, int at) =>
        file[0] == 'I' ? BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at)) : BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
}
