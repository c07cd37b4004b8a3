using EasyExplain.Architectures;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Checkpoints;

/// <summary>Brings a weight file's tensors and a network's parameters together.</summary>
internal static class ParameterLoading
{
    private const int ExamplesShown = 5;

    /// <summary>The entries that a network in use needs; counters of the training are left out.</summary>
    public static IReadOnlyList<WeightEntry> Needed(IEnumerable<WeightEntry> entries) =>
        [.. entries.Where(entry => !entry.Name.EndsWith(".num_batches_tracked", StringComparison.Ordinal))];

    /// <summary>The entries under the names this architecture has today, without those it has no use for.</summary>
    public static IReadOnlyList<WeightEntry> AsNamedBy(Architecture architecture, IReadOnlyList<WeightEntry> entries) =>
    [
        .. JoinedTensors.Join([.. entries.Select(entry => CheckpointNames.Renamed(entry, architecture.CurrentName(entry.Name)))])
        .Where(entry => !architecture.Ignores(entry.Name)),
    ];

    /// <summary>How many classes the last layer's weight has.</summary>
    /// <exception cref="ModelImportException">It is not in the file.</exception>
    public static long ClassesOf(IReadOnlyList<WeightEntry> entries, Architecture architecture, string path) =>
        entries.FirstOrDefault(entry => entry.Name == architecture.Head) is { Shape: [> 0, ..] } head
            ? head.Shape[0]
            : throw new ModelImportException(ModelFault.WeightsDoNotFit,
                $"'{path}' has no '{architecture.Head}', the last layer of {architecture.Name}, so the number of classes is not known. " +
                $"It holds: {TensorDifference.List(entries.Select(entry => entry.Name), ExamplesShown)}.");

    /// <summary>The one architecture of <paramref name="candidates"/> that has these tensors, and how they were read.</summary>
    /// <exception cref="ModelImportException">None has, or several have: a wrong guess is worse than a question.</exception>
    public static CheckpointFit Recognize(IReadOnlyList<WeightEntry> entries, IReadOnlyList<Architecture> candidates, string path) =>
        Fit(entries, candidates, path) ?? throw NotRecognized(Nearest(entries, candidates), entries, path);

    /// <summary>
    /// The tensors as those of <paramref name="architecture"/>, as near as they come: whether they fit is seen when they are loaded.
    /// </summary>
    /// <exception cref="ModelImportException">They fit several times, such as a student's and a teacher's.</exception>
    public static CheckpointFit ReadAs(Architecture architecture, IReadOnlyList<WeightEntry> entries, string path) =>
        Fit(entries, [architecture], path) ?? Nearest(entries, [architecture]);

    /// <summary>The same as those of one that has a name together with others: the first that they fit, else the nearest.</summary>
    /// <exception cref="ModelImportException">They fit one several times, such as a student's and a teacher's.</exception>
    public static CheckpointFit ReadAs(IReadOnlyList<Architecture> named, IReadOnlyList<WeightEntry> entries, string path) =>
        named.Select(one => Fit(entries, [one], path)).FirstOrDefault(fit => fit is not null) ?? Nearest(entries, named);

    private static CheckpointFit? Fit(IReadOnlyList<WeightEntry> entries, IReadOnlyList<Architecture> candidates, string path)
    {
        CheckpointFit[] fits = Exact(CheckpointNames.Find);
        if (fits.Length == 0)
        {
            fits = Exact(CheckpointNames.FindApart);
        }
        return fits.Length <= 1 ? fits.FirstOrDefault() : throw Several(fits, path);

        CheckpointFit[] Exact(Func<IReadOnlyList<WeightEntry>, string, IReadOnlyList<CheckpointNames>> find)
        {
            // Most last layers are called as others are, and the ways to read the names depend on no more than that.
            var ways = candidates.Select(candidate => candidate.HeadInFiles).Distinct()
                .ToDictionary(head => head, head => find(entries, head));
            return
            [
                .. candidates
                    .SelectMany(candidate => ways[candidate.HeadInFiles].Select(names => CheckpointFit.CompareIfNear(candidate, names)))
                    .OfType<CheckpointFit>().Where(fit => fit.IsExact)
                    .DistinctBy(fit => (fit.Architecture, fit.Names.Prefix, fit.Names.Trunk.Length > 0 ? fit.Names.FileHead : ""))
                    .GroupBy(fit => (IsAux(fit), CheckpointKeys.Rank(fit.Names.Key))).MinBy(group => group.Key)
                    ?? Enumerable.Empty<CheckpointFit>(),
            ];
        }

        static bool IsAux(CheckpointFit fit) =>
            fit.Names.Trunk.Length > 0 && fit.Names.FileHead.Contains("aux", StringComparison.OrdinalIgnoreCase);
    }

    private static ModelImportException Several(CheckpointFit[] fits, string path)
    {
        bool isOneNetwork = fits.All(fit => fit.Names.Prefix == fits[0].Names.Prefix);
        Remedy remedy = !isOneNetwork ? Remedy.NameStateDict
            : fits.Select(fit => fit.Architecture).Distinct().Count() > 1 ? Remedy.NameArchitecture
            : Remedy.None;
        return new ModelImportException(ModelFault.ArchitectureNotRecognized,
            $"The tensors of '{path}' fit more than one architecture, or fit more than once: " +
            $"{string.Join(", ", fits.Select(fit => fit.ToString()))}." +
            (remedy == Remedy.None ? " Save the network with one of them." : ""))
        {
            Remedy = remedy,
            About = remedy == Remedy.NameStateDict ? TensorDifference.Clean(fits[0].Names.Key) : null,
        };
    }

    /// <summary>The architecture, and the way to read the names, that leaves the fewest differences.</summary>
    private static CheckpointFit Nearest(IReadOnlyList<WeightEntry> entries, IReadOnlyList<Architecture> candidates)
    {
        string common = entries.Select(entry => entry.Name).DefaultIfEmpty("").Aggregate((a, b) => a[..a.AsSpan().CommonPrefixLength(b)]);
        string prefix = common[..(common.LastIndexOf('.') + 1)];
        return candidates.GroupBy(candidate => candidate.HeadInFiles)
            .SelectMany(group => CheckpointNames.Find(entries, group.Key).Concat(CheckpointNames.FindApart(entries, group.Key).Take(1))
                .Concat(new[] { "", prefix }.Select(before => CheckpointNames.Plain(entries, group.Key, before)))
                .DistinctBy(names => (names.Prefix, names.Trunk, names.FileHead, names.Inside.Count))
                .SelectMany(names => group.Select(candidate => CheckpointFit.Compare(candidate, names))))
            .MinBy(fit => fit.Difference.Count)!;
    }

    private static ModelImportException NotRecognized(CheckpointFit near, IReadOnlyList<WeightEntry> entries, string path)
    {
        bool nothingInCommon = near.Difference.Unexpected.Count == near.Entries.Count;
        return new ModelImportException(ModelFault.ArchitectureNotRecognized,
            $"The tensors of '{path}' fit no known architecture. " +
            $"{(nothingInCommon ? "No name is known." : $"The nearest is {near}: {near.Difference}.")} " +
            $"It holds: {TensorDifference.List(entries.Select(entry => entry.Name), ExamplesShown)}. " +
            "Known are torchvision's classifiers, under its names; those of timm and transformers are where their architecture is named.")
        {
            Remedy = Remedy.LookUpArchitecture,
        };
    }

    /// <summary>Reads every parameter's value, as float32 on <paramref name="device"/>.</summary>
    /// <exception cref="ModelImportException">Tensors are missing, not expected, or of another shape; each is named.</exception>
    public static void Load(Network network, WeightFile file, IReadOnlyList<WeightEntry> entries, Device device, string architecture)
    {
        TensorDifference difference = TensorDifference.Between(network, entries);
        if (difference.Count > 0)
        {
            throw new ModelImportException(ModelFault.WeightsDoNotFit,
                $"The tensors of '{file.Path}' are not those of {architecture}: {difference}.");
        }
        Dictionary<string, WeightEntry> byName = entries.ToDictionary(entry => entry.Name);
        foreach (Parameter parameter in network.Parameters)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor read = JoinedTensors.ReadFloat32(file, byName[parameter.Name]).reshape([.. parameter.Shape]);
            parameter.Load((parameter.Prepared?.Invoke(read) ?? read).to(device));
        }
    }
}
