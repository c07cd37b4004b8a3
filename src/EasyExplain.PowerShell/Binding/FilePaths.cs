using System.Management.Automation;
using EasyExplain.Imaging;
using EasyExplain.Imaging.Archives;

namespace EasyExplain.PowerShell.Binding;

/// <summary>From what a user types to files on disk, in one place for all cmdlets.</summary>
internal static class FilePaths
{
    /// <summary>The full path of a file or folder that need not exist; no character is a wildcard.</summary>
    public static string Literal(PSCmdlet cmdlet, string path) => cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path);

    /// <summary>The one file that <paramref name="path"/> stands for, see <see cref="Matching"/>.</summary>
    /// <exception cref="IOException">A wildcard matches none, or several.</exception>
    public static string Single(PSCmdlet cmdlet, string path) => Matching(cmdlet, path) is var files && files.Count == 1
        ? files[0]
        : throw new IOException($"'{path}' matches {files.Count} files; name one: {string.Join(", ", files.Take(5))}.");

    /// <summary>The full path of a folder; no character is a wildcard.</summary>
    /// <exception cref="DirectoryNotFoundException">It is not there, or no folder.</exception>
    public static string Folder(PSCmdlet cmdlet, string path) => Literal(cmdlet, path) is var full && Directory.Exists(full)
        ? full
        : throw new DirectoryNotFoundException($"There is no folder '{full}'.");

    /// <summary>
    /// The files that <paramref name="path"/> stands for. A file whose very name has brackets in it is found before they are taken
    /// for a wildcard, with or without backticks before them, and so is a member of an archive; folders that a
    /// wildcard matches are passed over.
    /// </summary>
    /// <param name="cmdlet">Whose location counts.</param>
    /// <param name="path">What the user named.</param>
    /// <param name="counts">Tells the folders that count as files; by default none does.</param>
    /// <exception cref="FileNotFoundException">A wildcard matches no file.</exception>
    public static IReadOnlyList<string> Matching(PSCmdlet cmdlet, string path, Func<string, bool>? counts = null)
    {
        if (Exists(Literal(cmdlet, path)))
        {
            return [Literal(cmdlet, path)];
        }
        if (!WildcardPattern.ContainsWildcardCharacters(path))
        {
            string unescaped = WildcardPattern.Unescape(path);
            return [Literal(cmdlet, Exists(Literal(cmdlet, unescaped)) ? unescaped : path)];
        }
        string[] files = [.. Resolve(cmdlet, path).Where(Exists)];
        if (files.Length == 0 && path.Contains('`'))
        {
            files = [.. InFolders(cmdlet, path)];
        }
        return files.Length > 0 ? files : throw new FileNotFoundException($"No file matches '{path}'." +
            (ArchiveNames.Split(Literal(cmdlet, path)) is null ? "" : " In an archive there are no wildcards: name it or a member."),
            path);

        bool Exists(string found) => PhotoFile.IsThere(found) || counts is not null && Directory.Exists(found) && counts(found);
    }

    /// <summary>The same, where the folders have a wildcard and the name has escaped brackets: the engine finds none of these.</summary>
    private static IEnumerable<string> InFolders(PSCmdlet cmdlet, string path)
    {
        int end = path.LastIndexOfAny(['/', Path.DirectorySeparatorChar]);
        var name = WildcardPattern.Get(path[(end + 1)..], WildcardOptions.IgnoreCase);
        return Resolve(cmdlet, end > 0 ? path[..end] : ".").Where(Directory.Exists).SelectMany(Directory.EnumerateFiles)
            .Where(file => name.IsMatch(Path.GetFileName(file))).Order(StringComparer.Ordinal);
    }

    private static IReadOnlyCollection<string> Resolve(PSCmdlet cmdlet, string path)
    {
        try
        {
            return cmdlet.SessionState.Path.GetResolvedProviderPathFromPSPath(path, out _);
        }
        catch (ItemNotFoundException)
        {
            return [];
        }
    }
}
