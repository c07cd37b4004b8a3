namespace EasyExplain.Audit.Truth;

/// <summary>What YOLO's numbers of classes stand for: a classes.txt with a name a line, or the names of a data.yaml.</summary>
internal static class ClassNames
{
    private const int Largest = 1 << 20;

    private static readonly string[] Lists = ["classes.txt", "obj.names", "labels.names"];

    /// <summary>Whether a file is a list of names by its own name.</summary>
    public static bool IsList(string file) => Lists.Contains(Path.GetFileName(file), StringComparer.OrdinalIgnoreCase);

    /// <summary>The file with the names of labels in a folder: there, or up to two folders above; null where there is none.</summary>
    public static string? Near(string folder)
    {
        string? at = folder;
        for (int up = 0; up < 3 && at is not null; up++, at = Path.GetDirectoryName(at))
        {
            string[] there = [.. Directory.EnumerateFiles(at).Order(StringComparer.Ordinal)];
            if ((there.FirstOrDefault(IsList) ?? there.FirstOrDefault(file => Path.GetFileName(file) is "data.yaml" or "data.yml"
                or "dataset.yaml")) is { } found)
            {
                return found;
            }
        }
        return null;
    }

    /// <summary>The names, in their order.</summary>
    /// <exception cref="TruthException">There are none.</exception>
    public static string[] Read(string file)
    {
        string[] lines = TruthException.ReadSmall(file, Largest).Split('\n');
        string[] names = IsList(file) ? [.. lines.Select(line => line.Trim()).Reverse().SkipWhile(line => line.Length == 0).Reverse()]
            : OfYaml(file, lines);
        return names.Length > 0 ? names : throw new TruthException(file, "names no classes.");
    }

    /// <summary>
    /// <c>names: [a, b]</c>, or below <c>names:</c> lines such as <c>- a</c> or <c>0: a</c>: the three ways that data sets have.
    /// </summary>
    private static string[] OfYaml(string file, string[] lines)
    {
        int at = Array.FindIndex(lines, line => line.StartsWith("names:", StringComparison.Ordinal));
        if (at < 0)
        {
            throw new TruthException(file, "has no line 'names:', which says what the classes are called.");
        }
        string after = WithoutRemark(lines[at]["names:".Length..]);
        if (after.StartsWith('['))
        {
            string list = string.Join(' ', lines.Skip(at + 1).TakeWhile(_ => !after.Contains(']')).Select(WithoutRemark).Prepend(after));
            int end = list.IndexOf(']', StringComparison.Ordinal);
            return end < 0 ? throw TruthException.At(file, $"line {at + 1}", "the list of names has no end.")
                : [.. list[1..end].Split(',').Select(Unquoted).Where(name => name.Length > 0)];
        }
        var names = new List<string>();
        foreach ((string line, int number) in lines.Select((line, number) => (WithoutRemark(line), number)).Skip(at + 1))
        {
            if (line.Length == 0)
            {
                continue;
            }
            bool isItem = line.StartsWith("- ", StringComparison.Ordinal);
            if (!isItem && !char.IsWhiteSpace(lines[number][0]))
            {
                break; // the next key
            }
            string[] pair = line.Split(':', 2);
            names.Add(isItem ? Unquoted(line[2..]) : pair is [var key, var name] && key.Trim() == $"{names.Count}" ? Unquoted(name)
                : throw TruthException.At(file, $"line {number + 1}", $"'{line}' is not the name of class {names.Count}."));
        }
        return [.. names];
    }

    private static string WithoutRemark(string line) =>
        (line.IndexOf('#', StringComparison.Ordinal) is >= 0 and var at ? line[..at] : line).Trim();

    private static string Unquoted(string name)
    {
        name = name.Trim();
        return name.Length > 1 && name[0] == name[^1] && name[0] is '"' or '\'' && name.Length > 1 ? name[1..^1] : name;
    }
}
