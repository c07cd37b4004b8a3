using System.Runtime.CompilerServices;
using EasyExplain.Architectures;
using EasyExplain.Imaging;
using EasyExplain.Networks;
using EasyExplain.Weights;

namespace EasyExplain.Checkpoints;

/// <summary>A checkpoint's tensors beside those of an architecture, its names read in one of the possible ways.</summary>
/// <param name="Architecture">The architecture.</param>
/// <param name="Names">How the names were read.</param>
/// <param name="Entries">The tensors under the architecture's names, without what was left out.</param>
/// <param name="LeftOut">The tensors that do not belong to the network, such as a counter, a loss's weights or a teacher's.</param>
/// <param name="Difference">What keeps <paramref name="Entries"/> from being the architecture's parameters.</param>
internal sealed record CheckpointFit(
    Architecture Architecture, CheckpointNames Names, IReadOnlyList<WeightEntry> Entries, IReadOnlyList<WeightEntry> LeftOut,
    TensorDifference Difference)
{
    private const int MostLeftOut = 16;
    private const int ExamplesShown = 5;

    private static readonly ConditionalWeakTable<Architecture, StrongBox<int>> TensorCounts = [];

    /// <summary>Whether nothing is missing, nothing has another shape, and nothing else is there that the network could need.</summary>
    public bool IsExact => Difference.Count == 0;

    /// <summary>Compares, unless the number of tensors already tells that they do not fit; then null.</summary>
    public static CheckpointFit? CompareIfNear(Architecture architecture, CheckpointNames names)
    {
        IReadOnlyList<WeightEntry> entries = ParameterLoading.AsNamedBy(architecture, names.Inside);
        int surplus = entries.Count - TensorCounts.GetValue(architecture, CountTensors).Value;
        return surplus is >= 0 and <= MostLeftOut ? Compare(architecture, names, entries) : null;
    }

    /// <summary>Compares.</summary>
    public static CheckpointFit Compare(Architecture architecture, CheckpointNames names) =>
        Compare(architecture, names, ParameterLoading.AsNamedBy(architecture, names.Inside));

    private static CheckpointFit Compare(Architecture architecture, CheckpointNames names, IReadOnlyList<WeightEntry> entries)
    {
        WeightEntry? head = entries.FirstOrDefault(entry => entry.Name == architecture.Head && entry.Shape is [> 0, _, ..]);
        Preprocessing usual = architecture.UsualFor(entries);
        using Network network = architecture.Build(head?.Shape[0] ?? 1, usual.Height, usual.Width, usual.Channels);
        TensorDifference difference = TensorDifference.Between(network, entries);
        if (head is null || difference.Count != difference.Unexpected.Count)
        {
            return new CheckpointFit(architecture, names, entries, names.Outside, difference);
        }
        HashSet<string> own = [.. network.Parameters.Select(parameter => Top(parameter.Name))];
        WeightEntry[] after = [.. names.Outside.Where(entry => ReadsLogits(entry, head))];
        Func<WeightEntry, bool> standsBeside = names.Trunk.Length > 0 ? entry => IsOtherHead(entry, head, difference.Unexpected) : entry =>
            StandsBeside(entry, head);
        if (after.Length > 0 || difference.Unexpected.Any(entry => own.Contains(Top(entry.Name)) || !standsBeside(entry)))
        {
            TensorDifference more = difference with { Unexpected = [.. difference.Unexpected, .. after] };
            return new CheckpointFit(architecture, names, [.. entries, .. after], [], more);
        }
        HashSet<WeightEntry> surplus = [.. difference.Unexpected];
        return new CheckpointFit(
            architecture, names, [.. entries.Where(entry => !surplus.Contains(entry))], [.. surplus, .. names.Outside],
            difference with { Unexpected = [] });
    }

    /// <summary>What was done to make the tensors fit, a sentence each.</summary>
    public IEnumerable<string> Explanations()
    {
        string[] aside = LeftOut.Count == 0
            ? []
            : [$"Left out, as {Architecture.Name} does not have them: " +
            $"{TensorDifference.List(LeftOut.Select(entry => entry.Name), ExamplesShown)}."];
        return Names.Explanations().Concat(aside);
    }

    /// <summary>Such as <c>resnet18</c> or <c>resnet18 under 'student'</c>.</summary>
    public override string ToString() =>
        Architecture.Name + (Names.Prefix.Length == 0 ? "" : $" under '{TensorDifference.Clean(Names.Key)}'")
        + (Names.Trunk.Length == 0 ? "" : $" with '{TensorDifference.Clean(Names.FileHead)}' as its last layer");

    /// <summary>
    /// Whether a layer of its own, in no block of the network, cannot change the logits: a number, a loss's weights, another head.
    /// </summary>
    private static bool StandsBeside(WeightEntry entry, WeightEntry head) =>
        entry.Shape.All(size => size == 1)
            || (entry.Shape.Count == 1 && (entry.Shape[0] == head.Shape[0] || entry.Name.EndsWith(".bias", StringComparison.Ordinal)))
        || (entry.Shape.Count == 2 && entry.Shape[1] == head.Shape[1] && !ReadsLogits(entry, head));

    /// <summary>
    /// Whether it is another last layer, weights of the classes for a loss, or a counter. Where the last layer stands apart no more than
    /// that is safe: what stands beside it may lie between the network and it, such as a neck.
    /// </summary>
    private static bool IsOtherHead(WeightEntry entry, WeightEntry head, IReadOnlyList<WeightEntry> beside)
    {
        long classes = head.Shape[0], features = head.Shape[1];
        return entry.Shape.Count == 0 && !entry.Name.Contains('.')
            || entry.Shape.Count == 1 && entry.Shape[0] == classes && classes != features
            || IsHead(entry)
            || entry.Shape.Count == 1 && entry.Name.EndsWith(".bias", StringComparison.Ordinal)
                && beside.Any(other => IsHead(other) && other.Name == entry.Name[..^".bias".Length] + ".weight");

        bool IsHead(WeightEntry other) =>
            other.Shape.Count == 2 && other.Shape[1] == features && other.Shape[0] != features && !ReadsLogits(other, head);
    }

    /// <summary>Whether it is a layer that may come after the last one, which then is not the last.</summary>
    private static bool ReadsLogits(WeightEntry entry, WeightEntry head) => entry.Shape.Count == 2 && entry.Shape[1] == head.Shape[0];

    private static string Top(string name) => name.Split('.')[0];

    private static StrongBox<int> CountTensors(Architecture architecture)
    {
        using Network network = architecture.Build(1);
        return new StrongBox<int>(network.Parameters.Count());
    }
}
