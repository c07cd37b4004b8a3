using EasyExplain.Networks.Engines.OnnxRuntime;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Engines.Quantised;

/// <summary>
/// Finds out how a network can be computed in 8 bits: from where to where its numbers go, and which operations have to stay in float32 for
/// its maps and answers to be what they are there.
/// </summary>
/// <param name="network">The network, folded.</param>
/// <param name="tap">The node whose maps are compared.</param>
/// <param name="inputShape"><c>[C, H, W]</c>.</param>
/// <param name="scores">Makes, of what the network gives, the scores of one picture, <c>[scores]</c>.</param>
internal sealed class Calibrator(Network network, Node tap, long[] inputShape, Func<Tensor, Tensor> scores)
{
    private const double LeastCorrelation = 0.985, LeastOfOne = 0.9, LeastAgreement = 0.99;
    private const int Groups = 16, PicturesForGroups = 4;

    private readonly IReadOnlyDictionary<Node, long[]> _shapes = network.Shapes(inputShape);

    /// <summary>Finds it out.</summary>
    /// <param name="pictures">The inputs, <c>[1, C, H, W]</c> each.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>Null where nothing of the network can be computed in 8 bits.</returns>
    public Calibration? Find(IReadOnlyList<Tensor> pictures, CancellationToken cancel)
    {
        Node[] nodes = [.. network.Nodes.Take(OnnxGraph.Reach(network, _shapes))];
        IReadOnlyDictionary<Node, ValueRange> ranges = RangeFinder.Find(network, nodes, _shapes, pictures, cancel);
        var all = new Calibration(ranges, new HashSet<Node>(), default);
        IReadOnlyList<Node> inBytes = new QuantisedGraph(new OnnxGraph(), nodes, [tap], _shapes, all).InBytes;
        if (inBytes.Count == 0)
        {
            return null;
        }
        using var full = new CompilingRunner(new OnnxRuntimeEngine());
        MapProbe[] expected = [.. pictures.Select(picture => Probe(full, picture, null, cancel))];
        Calibration best = Tried(all, pictures, expected, inBytes.Count, cancel);
        if (IsNear(best.Fidelity))
        {
            return best;
        }
        // Which groups of neighbours cost most when they alone are in bytes; the first of them are left out until the rest is near enough.
        Node[][] groups = [.. inBytes.Chunk((inBytes.Count + Groups - 1) / Groups)];
        Tensor[] some = [.. pictures.Take(PicturesForGroups)];
        Node[][] worst = [.. groups.OrderBy(group =>
            Tried(all with { LeftOut = Origins(inBytes.Except(group)) }, some, expected[..some.Length], inBytes.Count, cancel)
                .Fidelity.Correlation)];
        for (int count = 1; count < worst.Length && !IsNear(best.Fidelity); count++)
        {
            best = Tried(all with { LeftOut = Origins(worst.Take(count).SelectMany(group => group)) }, pictures, expected, inBytes.Count,
                cancel);
        }
        return IsNear(best.Fidelity) ? best : null;
    }

    private static HashSet<Node> Origins(IEnumerable<Node> nodes) => [.. nodes.Select(node => node.Origin)];

    private static bool IsNear(Fidelity fidelity) =>
        fidelity is { Correlation: >= LeastCorrelation, Least: >= LeastOfOne, Agreement: >= LeastAgreement };

    private Calibration Tried(
        Calibration calibration, IReadOnlyList<Tensor> pictures, MapProbe[] expected, int of, CancellationToken cancel)
    {
        using var runner = new CompilingRunner(new QuantisedEngine(calibration));
        MapProbe[] actual = [.. pictures.Zip(expected, (picture, probe) => Probe(runner, picture, probe.Highest, cancel))];
        double[] correlations = [.. expected.Zip(actual, (one, other) => one.Correlation(other)).Where(double.IsFinite)];
        return calibration with
        {
            Fidelity = new Fidelity(pictures.Count, correlations.DefaultIfEmpty(1).Average(), correlations.DefaultIfEmpty(1).Min(),
                expected.Zip(actual, (one, other) => one.Highest == other.Highest ? 1.0 : 0).Average(),
                actual.Min(probe => probe.Took) / expected.Min(probe => probe.Took), of - calibration.LeftOut.Count, of),
        };
    }

    private MapProbe Probe(Runner runner, Tensor picture, long? of, CancellationToken cancel) =>
        MapProbe.Of(runner, network, tap, picture, scores, of, cancel);
}
