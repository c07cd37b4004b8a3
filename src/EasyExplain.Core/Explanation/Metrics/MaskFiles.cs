namespace EasyExplain.Explanation.Metrics;

/// <summary>The masks in a folder: images of the same names as those they are of, with any ending.</summary>
internal sealed class MaskFiles
{
    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal);

    /// <param name="folder">The folder below which they lie.</param>
    public MaskFiles(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            _files.TryAdd(NameOf(Path.GetRelativePath(folder, file)), file);
        }
    }

    /// <summary>
    /// The mask of an image, by as much of the end of its path as there are folders: that of a/cat.jpg is a/cat.png, or else cat.png; null
    /// where there is none.
    /// </summary>
    public string? Find(string image)
    {
        string name = NameOf(image);
        for (int start = 0; start >= 0; start = name.IndexOf('/', start) is var next and >= 0 ? next + 1 : -1)
        {
            if (_files.TryGetValue(name[start..], out string? file))
            {
                return file;
            }
        }
        return null;
    }

    private static string NameOf(string path) => Path.ChangeExtension(path, null).Replace('\\', '/');
}
