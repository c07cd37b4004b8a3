using System.Globalization;
using System.Security.Cryptography;
using EasyExplain.Imaging;
using EasyExplain.Imaging.Archives;

namespace EasyExplain.Tests.Imaging.Archives;

/// <summary>The archives of tests/data/archives, which Python made, and what Python put in.</summary>
internal static class ArchiveFiles
{
    /// <summary>MD5, size and name of each image of the good ones, in their order.</summary>
    public static IReadOnlyList<(string Md5, long Length, string Name)> Members { get; } =
        [.. File.ReadLines(Of("members.txt")).Select(line => line.Split(' ', 3))
            .Select(parts => (parts[0], long.Parse(parts[1], CultureInfo.InvariantCulture), parts[2]))];

    public static string Of(string name) => Repository.Data("archives", name);

    /// <summary>A member's path.</summary>
    public static string Path(string archive, string member) =>
        System.IO.Path.Combine(archive, member.Replace('/', System.IO.Path.DirectorySeparatorChar));

    /// <summary>The MD5 of what opening a path gives.</summary>
    public static string Md5(string path)
    {
        using Stream content = PhotoFile.Open(path);
        return Convert.ToHexString(MD5.HashData(content)).ToLowerInvariant();
    }

    /// <summary>The names of an archive's members, and why they end before their end.</summary>
    public static (List<string> Names, ArchiveException? End) Read(string path)
    {
        var names = new List<string>();
        try
        {
            foreach ((ArchiveMember member, _) in PhotoArchive.Of(path).Members())
            {
                names.Add(member.Name.Text);
            }
            return (names, null);
        }
        catch (ArchiveException e)
        {
            return (names, e);
        }
    }
}
