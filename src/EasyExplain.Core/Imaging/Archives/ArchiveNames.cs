namespace EasyExplain.Imaging.Archives;

/// <summary>Which files are archives, by their names, and which paths lead into one.</summary>
internal static class ArchiveNames
{
    private static readonly string[] Read = [".tar", ".zip"];
    private static readonly string[] Compressed = [".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst"];
    private static readonly string[] All = [.. Read, .. Compressed];

    /// <summary>Whether a path names an archive, as far as its ending says.</summary>
    public static bool IsArchive(ReadOnlySpan<char> path) => Ends(path, All);

    /// <summary>Whether it ends as tars do that are compressed as a whole.</summary>
    public static bool IsCompressed(ReadOnlySpan<char> path) => Ends(path, Compressed);

    /// <summary>An archive's name without what makes it one.</summary>
    public static string Stem(string archive)
    {
        string name = Path.GetFileName(archive);
        string? ending = Array.Find(All, ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
        return ending is null ? name : name[..^ending.Length];
    }

    /// <summary>
    /// The archive and the member that a path leads to; null for any other path. A folder that is named like an archive is a folder.
    /// </summary>
    public static (string Archive, string Member)? Split(string path)
    {
        for (int end = 1; end < path.Length - 1; end++)
        {
            if (IsSeparator(path[end]) && IsArchive(path.AsSpan(0, end)) && File.Exists(path[..end]))
            {
                string full = Path.GetFullPath(path), archive = Path.GetFullPath(path[..end]);
                return full.Length > archive.Length + 1 && full.StartsWith(archive, StringComparison.Ordinal)
                    && IsSeparator(full[archive.Length])
                    ? (archive, full[(archive.Length + 1)..].Replace(Path.DirectorySeparatorChar, '/'))
                    : null; // .. leads out of it again
            }
        }
        return null;
    }

    /// <summary>What compressed a file that begins like this; null where nothing known did.</summary>
    public static string? CompressedAs(ReadOnlySpan<byte> head) => head switch
    {
        [0x1F, 0x8B, ..] => "gzip",
        [(byte)'B', (byte)'Z', (byte)'h', ..] => "bzip2",
        [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => "xz",
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "zstd",
        _ => null,
    };

    private static bool Ends(ReadOnlySpan<char> path, string[] endings)
    {
        foreach (string ending in endings)
        {
            if (path.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }

    private static bool IsSeparator(char letter) => letter == '/' || letter == Path.DirectorySeparatorChar;
}
