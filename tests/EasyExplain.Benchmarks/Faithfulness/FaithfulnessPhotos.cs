using EasyExplain.Imaging.Archives;

namespace EasyExplain.Benchmarks.Faithfulness;

/// <summary>Images of a folder or an archive, evenly spread over their names.</summary>
internal static class FaithfulnessPhotos
{
    private static readonly string[] Endings = [".jpg", ".jpeg", ".png"];

    /// <summary>Their paths, so many at most, always the same ones.</summary>
    public static string[] Find(string path, int most)
    {
        string[] all = [.. (Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories) : OfArchive(path))
            .Where(file => Endings.Contains(Path.GetExtension(file).ToLowerInvariant())).Order(StringComparer.Ordinal)];
        return all.Length > 0 ? Spread(all, most) : throw new InvalidDataException($"'{path}' has no JPEG or PNG in it.");
    }

    /// <summary>So many of them at most.</summary>
    public static string[] Spread(string[] all, int most)
    {
        int count = Math.Min(most, all.Length);
        return [.. Enumerable.Range(0, count).Select(index => all[(long)index * all.Length / count])];
    }

    private static IEnumerable<string> OfArchive(string path) => PhotoArchive.Of(Path.GetFullPath(path)).Members()
        .Where(one => one is { IsAgain: false, Member.IsPassedOver: false })
        .Select(one => $"{Path.GetFullPath(path)}/{one.Member.Name.Text}");
}
