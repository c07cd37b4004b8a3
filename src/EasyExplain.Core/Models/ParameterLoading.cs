using EasyExplain.Imaging;
using EasyExplain.Models.Architectures;
using EasyExplain.Networks;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Models;

/// <summary>Brings a weight file's tensors and a network's parameters together.</summary>
internal static class ParameterLoading
{
    private const int NamesShown = 20;
    private const int ExamplesShown = 5;

    /// <summary>The entries that a network in use needs; counters of the training are left out.</summary>
    public static IReadOnlyList<WeightEntry> Needed(IEnumerable<WeightEntry> entries) =>
        [.. entries.Where(entry => !entry.Name.EndsWith(".num_batches_tracked", StringComparison.Ordinal))];

    /// <summary>The entries under the names this architecture has today, without those it has no use for.</summary>
    public static IReadOnlyList<WeightEntry> AsNamedBy(Architecture architecture, IReadOnlyList<WeightEntry> entries) =>
    [
        .. entries.Select(entry => entry with { Name = architecture.CurrentName(entry.Name) }).Where(entry => !architecture.Ignores(entry.Name)),
    ];

    /// <summary>How many classes the last layer's weight has.</summary>
    /// <exception cref="ModelImportException">It is not in the file.</exception>
    public static long ClassesOf(IReadOnlyList<WeightEntry> entries, Architecture architecture, string path) =>
        entries.FirstOrDefault(entry => entry.Name == architecture.Head) is { Shape: [> 0, ..] } head
            ? head.Shape[0]
            : throw new ModelImportException(ModelFault.WeightsDoNotFit,
                $"'{path}' has no '{architecture.Head}', the last layer of {architecture.Name}, so the number of classes is not known. It holds: {List(entries.Select(entry => entry.Name), ExamplesShown)}.");

    /// <summary>The one architecture of <paramref name="candidates"/> that has exactly these names and shapes.</summary>
    /// <exception cref="ModelImportException">None has, or several have: a wrong guess is worse than a question.</exception>
    public static Architecture Recognize(IReadOnlyList<WeightEntry> entries, IReadOnlyList<Architecture> candidates, string path)
    {
        var compared = new List<(Architecture Architecture, Difference Difference)>();
        foreach (Architecture candidate in candidates)
        {
            IReadOnlyList<WeightEntry> named = AsNamedBy(candidate, entries);
            if (named.FirstOrDefault(entry => entry.Name == candidate.Head) is { Shape: [> 0, ..] } head)
            {
                Preprocessing usual = candidate.UsualFor(named);
                using Network network = candidate.Build(head.Shape[0], usual.Height, usual.Width);
                compared.Add((candidate, Difference.Between(network, named)));
            }
        }
        Architecture[] fits = [.. compared.Where(pair => pair.Difference.Count == 0).Select(pair => pair.Architecture)];
        if (fits.Length == 1)
        {
            return fits[0];
        }
        if (fits.Length > 1)
        {
            throw new ModelImportException(ModelFault.ArchitectureNotRecognized,
                $"The tensors of '{path}' fit more than one architecture: {string.Join(", ", fits.Select(fit => fit.Name))}. Say which with -Architecture.");
        }
        (Architecture? best, Difference? remaining) = compared.MinBy(pair => pair.Difference.Count);
        string near = best is null ? "" : $" The nearest is {best.Name}: {remaining}.";
        throw new ModelImportException(ModelFault.ArchitectureNotRecognized,
            $"The tensors of '{path}' fit no known architecture.{near} It holds: {List(entries.Select(entry => entry.Name), ExamplesShown)}. " +
            $"Known architectures: {string.Join(", ", candidates.Select(candidate => candidate.Name))}.");
    }

    /// <summary>Reads every parameter's value, as float32 on <paramref name="device"/>.</summary>
    /// <exception cref="ModelImportException">Tensors are missing, not expected, or of another shape; each is named.</exception>
    public static void Load(Network network, WeightFile file, IReadOnlyList<WeightEntry> entries, Device device, string architecture)
    {
        Difference difference = Difference.Between(network, entries);
        if (difference.Count > 0)
        {
            throw new ModelImportException(ModelFault.WeightsDoNotFit, $"The tensors of '{file.Path}' are not those of {architecture}: {difference}.");
        }
        Dictionary<string, WeightEntry> byName = entries.ToDictionary(entry => entry.Name);
        foreach (Parameter parameter in network.Parameters)
        {
            using DisposeScope scope = NewDisposeScope();
            parameter.Load(file.Read(byName[parameter.Name]).to(float32).to(device));
        }
    }

    private static string List(IEnumerable<string> names, int most = NamesShown)
    {
        // Names come from the file: what could steer a terminal is not printed.
        string[] all = [.. names.Select(name => string.Concat(name.Where(letter => !char.IsControl(letter))))];
        return string.Join(", ", all.Take(most)) + (all.Length > most ? $" and {all.Length - most} more" : "");
    }

    /// <summary>What keeps a file's tensors from being a network's parameters.</summary>
    private sealed record Difference(IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected, IReadOnlyList<string> MisShaped)
    {
        public int Count => Missing.Count + Unexpected.Count + MisShaped.Count;

        public static Difference Between(Network network, IReadOnlyList<WeightEntry> entries)
        {
            Dictionary<string, WeightEntry> given = entries.ToDictionary(entry => entry.Name);
            var missing = new List<string>();
            var misShaped = new List<string>();
            foreach (Parameter wanted in network.Parameters)
            {
                if (!given.Remove(wanted.Name, out WeightEntry? entry))
                {
                    missing.Add(wanted.Name);
                }
                else if (!entry.Shape.SequenceEqual(wanted.Shape))
                {
                    misShaped.Add($"{wanted.Name} is [{string.Join(", ", entry.Shape)}], not [{string.Join(", ", wanted.Shape)}]");
                }
            }
            return new Difference(missing, [.. given.Keys], misShaped);
        }

        public override string ToString() => string.Join("; ", new[]
        {
            Missing.Count > 0 ? $"missing: {List(Missing)}" : "",
            Unexpected.Count > 0 ? $"not expected: {List(Unexpected)}" : "",
            MisShaped.Count > 0 ? $"of another shape: {List(MisShaped)}" : "",
        }.Where(part => part.Length > 0));
    }
}
