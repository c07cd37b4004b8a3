using System.Text;

namespace EasyExplain.Tests.Build;

/// <summary>The edit that lets libLibTorchSharp.so load on Debian 12: one flag of one version requirement.</summary>
public class ElfVersionsTests
{
    private const string Strict = "GLIBCXX_3.4.32";

    [Fact]
    public void Weaken_SetsOneFlag_OfThatVersionOnly()
    {
        byte[] before = LibraryThatNeeds("GLIBCXX_3.4.30", Strict, "GLIBCXX_3.4.320");
        byte[] after = [.. before];

        Assert.Equal(1, ElfVersions.Weaken(after, Strict));

        int[] changed = [.. Enumerable.Range(0, before.Length).Where(i => before[i] != after[i])];
        int flags = ElfVersions.Requirements(after).Single(need => need.Key == Strict).Value + 4;
        Assert.Equal([flags], changed);
        Assert.Equal(0, before[flags]);
        Assert.Equal(2, after[flags]); // VER_FLG_WEAK
    }

    [Fact]
    public void Weaken_LeavesALibraryAlone_ThatDoesNotNeedTheVersion()
    {
        byte[] before = LibraryThatNeeds("GLIBCXX_3.4.30", "GLIBC_2.34");
        byte[] after = [.. before];
        Assert.Equal(0, ElfVersions.Weaken(after, Strict));
        Assert.Equal(before, after);
    }

    [Fact]
    public void Weaken_DoesNothingTheSecondTime()
    {
        byte[] library = LibraryThatNeeds(Strict);
        Assert.Equal(1, ElfVersions.Weaken(library, Strict));
        Assert.Equal(0, ElfVersions.Weaken(library, Strict));
    }

    [Fact]
    public void Weaken_RefusesWhatIsNoElf() =>
        Assert.Throws<InvalidDataException>(() => ElfVersions.Weaken(Encoding.ASCII.GetBytes(new string('M', 100)), Strict));

    [Fact]
    public void TheBuiltLibrary_HasTheRequirementWeak_AndNoOther()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        string library = Directory.EnumerateFiles(AppContext.BaseDirectory, "libLibTorchSharp.so", SearchOption.AllDirectories).Single();
        byte[] elf = File.ReadAllBytes(library);
        foreach ((string version, int at) in ElfVersions.Requirements(elf))
        {
            Assert.Equal(version == Strict ? 2 : 0, BitConverter.ToUInt16(elf, at + 4));
        }
    }

    /// <summary>
    /// The least of an ELF library: a header, a string table, a .gnu.version_r section with one file that needs these versions.
    /// </summary>
    private static byte[] LibraryThatNeeds(params string[] versions)
    {
        const int header = 64, section = 64;
        var strings = new List<byte> { 0 };
        int[] names = [.. versions.Select(version => Add(strings, version))];
        int file = Add(strings, "libstdc++.so.6");
        int stringsAt = header + 3 * section, needAt = (stringsAt + strings.Count + 7) & ~7;
        byte[] elf = new byte[needAt + 16 + 16 * versions.Length];
        byte[] magic = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        magic.CopyTo(elf, 0);
        BitConverter.GetBytes((ulong)header).CopyTo(elf, 40);      // e_shoff
        BitConverter.GetBytes((ushort)section).CopyTo(elf, 58);    // e_shentsize
        BitConverter.GetBytes((ushort)3).CopyTo(elf, 60);          // e_shnum: null, .dynstr, .gnu.version_r
        Section(1, type: 3, offset: stringsAt, link: 0, info: 0);
        Section(2, type: 0x6ffffffe, offset: needAt, link: 1, info: 1);
        strings.CopyTo(elf, stringsAt);
        BitConverter.GetBytes((ushort)1).CopyTo(elf, needAt);                        // vn_version
        BitConverter.GetBytes((ushort)versions.Length).CopyTo(elf, needAt + 2);      // vn_cnt
        BitConverter.GetBytes(file).CopyTo(elf, needAt + 4);                         // vn_file
        BitConverter.GetBytes(16).CopyTo(elf, needAt + 8);                           // vn_aux
        for (int i = 0; i < versions.Length; i++)
        {
            int aux = needAt + 16 + 16 * i;
            BitConverter.GetBytes((ushort)(i + 2)).CopyTo(elf, aux + 6);             // vna_other
            BitConverter.GetBytes(names[i]).CopyTo(elf, aux + 8);                    // vna_name
            BitConverter.GetBytes(i + 1 < versions.Length ? 16 : 0).CopyTo(elf, aux + 12); // vna_next
        }
        return elf;

        void Section(int index, uint type, int offset, int link, int info)
        {
            int at = header + index * section;
            BitConverter.GetBytes(type).CopyTo(elf, at + 4);
            BitConverter.GetBytes((ulong)offset).CopyTo(elf, at + 24);
            BitConverter.GetBytes(link).CopyTo(elf, at + 40);
            BitConverter.GetBytes(info).CopyTo(elf, at + 44);
        }
    }

    private static int Add(List<byte> strings, string text)
    {
        int at = strings.Count;
        strings.AddRange(Encoding.ASCII.GetBytes(text));
        strings.Add(0);
        return at;
    }
}
