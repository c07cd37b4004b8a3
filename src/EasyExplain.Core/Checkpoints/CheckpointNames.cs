using EasyExplain.Weights;

namespace EasyExplain.Checkpoints;

/// <summary>
/// One way to read the names in a checkpoint: what stands before those of the network is left out (<c>module.</c>, <c>model.</c>), and a
/// last layer that a user has replaced goes by its old name. All but the last layer may stand behind one more name (<c>backbone.</c>).
/// </summary>
/// <param name="Prefix">What was left out, with its dot; empty for nothing.</param>
/// <param name="FileHead">The last layer in the file, such as <c>fc.1</c>.</param>
/// <param name="Head">The last layer in the architecture, such as <c>fc</c>.</param>
/// <param name="Inside">The tensors behind the prefix, without it.</param>
/// <param name="Outside">The tensors that do not begin with the prefix.</param>
internal sealed record CheckpointNames(
    string Prefix, string FileHead, string Head, IReadOnlyList<WeightEntry> Inside, IReadOnlyList<WeightEntry> Outside)
{
    private const string Weight = ".weight";
    private const int DeepestTrunk = 6;

    // A student and its teacher, each with an average, are four.
    private const int MostWays = 6;

    /// <summary>
    /// What was left out behind <see cref="Prefix"/> where the last layer stands apart, such as <c>backbone.</c>; else empty.
    /// </summary>
    public string Trunk { get; private init; } = "";

    /// <summary>The prefix without its dot, as <see cref="WeightFile.Open"/> takes it.</summary>
    public string Key => KeyOf(Prefix);

    /// <summary>Every way that leaves a last layer <paramref name="headWeight"/>, the likeliest first.</summary>
    public static IReadOnlyList<CheckpointNames> Find(IReadOnlyList<WeightEntry> entries, string headWeight)
    {
        string head = Parent(headWeight);
        (string Prefix, string FileHead)[] found =
        [
            .. entries.Where(entry => entry.Shape.Count >= 2 && entry.Name.EndsWith(Weight, StringComparison.Ordinal))
                .SelectMany(entry => Heads(Parent(entry.Name), head))
                .OrderBy(way => way.FileHead != head).ThenBy(way => CheckpointKeys.Rank(KeyOf(way.Prefix)))
                .Take(MostWays),
        ];
        CheckpointNames[] ways = [.. found.Select(way => Read(entries, way.Prefix, way.FileHead, head))];
        return [.. ways, .. ways.Select(way => way.Without(found.Select(other => other.Prefix))).OfType<CheckpointNames>()];
    }

    /// <summary>
    /// Every way that takes a layer beside the network for its last one: <c>backbone.*</c> and <c>head.fc.*</c>, <c>model.backbone.*</c>
    /// and <c>model.classifier.*</c>, as mmpretrain and many scripts of Lightning have it. The likeliest first.
    /// </summary>
    public static IReadOnlyList<CheckpointNames> FindApart(IReadOnlyList<WeightEntry> entries, string headWeight)
    {
        string head = Parent(headWeight);
        Dictionary<string, int> counts = [];
        foreach (WeightEntry entry in entries)
        {
            for (int dot = entry.Name.IndexOf('.'), depth = 0; dot >= 0 && depth < DeepestTrunk; dot = entry.Name.IndexOf('.', dot + 1),
                depth++)
            {
                string prefix = entry.Name[..(dot + 1)];
                counts[prefix] = counts.GetValueOrDefault(prefix) + 1;
            }
        }
        counts[""] = entries.Count;
        return
        [
            .. counts.Where(trunk => trunk.Key.Length > 0 && trunk.Value > entries.Count / MostWays)
                .Select(trunk => (Trunk: trunk.Key, Prefix: Before(trunk.Key), Count: trunk.Value))
                .Where(way => 2 * way.Count > counts[way.Prefix]) // what is most of what stands there
                .SelectMany(way => entries
                    .Where(entry => entry.Shape.Count == 2 && entry.Name.EndsWith(Weight, StringComparison.Ordinal)
                        && entry.Name.StartsWith(way.Prefix, StringComparison.Ordinal)
                        && !entry.Name.StartsWith(way.Trunk, StringComparison.Ordinal))
                    .Select(entry => (way.Prefix, way.Trunk, FileHead: Parent(entry.Name)[way.Prefix.Length..])))
                .OrderBy(way => way.FileHead.Contains("aux", StringComparison.OrdinalIgnoreCase))
                .ThenBy(way => CheckpointKeys.Rank(KeyOf(way.Prefix))).ThenBy(way => way.Trunk.Length)
                .Take(MostWays)
                .Select(way => ReadApart(entries, way.Prefix, way.Trunk[way.Prefix.Length..], way.FileHead, head)),
        ];

        // The part of a prefix behind which there is more than behind all of it.
        string Before(string trunk)
        {
            string before = trunk;
            do
            {
                before = Parent(before[..^1]) is { Length: > 0 } parent ? parent + "." : "";
            }
            while (before.Length > 0 && counts[before] == counts[trunk]);
            return before;
        }
    }

    /// <summary>The names without <paramref name="prefix"/>, whether there is a last layer or not.</summary>
    public static CheckpointNames Plain(IReadOnlyList<WeightEntry> entries, string headWeight, string prefix) =>
        Read(entries, prefix, Parent(headWeight), Parent(headWeight));

    /// <summary>What was changed in the names, a sentence each.</summary>
    public IEnumerable<string> Explanations()
    {
        if (Prefix.Length + Trunk.Length > 0)
        {
            string whose = Trunk.Length > 0 ? "the names before the last layer" : "the names";
            yield return $"'{TensorDifference.Clean(Prefix + Trunk)}', which {whose} begin with, was left out.";
        }
        if (FileHead != Head || Trunk.Length > 0)
        {
            yield return $"'{TensorDifference.Clean(Prefix + FileHead)}' was taken for the last layer, '{Head}'; what has no weights " +
                $"beside it, such as a dropout, is taken to do nothing.";
        }
    }

    /// <summary>
    /// The same without what lies behind a longer one of <paramref name="prefixes"/>, such as an averaged copy; null if there is none.
    /// </summary>
    private CheckpointNames? Without(IEnumerable<string> prefixes)
    {
        string[] inner = [.. prefixes.Where(prefix => prefix.Length > Prefix.Length && prefix.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(prefix => prefix[Prefix.Length..])];
        if (inner.Length == 0)
        {
            return null;
        }
        ILookup<bool, WeightEntry> split =
            Inside.ToLookup(entry => Array.Exists(inner, prefix => entry.Name.StartsWith(prefix, StringComparison.Ordinal)));
        return this with
        {
            Inside = [.. split[false]],
            Outside = [.. Outside, .. split[true].Select(entry => Renamed(entry, Prefix + entry.Name))]
        };
    }

    /// <summary>
    /// The last layer itself, the one layer with weights in a sequence that replaced it, or a layer that replaced the sequence it ended.
    /// </summary>
    private static IEnumerable<(string Prefix, string FileHead)> Heads(string module, string head)
    {
        if (PrefixOf(module, head) is { } prefix)
        {
            yield return (prefix, head);
        }
        if (PrefixOf(Parent(module), head) is { } before)
        {
            yield return (before, module[before.Length..]);
        }
        if (Parent(head) is { Length: > 0 } sequence && char.IsAsciiDigit(head[^1]) && PrefixOf(module, sequence) is { } start)
        {
            yield return (start, sequence);
        }
    }

    private static CheckpointNames Read(IReadOnlyList<WeightEntry> entries, string prefix, string fileHead, string head)
    {
        ILookup<bool, WeightEntry> split = entries.ToLookup(entry => entry.Name.StartsWith(prefix, StringComparison.Ordinal));
        return new CheckpointNames(prefix, fileHead, head, [.. split[true].Select(entry => Renamed(entry, Name(entry.Name)))],
            [.. split[false]]);

        string Name(string name) =>
            Parent(name[prefix.Length..]) == fileHead ? head + name[(prefix.Length + fileHead.Length)..] : name[prefix.Length..];
    }

    private static CheckpointNames ReadApart(IReadOnlyList<WeightEntry> entries, string prefix, string trunk, string fileHead, string head)
    {
        CheckpointNames read = Read(entries, prefix, fileHead, head);
        return read with
        {
            Trunk = trunk,
            Inside = [.. read.Inside.Select(entry =>
                entry.Name.StartsWith(trunk, StringComparison.Ordinal) ? Renamed(entry, entry.Name[trunk.Length..]) : entry)],
        };
    }

    /// <summary>The entry under another name; itself where that is its own.</summary>
    public static WeightEntry Renamed(WeightEntry entry, string name) => name == entry.Name ? entry : entry with { Name = name };

    /// <summary>
    /// What stands before <paramref name="module"/> in <paramref name="path"/>, with its dot; null where the path does not end so.
    /// </summary>
    private static string? PrefixOf(string path, string module) =>
        path.EndsWith(module, StringComparison.Ordinal) && (path.Length == module.Length || path[^(module.Length + 1)] == '.')
            ? path[..^module.Length]
            : null;

    private static string KeyOf(string prefix) => prefix.Length == 0 ? "" : prefix[..^1];

    private static string Parent(string path) => path.LastIndexOf('.') is > 0 and var dot ? path[..dot] : "";
}
