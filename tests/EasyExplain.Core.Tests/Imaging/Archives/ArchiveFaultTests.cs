using System.IO.Compression;
using EasyExplain.Imaging;
using EasyExplain.Imaging.Archives;

namespace EasyExplain.Tests.Imaging.Archives;

/// <summary>What is wrong with an archive or a member is said, and what is whole is read all the same.</summary>
public sealed class ArchiveFaultTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("wrong.tar", "--/out.jpg", nameof(ArchiveFault.MemberNameInvalid), "its member '../out.jpg' has a name that may lead out")]
    [InlineData("wrong.tar", "a/--/--/out.jpg", nameof(ArchiveFault.MemberNameInvalid), "'a/../../out.jpg'")]
    [InlineData("wrong.tar", "absolute.jpg", nameof(ArchiveFault.MemberNameInvalid), "'/absolute.jpg'")]
    [InlineData("wrong.tar", "C-/drive.jpg", nameof(ArchiveFault.MemberNameInvalid), "'C:/drive.jpg'")]
    [InlineData("wrong.tar", "back-slash.jpg", nameof(ArchiveFault.MemberNameInvalid), @"'back\slash.jpg'")]
    [InlineData("wrong.tar", "link.jpg", nameof(ArchiveFault.MemberNotAFile), "link.jpg' is a link to '/etc/passwd'")]
    [InlineData("wrong.tar", "hard.jpg", nameof(ArchiveFault.MemberNotAFile), "hard.jpg' is a link to 'good.jpg'")]
    [InlineData("wrong.tar", "pipe.jpg", nameof(ArchiveFault.MemberNotAFile), "pipe")]
    [InlineData("wrong.tar", "sparse.jpg", nameof(ArchiveFault.MemberUnsupported), "holes")]
    [InlineData("wrong.zip", "--/out.jpg", nameof(ArchiveFault.MemberNameInvalid), "'../out.jpg'")]
    [InlineData("wrong.zip", "encrypted.jpg", nameof(ArchiveFault.MemberEncrypted), "encrypted.jpg' is encrypted")]
    [InlineData("wrong.zip", "sum.jpg", nameof(ArchiveFault.MemberDamaged), "check sum")]
    [InlineData("wrong.zip", "more.jpg", nameof(ArchiveFault.MemberDamaged), "more than the 1162 bytes")]
    [InlineData("wrong.zip", "less.jpg", nameof(ArchiveFault.MemberDamaged), "it has 1262 of 1362 bytes")]
    [InlineData("wrong.zip", "far.jpg", nameof(ArchiveFault.MemberDamaged), "not where the zip's directory says")]
    [InlineData("wrong.zip", "huge.jpg", nameof(ArchiveFault.MemberTooLarge), "has 4294967280 bytes")]
    [InlineData("wrong.zip", "bits.jpg", nameof(ArchiveFault.MemberDamaged), "make no sense")]
    [InlineData("wrong.zip", "packed.jpg", nameof(ArchiveFault.MemberUnsupported), "bzip2")]
    [InlineData("wrong.zip", "link.jpg", nameof(ArchiveFault.MemberNotAFile), "is a link")]
    [InlineData("bomb.zip", "bomb.png", nameof(ArchiveFault.MemberDamaged), "more than the 1000 bytes")]
    [InlineData("lie.tar", "cat.jpg", nameof(ArchiveFault.ArchiveTruncated), "the member 'cat.jpg' at byte 0 is not all there")]
    [InlineData("lie-pax.tar", "cat.jpg", nameof(ArchiveFault.ArchiveTruncated), "at byte 0 is not all there")]
    public void AMemberThatCannotBeRead_SaysWhy_AndTakesNoMemory(string archive, string member, string fault, string why)
    {
        string path = ArchiveFiles.Path(ArchiveFiles.Of(archive), member);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ArchiveException error = Assert.Throws<ArchiveException>(() => ImageDecoder.Decode(path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Equal(fault, error.Fault.ToString());
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Contains(ArchiveFiles.Of(archive), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wrong.tar", 14)]
    [InlineData("wrong.zip", 12)]
    public void TheOthers_AreRead(string archive, int members)
    {
        Assert.Equal(48, ImageDecoder.Decode(Path.Combine(ArchiveFiles.Of(archive), "good.jpg")).Width);
        Assert.Equal(48, ImageDecoder.Decode(Path.Combine(ArchiveFiles.Of(archive), "last.jpg")).Width);
        Assert.Equal(members, PhotoArchive.Of(ArchiveFiles.Of(archive)).Members().Count());
        // Of two of one name the first counts, in whatever order one asks.
        Assert.Equal(ArchiveFiles.Members[0].Md5, ArchiveFiles.Md5(Path.Combine(ArchiveFiles.Of(archive), "good.jpg")));
        Assert.Equal(archive == "wrong.tar" ? ["good.jpg"] : Array.Empty<string>(),
            PhotoArchive.Of(ArchiveFiles.Of(archive)).Members().Where(one => one.IsAgain).Select(one => one.Member.Name.Text));
    }

    [Theory]
    [InlineData("cut.tar", 8, nameof(ArchiveFault.ArchiveTruncated), "the member '000002.jpg' at byte 9,728 is not all there")]
    [InlineData("damaged.tar", 4, nameof(ArchiveFault.ArchiveDamaged), "is damaged at byte")]
    [InlineData("cut.zip", 0, nameof(ArchiveFault.ArchiveTruncated), "directory of a zip")]
    [InlineData("photo.tar", 0, nameof(ArchiveFault.ArchiveInvalid), "is no tar")]
    [InlineData("empty.zip", 0, nameof(ArchiveFault.ArchiveInvalid), "is empty")]
    public void AnArchiveThatEndsTooEarly_GivesWhatIsWhole_ThenNamesThePlace(string name, int whole, string fault, string why)
    {
        (List<string> names, ArchiveException? end) = ArchiveFiles.Read(ArchiveFiles.Of(name));
        Assert.Equal(whole, names.Count);
        Assert.Equal(fault, end?.Fault.ToString());
        Assert.StartsWith($"'{ArchiveFiles.Of(name)}'", end!.Message, StringComparison.Ordinal);
        Assert.Contains(why, end.Message, StringComparison.Ordinal);
        if (whole > 0)
        {
            Assert.Equal(ArchiveFiles.Members[0].Md5, ArchiveFiles.Md5(Path.Combine(ArchiveFiles.Of(name), "000000.jpg")));
        }
        Assert.False(PhotoFile.At(Path.Combine(ArchiveFiles.Of(name), "000003.jpg")).Exists);
    }

    [Fact]
    public void ACompressedTar_SaysWhatToDo_WhateverItIsCalled()
    {
        foreach (string name in new[] { "a.tar.gz", "a.TGZ", "a.tar" })
        {
            string path = Path.Combine(_folder, name);
            using (var packed = new GZipStream(File.Create(path), CompressionLevel.Fastest))
            {
                packed.Write(File.ReadAllBytes(ArchiveFiles.Of("gnu.tar")));
            }
            ArchiveException error = Assert.Throws<ArchiveException>(() => PhotoArchive.Of(path).Members().Count());
            Assert.Equal(name == "a.tar" ? ArchiveFault.ArchiveInvalid : ArchiveFault.ArchiveCompressed, error.Fault);
            Assert.Matches("[Uu]npack it", error.Message);
            string member = Path.Combine(path, "n01", "cat.jpg");
            Assert.Equal(error.Message, Assert.Throws<ArchiveException>(() => PhotoFile.Open(member)).Message);
        }
    }

    /// <summary>Sound archives cut off anywhere or with bytes changed: read or refused, and nothing else ever happens.</summary>
    [Theory]
    [InlineData("pax.tar")]
    [InlineData("gnu.tar")]
    [InlineData("images.zip")]
    [InlineData("wide.zip")]
    public void DamagedArchives_AreReadOrRefused(string name)
    {
        byte[] content = File.ReadAllBytes(ArchiveFiles.Of(name));
        var random = new Random(1);
        int refused = 0;
        for (int round = 0; round < 400; round++)
        {
            byte[] changed = round % 4 == 0 ? content[..random.Next(content.Length)] : [.. content];
            // Where something is told of members: at the end of a zip, in the first block of what has one.
            for (int change = random.Next(1, 4); change > 0 && changed.Length > 0; change--)
            {
                int last = name.EndsWith(".zip", StringComparison.Ordinal) ? Math.Min(900, changed.Length) : changed.Length;
                changed[changed.Length - 1 - random.Next(last)] = (byte)random.Next(256);
            }
            string path = Path.Combine(_folder, $"{round}{name}");
            File.WriteAllBytes(path, changed);
            long before = GC.GetAllocatedBytesForCurrentThread();
            (List<string> names, ArchiveException? end) = ArchiveFiles.Read(path);
            refused += end is null ? 0 : 1;
            foreach (string member in names)
            {
                try
                {
                    ArchiveFiles.Md5(ArchiveFiles.Path(path, member));
                }
                catch (Exception e) when (e is ArchiveException or FileNotFoundException)
                {
                    refused++;
                }
            }
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
            File.Delete(path);
        }
        Assert.InRange(refused, 50, 4000);
    }
}
