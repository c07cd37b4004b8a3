using EasyExplain.Networks;
using EasyExplain.Weights;

namespace EasyExplain.Checkpoints;

/// <summary>What keeps a file's tensors from being a network's parameters.</summary>
/// <param name="Missing">Names that only the network has.</param>
/// <param name="Unexpected">Tensors that only the file has.</param>
/// <param name="MisShaped">Names with both shapes.</param>
/// <param name="Twice">Names that more than one tensor has: an old name and the one it has today may both be there.</param>
internal sealed record TensorDifference(
    IReadOnlyList<string> Missing, IReadOnlyList<WeightEntry> Unexpected, IReadOnlyList<string> MisShaped, IReadOnlyList<string> Twice)
{
    private const int NamesShown = 20;
    private const int LongestName = 200;

    public int Count => Missing.Count + Unexpected.Count + MisShaped.Count + Twice.Count;

    public static TensorDifference Between(Network network, IReadOnlyList<WeightEntry> entries)
    {
        var given = new Dictionary<string, WeightEntry>();
        string[] twice = [.. entries.Where(entry => !given.TryAdd(entry.Name, entry)).Select(entry => entry.Name).Distinct()];
        var missing = new List<string>();
        var misShaped = new List<string>();
        foreach (Parameter wanted in network.Parameters)
        {
            if (!given.Remove(wanted.Name, out WeightEntry? entry))
            {
                missing.Add(wanted.Name);
            }
            else if (!AreSame(entry.Shape, wanted.Shape))
            {
                misShaped.Add($"{wanted.Name} is [{string.Join(", ", entry.Shape)}], not [{string.Join(", ", wanted.Shape)}]");
            }
        }
        return new TensorDifference(missing, [.. given.Values], misShaped, twice);
    }

    /// <summary>
    /// Whether shapes hold the same numbers for the same outputs: they are equal but for dimensions of one, as a 1×1 convolution's and a
    /// layer's that does the same, or one has more dimensions, as a convolution over all of a picture has.
    /// </summary>
    private static bool AreSame(IReadOnlyList<long> given, IReadOnlyList<long> wanted) =>
        given.Where(IsMore).SequenceEqual(wanted.Where(IsMore))
        || (given.Count != wanted.Count && given is [var first, ..] && wanted is [var outputs, ..] && first == outputs
            && given.Aggregate(UInt128.One, Product) == wanted.Aggregate(UInt128.One, Product));

    private static bool IsMore(long size) => size != 1;

    private static UInt128 Product(UInt128 product, long size) => unchecked(product * (UInt128)size);

    public override string ToString() => string.Join("; ", new[]
    {
        Missing.Count > 0 ? $"missing: {List(Missing)}" : "",
        Unexpected.Count > 0 ? $"not expected: {List(Unexpected.Select(entry => entry.Name))}" : "",
        MisShaped.Count > 0 ? $"of another shape: {List(MisShaped)}" : "",
        Twice.Count > 0 ? $"more than once, as old and present names are the same tensor's: {List(Twice)}" : "",
    }.Where(part => part.Length > 0));

    /// <summary>The first of <paramref name="names"/>, and how many there are beside them.</summary>
    public static string List(IEnumerable<string> names, int most = NamesShown)
    {
        string[] all = [.. names];
        return string.Join(", ", all.Take(most).Select(Clean)) + (all.Length > most ? $" and {all.Length - most} more" : "");
    }

    /// <summary>A name from a file, without what could steer a terminal or flood it.</summary>
    public static string Clean(string name) => string.Concat(name.Take(LongestName).Where(letter => !char.IsControl(letter)));
}
