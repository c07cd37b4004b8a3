namespace EasyExplain.Audit.Truth;

/// <summary>
/// Finds what belongs to a photo by its name without its extension: of several of that name, the one whose folders agree with the photo's
/// for longest, from the last folder on.
/// </summary>
internal sealed class PhotoFiles<T>
{
    private readonly Dictionary<string, List<(string[] Folders, T Value)>> _byName = new(StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Adds one.</summary>
    /// <param name="file">A path, with / or the system's separator.</param>
    /// <param name="value">What belongs to the photo of this name.</param>
    public void Add(string file, T value)
    {
        (string name, string[] folders) = Split(file);
        if (!_byName.TryGetValue(name, out List<(string[], T)>? all))
        {
            _byName.Add(name, all = []);
        }
        all.Add((folders, value));
        Count++;
    }

    /// <summary>What belongs to a photo; the default where there is none, or where several do equally.</summary>
    public T? Of(string photo)
    {
        (string name, string[] folders) = Split(photo);
        if (!_byName.TryGetValue(name, out List<(string[] Folders, T Value)>? all))
        {
            return default;
        }
        if (all.Count == 1)
        {
            return all[0].Value;
        }
        int most = all.Max(one => Shared(one.Folders, folders));
        return all.Where(one => Shared(one.Folders, folders) == most).ToArray() is [var best] ? best.Value : default;
    }

    private static int Shared(string[] some, string[] others)
    {
        int count = 0;
        while (count < Math.Min(some.Length, others.Length) && some[^(count + 1)] == others[^(count + 1)])
        {
            count++;
        }
        return count;
    }

    private static (string Name, string[] Folders) Split(string file)
    {
        string[] parts = file.Split(['/', Path.DirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 0 ? ("", []) : (Path.GetFileNameWithoutExtension(parts[^1]), parts[..^1]);
    }
}
