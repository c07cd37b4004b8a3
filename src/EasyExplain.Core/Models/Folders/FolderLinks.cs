using EasyExplain.Checkpoints;

namespace EasyExplain.Models.Folders;

/// <summary>
/// Keeps what a folder names inside the folder: a name has no path in it, and a link leads to a file in the same folder, or as the Hub's
/// cache has it, to one in the blobs of the same repository.
/// </summary>
internal static class FolderLinks
{
    private const string Blobs = "blobs";
    private const int MostLinks = 40;

    /// <summary>The path of a file in a folder.</summary>
    /// <exception cref="ModelImportException">Its name has a path in it, or it is a link out of the folder.</exception>
    public static string Demand(ModelFolder folder, string name)
    {
        if (name.Length == 0 || name is "." or ".." || name.AsSpan().ContainsAny('/', '\\', ':') || name.Any(char.IsControl))
        {
            throw Leaves($"'{folder.Path}' names a file '{TensorDifference.Clean(name)}'; it must be the name of one in the folder " +
                "itself.");
        }
        string path = folder.In(name), real = Real(path);
        string own = Real(folder.Path);
        string[] homes = HubCache.RepositoryOf(own) is { } repository ? [own, Path.Combine(repository.Path, Blobs)] : [own];
        return homes.Any(home => real.StartsWith(home + Path.DirectorySeparatorChar, StringComparison.Ordinal)) ? path
            : throw Leaves($"'{path}' is a link to '{TensorDifference.Clean(real)}', out of its folder: it is not followed. Put the file " +
                "itself there, or name it.");
    }

    /// <summary>A path with each link in it followed.</summary>
    private static string Real(string path)
    {
        var waiting = new Stack<string>();
        string done = Path.GetPathRoot(path)!;
        Push(path[done.Length..]);
        for (int links = 0; waiting.TryPop(out string? part);)
        {
            if (part is "." or ".." or "")
            {
                done = part == ".." ? Path.GetDirectoryName(done) ?? done : done;
                continue;
            }
            string next = Path.Combine(done, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                done = next;
                continue;
            }
            if (++links > MostLinks)
            {
                throw Leaves($"'{path}' is a link to a link, and so on without an end.");
            }
            if (Path.IsPathRooted(target))
            {
                target = Path.GetFullPath(target, done);
                done = Path.GetPathRoot(target)!;
                target = target[done.Length..];
            }
            Push(target);
        }
        return done;

        void Push(string relative)
        {
            foreach (string part in Enumerable.Reverse(relative.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar])))
            {
                waiting.Push(part);
            }
        }
    }

    private static ModelImportException Leaves(string message) => new(ModelFault.LeavesFolder, message);
}
