using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using EasyExplain.Imaging;
using EasyExplain.Imaging.Archives;

namespace EasyExplain.Tests.Imaging.Archives;

/// <summary>Members of archives are found, in their order and by their names: those that Python wrote, and those of .NET.</summary>
public sealed class ArchiveMemberTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("pax.tar", 1, 0.25)]
    [InlineData("gnu.tar", 1, 0)]
    [InlineData("ustar.tar", 1, 0)]
    [InlineData("images.zip", 2, 0)]
    public void EachMember_HasItsBytesAndItsTime_WhereverOneBegins(string name, int step, double fraction)
    {
        // Of its own, so that nobody has read it before: from the end, so that the first look goes to the last member.
        string archive = Copy(name);
        (string Md5, long Length, string Name)[] expected =
            [.. ArchiveFiles.Members.Where(member => name != "ustar.tar" || member.Name.Length < 250)];
        for (int i = expected.Length - 1; i >= 0; i--)
        {
            string path = ArchiveFiles.Path(archive, expected[i].Name);
            var file = PhotoFile.At(path);
            Assert.True(file.Exists, path);
            Assert.Equal((path, expected[i].Length), (file.FullName, file.Length));
            int place = ArchiveFiles.Members.ToList().FindIndex(member => member.Name == expected[i].Name);
            Assert.Equal(DateTime.UnixEpoch.AddSeconds(1_700_000_000 + step * place + fraction), file.LastWriteTimeUtc);
            Assert.Equal(expected[i].Md5, ArchiveFiles.Md5(path));
        }
        Assert.False(PhotoFile.At(ArchiveFiles.Path(archive, "n01/other.jpg")).Exists);
        Assert.False(PhotoFile.At(ArchiveFiles.Path(archive, "n01")).Exists); // a folder, told of or not
        Assert.Throws<FileNotFoundException>(() => PhotoFile.Open(ArchiveFiles.Path(archive, "n01/other.jpg")).Dispose());

        Assert.Equal(expected.Select(member => member.Name),
            PhotoArchive.Of(archive).Members().Where(one => one.Member.Name.IsImage).Select(one => one.Member.Name.Text));
    }

    [Fact]
    public void ZipsOfOtherPrograms_AreRead()
    {
        Assert.Equal(ArchiveFiles.Members[0].Md5, ArchiveFiles.Md5(ArchiveFiles.Path(ArchiveFiles.Of("wide.zip"), "n01/cat.jpg")));
        // One name in code page 437, and the same one in UTF-8 that is not called so: two members of one name, the first counts.
        string[] names = [.. PhotoArchive.Of(ArchiveFiles.Of("names.zip")).Members()
            .Select(one => $"{one.Member.Name.Text} {one.IsAgain}")];
        Assert.Equal(["Füsse.jpg False", "Füsse.jpg True"], names);
    }

    [Theory]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void TarsOfDotNet_AreRead(TarEntryFormat format)
    {
        string archive = Path.Combine(_folder, $"{format}.tar");
        bool isLong = format is TarEntryFormat.Pax or TarEntryFormat.Gnu;
        string[] names = ["a.jpg", "b/c.jpg", .. isLong ? [new string('d', 150) + "/é.jpg"] : Array.Empty<string>()];
        using (var writer = new TarWriter(File.Create(archive), format))
        {
            foreach (string name in names)
            {
                TarEntry entry = format switch
                {
                    TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, name),
                    TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, name),
                    TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, name),
                    _ => new GnuTarEntry(TarEntryType.RegularFile, name),
                };
                entry.DataStream = new MemoryStream(Encoding.UTF8.GetBytes(name));
                entry.ModificationTime = DateTimeOffset.FromUnixTimeSeconds(1_600_000_000);
                writer.WriteEntry(entry);
            }
        }
        foreach (string name in names.Reverse())
        {
            Assert.Equal(Md5(name), ArchiveFiles.Md5(ArchiveFiles.Path(archive, name)));
            Assert.Equal(DateTime.UnixEpoch.AddSeconds(1_600_000_000), PhotoFile.At(ArchiveFiles.Path(archive, name)).LastWriteTimeUtc);
        }
        Assert.Equal(names.Length, PhotoArchive.Of(archive).Members().Count());
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.SmallestSize)]
    public void ZipsOfDotNet_AreRead(CompressionLevel level)
    {
        string archive = Path.Combine(_folder, "a.zip");
        using (ZipArchive zip = ZipFile.Open(archive, ZipArchiveMode.Create))
        {
            foreach (string name in new[] { "a.jpg", "b/é.jpg" })
            {
                using Stream entry = zip.CreateEntry(name, level).Open();
                entry.Write(Encoding.UTF8.GetBytes(name));
            }
        }
        Assert.Equal(Md5("b/é.jpg"), ArchiveFiles.Md5(ArchiveFiles.Path(archive, "b/é.jpg")));
    }

    [Fact]
    public void AnArchiveThatBecomesAnother_IsLookedAtAnew_AndAFolderOfSuchANameIsAFolder()
    {
        string archive = Path.Combine(_folder, "images.tar"), path = ArchiveFiles.Path(archive, "n01/cat.jpg");
        File.Copy(ArchiveFiles.Of("pax.tar"), archive);
        Assert.True(PhotoFile.At(path).Exists);
        File.Copy(ArchiveFiles.Of("webdataset.tar"), archive, overwrite: true);
        Assert.False(PhotoFile.At(path).Exists);
        // These have no time of their own: theirs is the archive's.
        Assert.Equal(File.GetLastWriteTimeUtc(archive), PhotoFile.At(Path.Combine(archive, "000000.jpg")).LastWriteTimeUtc);
        Assert.Equal("images", PhotoFile.FolderName(Path.Combine(archive, "000000.jpg")));
        Assert.Equal("n01", PhotoFile.FolderName(path));

        File.Delete(archive);
        Assert.False(PhotoFile.At(path).Exists);
        Directory.CreateDirectory(Path.Combine(archive, "n01"));
        File.WriteAllText(path, "cat.jpg");
        Assert.Equal(Md5("cat.jpg"), ArchiveFiles.Md5(path));
        Assert.Equal(File.GetLastWriteTimeUtc(path), PhotoFile.At(path).LastWriteTimeUtc);
        Assert.Equal("images.tar", PhotoFile.FolderName(Path.Combine(archive, "cat.jpg")));
    }

    /// <summary>25 GB of holes, with sizes that do not fit in octal digits.</summary>
    [Fact]
    public void AHugeArchive_IsNotHeldInMemory()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // where a file with holes takes its full size
        }
        const long size = 12L << 30;
        string archive = Path.Combine(_folder, "huge.tar");
        byte[] cat = File.ReadAllBytes(ArchiveFiles.Of("photo.tar"));
        using (FileStream file = File.Create(archive))
        {
            foreach ((string name, long length) in new[] { ("one.bin", size), ("huge.jpg", size), ("cat.jpg", cat.Length) })
            {
                file.Write(Header(name, length));
                long data = file.Position;
                if (length == cat.Length)
                {
                    file.Write(cat);
                }
                file.SetLength(data + (length + 511) / 512 * 512);
                file.Position = file.Length;
            }
            file.SetLength(file.Length + 1024);
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(["one.bin", "huge.jpg", "cat.jpg"], ArchiveFiles.Read(archive).Names);
        Assert.Equal(ArchiveFiles.Members[0].Md5, ArchiveFiles.Md5(Path.Combine(archive, "cat.jpg")));
        ArchiveException refused = Assert.Throws<ArchiveException>(() => PhotoFile.Open(Path.Combine(archive, "huge.jpg")));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Equal(ArchiveFault.MemberTooLarge, refused.Fault);
        Assert.Contains($"has {size} bytes; the limit in an archive is", refused.Message, StringComparison.Ordinal);
    }

    private static byte[] Header(string name, long length)
    {
        byte[] header = new byte[512];
        Encoding.ASCII.GetBytes(name, header);
        header[124] = 0x80;
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(128), length);
        header[156] = (byte)'0';
        header.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(one => one), 8).PadLeft(6, '0') + "\0", header.AsSpan(148));
        return header;
    }

    private static string Md5(string text) => Convert.ToHexString(MD5.HashData(Encoding.UTF8.GetBytes(text))).ToLowerInvariant();

    private string Copy(string name)
    {
        string copy = Path.Combine(_folder, name);
        File.Copy(ArchiveFiles.Of(name), copy);
        return copy;
    }
}
