namespace EasyExplain.Audit.Store;

/// <summary>The folder that an audit file's images lie below, and how their paths are written down.</summary>
/// <param name="folder">Its full path.</param>
internal sealed class AuditRoot(string folder)
{
    /// <summary>Its full path.</summary>
    public string Folder { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    /// <summary>
    /// Finds the root that a file remembers: where it lies seen from the file, so that a folder with both may be moved; else where it was.
    /// </summary>
    /// <param name="file">The audit file's full path.</param>
    /// <param name="fromFile">The root as seen from the file's folder; null where they have nothing in common.</param>
    /// <param name="full">The root's full path.</param>
    public static AuditRoot Remembered(string file, string? fromFile, string full)
    {
        string? near = fromFile is null ? null : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, fromFile));
        return new AuditRoot(near is not null && (Directory.Exists(near) || !Directory.Exists(full)) ? near : full);
    }

    /// <summary>The root as seen from an audit file's folder; null where they have nothing in common, as drives of Windows.</summary>
    public string? SeenFrom(string file)
    {
        string relative = Path.GetRelativePath(Path.GetDirectoryName(file)!, Folder);
        return Path.IsPathRooted(relative) ? null : WithSlashes(relative);
    }

    /// <summary>An image's path as it is written down: below the root, or in full where it lies elsewhere.</summary>
    public string FileOf(string path)
    {
        string full = Path.GetFullPath(path), relative = Path.GetRelativePath(Folder, full);
        bool outside = Path.IsPathRooted(relative) || relative == ".."
            || relative.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return WithSlashes(outside ? full : relative);
    }

    /// <summary>An image's full path.</summary>
    public string PathOf(string file) => IsFull(file) ? WithSeparators(file) : Path.Combine(Folder, WithSeparators(file));

    // A full path of Windows stays one wherever the audit file is read.
    private static bool IsFull(string file) => file is ['/', ..] or [_, ':', '/', ..];

    // Only Windows has another separator; elsewhere \ is a letter.
    private static string WithSlashes(string path) =>
        Path.DirectorySeparatorChar == '/' ? path : path.Replace(Path.DirectorySeparatorChar, '/');

    private static string WithSeparators(string path) =>
        Path.DirectorySeparatorChar == '/' ? path : path.Replace('/', Path.DirectorySeparatorChar);
}
