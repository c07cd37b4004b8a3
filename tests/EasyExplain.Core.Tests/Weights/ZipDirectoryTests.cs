using System.Buffers.Binary;
using System.IO.Compression;
using EasyExplain.Weights;

namespace EasyExplain.Tests.Weights;

/// <summary>Zip archives whose directory lies about where its members are, or is written for large files.</summary>
public class ZipDirectoryTests
{
    private static readonly byte[] Archive = PickleBuilder.Zip(
        PickleBuilder.StateDict([6], [1]).Bytes, ("archive/data/0", Enumerable.Range(0, 24).Select(i => (byte)(i % 4 == 3 ? 0x40 : i)).ToArray(), CompressionLevel.NoCompression));

    // The directory's record of the last member, the storage.
    private static readonly int Record = Archive.AsSpan().LastIndexOf("PK\x01\x02"u8);

    [Fact]
    public void Zip64_IsReadAsTheSame()
    {
        using var folder = new TemporaryFolder();
        using WeightFile file = WeightFile.Open(folder.Write("plain.pth", Archive));
        using WeightFile wide = WeightFile.Open(folder.Write("wide.pth", AsZip64(Archive)));

        Assert.NotEqual(new double[6], file.Values("w"));
        Assert.Equal(file.Values("w"), wide.Values("w"));
    }

    [Theory]
    [InlineData(8, new byte[] { 1, 0 }, "is encrypted")]
    [InlineData(10, new byte[] { 12, 0 }, "packed by the method 12")]
    [InlineData(42, new byte[] { 0, 0, 0, 0 }, "not where the archive's directory says")] // the header of another member
    [InlineData(42, new byte[] { 1, 0, 0, 0 }, "not where the archive's directory says")]
    [InlineData(42, new byte[] { 0xfe, 0xff, 0xff, 0xff }, "not where the archive's directory says")]
    [InlineData(42, new byte[] { 0xff, 0xff, 0xff, 0xff }, "directory is broken")] // ZIP64 without its field
    [InlineData(20, new byte[] { 0xff, 0xff, 0, 0, 0xff, 0xff, 0, 0 }, "reaches beyond the archive's data")]
    [InlineData(28, new byte[] { 0xff, 0xff }, "directory is broken")]
    [InlineData(0, new byte[] { (byte)'X' }, "directory is broken")]
    public void AWrongRecord_IsRefused(int at, byte[] bytes, string what)
    {
        byte[] changed = [.. Archive];
        bytes.CopyTo(changed, Record + at);
        AssertRefused(what, changed);
    }

    [Theory]
    [InlineData(10, new byte[] { 1, 0 }, "directory is broken")] // one member too few
    [InlineData(10, new byte[] { 9, 0 }, "directory is broken")]
    [InlineData(12, new byte[] { 0xfe, 0xff, 0xff, 0x7f }, "cannot have 2147483646 bytes")]
    [InlineData(16, new byte[] { 0xfe, 0xff, 0xff, 0xff }, "from byte 4294967294 on")]
    [InlineData(16, new byte[] { 0xff, 0xff, 0xff, 0xff }, "says that it is a ZIP64 one")]
    [InlineData(0, new byte[] { (byte)'X' }, "no directory at its end")]
    public void AWrongEnd_IsRefused(int at, byte[] bytes, string what)
    {
        byte[] changed = [.. Archive];
        bytes.CopyTo(changed, changed.Length - 22 + at);
        AssertRefused(what, changed);
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(1L << 40)]
    public void WideNumbersThatLie_AreRefused(long value)
    {
        byte[] wide = AsZip64(Archive);
        int end64 = wide.AsSpan().LastIndexOf("PK\x06\x06"u8), locator = wide.AsSpan().LastIndexOf("PK\x06\x07"u8);
        int field = wide.AsSpan().LastIndexOf("PK\x01\x02"u8) + 46 + "archive/data/0".Length + 4;
        foreach (int at in new[] { end64 + 32, end64 + 40, end64 + 48, locator + 8, field, field + 8, field + 16 })
        {
            byte[] changed = [.. wide];
            BinaryPrimitives.WriteInt64LittleEndian(changed.AsSpan(at), value);
            AssertRefused("", changed);
        }
    }

    private static void AssertRefused(string what, byte[] content)
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(what, Assert.Throws<WeightFileException>(() => WeightFile.Open(folder.Write("w.pth", content))).Message);
    }

    /// <summary>The archive with every number of its directory in the fields for large files.</summary>
    private static byte[] AsZip64(byte[] archive)
    {
        ReadOnlySpan<byte> end = archive.AsSpan(archive.Length - 22);
        int start = BinaryPrimitives.ReadInt32LittleEndian(end[16..]), count = 0;
        var wide = new List<byte>(archive[..start]);
        for (ReadOnlySpan<byte> record = archive.AsSpan(start); record.StartsWith("PK\x01\x02"u8);)
        {
            int name = BinaryPrimitives.ReadUInt16LittleEndian(record[28..]), size = 46 + name + BinaryPrimitives.ReadUInt16LittleEndian(record[30..]);
            byte[] changed = record[..(46 + name)].ToArray();
            changed.AsSpan(20, 8).Fill(0xff);
            changed.AsSpan(42, 4).Fill(0xff);
            BinaryPrimitives.WriteUInt16LittleEndian(changed.AsSpan(30), 28);
            wide.AddRange([.. changed, 1, 0, 24, 0]);
            foreach (int at in new[] { 24, 20, 42 })
            {
                wide.AddRange(BitConverter.GetBytes((long)BinaryPrimitives.ReadUInt32LittleEndian(record[at..])));
            }
            record = record[size..];
            count++;
        }
        long end64 = wide.Count;
        wide.AddRange([.. "PK\x06\x06"u8, .. BitConverter.GetBytes(44L), .. new byte[12], .. BitConverter.GetBytes((long)count), .. BitConverter.GetBytes((long)count)]);
        wide.AddRange([.. BitConverter.GetBytes(end64 - start), .. BitConverter.GetBytes((long)start)]);
        wide.AddRange([.. "PK\x06\x07"u8, 0, 0, 0, 0, .. BitConverter.GetBytes(end64), 1, 0, 0, 0]);
        wide.AddRange([.. "PK\x05\x06"u8, 0, 0, 0, 0, .. Enumerable.Repeat((byte)0xff, 12), 0, 0]);
        return [.. wide];
    }
}
