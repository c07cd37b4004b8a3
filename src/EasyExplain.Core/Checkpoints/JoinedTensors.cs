using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Checkpoints;

/// <summary>
/// Tensors that another library keeps in parts, such as queries, keys and values, as the one that a network here has. A table of names
/// says so: <c>in_proj_weight:1of3</c> is the first of three parts of <c>in_proj_weight</c>, which stand below one another.
/// </summary>
internal static class JoinedTensors
{
    private const int LongestMark = 5; // 1of3

    /// <summary>The entries, with parts that make a whole as that; others stay, and are then what no network expects.</summary>
    /// <remarks>The keys of some networks have no bias: where of three parts of a bias the second is missing, it counts as zeros.</remarks>
    public static IReadOnlyList<WeightEntry> Join(IReadOnlyList<WeightEntry> entries)
    {
        ILookup<(string Whole, int Count), (int Part, WeightEntry Entry)> parts = entries
            .Where(entry => MarkOf(entry.Name) is not null)
            .ToLookup(entry => (WholeOf(entry.Name), MarkOf(entry.Name)!.Value.Count), entry => (MarkOf(entry.Name)!.Value.Part, entry));
        if (parts.Count == 0)
        {
            return entries;
        }
        var joined = new Dictionary<string, WeightEntry>(StringComparer.Ordinal);
        foreach (var group in parts)
        {
            if (Joined(group.Key.Whole, group.Key.Count, [.. group.OrderBy(part => part.Part)]) is { } whole)
            {
                joined.TryAdd(group.Key.Whole, whole);
            }
        }
        var given = new HashSet<string>(StringComparer.Ordinal);
        return
        [
            .. entries.Select(entry => MarkOf(entry.Name) is { Count: var count } && joined.TryGetValue(WholeOf(entry.Name), out var whole)
                && whole.Parts!.Count == count ? whole : entry)
                .Where(entry => entry.Parts is null || given.Add(entry.Name)),
        ];
    }

    /// <summary>Reads the values of an entry, as float32 on the CPU; a joined one's part by part, so that no two copies are held.</summary>
    public static Tensor ReadFloat32(WeightFile file, WeightEntry entry)
    {
        if (entry.Parts is null)
        {
            return file.ReadFloat32(entry);
        }
        Tensor whole = zeros([.. entry.Shape], ScalarType.Float32);
        long at = 0;
        foreach (WeightEntry? part in entry.Parts)
        {
            long rows = (part ?? entry.Parts[0]!).Shape[0];
            if (part is not null)
            {
                using DisposeScope scope = NewDisposeScope();
                whole.narrow(0, at, rows).copy_(file.ReadFloat32(part));
            }
            at += rows;
        }
        return whole;
    }

    private static WeightEntry? Joined(string name, int count, (int Part, WeightEntry Entry)[] given)
    {
        WeightEntry?[] parts = [.. Enumerable.Range(1, count).Select(part => given.FirstOrDefault(one => one.Part == part).Entry)];
        WeightEntry? first = parts[0];
        bool keysAlone = count == 3 && parts is [_, null, not null] && first?.Shape.Count == 1;
        if (first is null || given.Length != parts.Count(part => part is not null) || (given.Length < count && !keysAlone)
            || first.Shape.Count == 0 || parts.Any(part => part is not null && !part.Shape.Skip(1).SequenceEqual(first.Shape.Skip(1))
            || part is { Shape.Count: 0 }))
        {
            return null;
        }
        return new WeightEntry(name, first.Type, [parts.Sum(part => (part ?? first).Shape[0]), .. first.Shape.Skip(1)]) { Parts = parts };
    }

    private static string WholeOf(string name) => name[..name.LastIndexOf(':')];

    /// <summary>Which part of how many a name is of; null where it is whole.</summary>
    private static (int Part, int Count)? MarkOf(string name) =>
        name.LastIndexOf(':') is > 0 and var colon && name.Length - colon <= LongestMark && name[(colon + 1)..] is
        [>= '1' and <= '9' and var part, 'o', 'f', >= '2' and <= '9' and var count] && part <= count ? (part - '0', count - '0') : null;
}
