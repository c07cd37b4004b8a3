using System.Diagnostics;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Engines.Quantised;

/// <summary>What tells how near two ways of running a network come to each other: a map and the outputs, of one picture.</summary>
/// <param name="Map">Where the highest output came from.</param>
/// <param name="Highest">Which output that is.</param>
/// <param name="Took">How long the run took.</param>
internal sealed record MapProbe(double[] Map, long Highest, TimeSpan Took)
{
    /// <summary>Runs a network, and weighs what is at a layer by its positive gradients (as LayerCAM: Jiang et al. 2021).</summary>
    /// <param name="runner">How to run it.</param>
    /// <param name="network">The network.</param>
    /// <param name="tap">The layer.</param>
    /// <param name="picture"><c>[1, C, H, W]</c>.</param>
    /// <param name="scores">Makes, of what the network gives, the scores of one picture, <c>[scores]</c>.</param>
    /// <param name="of">The score to follow back; null for the highest.</param>
    /// <param name="cancel">Stops it.</param>
    public static MapProbe Of(Runner runner, Network network, Node tap, Tensor picture, Func<Tensor, Tensor> scores, long? of,
        CancellationToken cancel)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        var watch = Stopwatch.StartNew();
        Pass pass = runner.Run(network, picture, [tap], track: true, cancel);
        using IDisposable tracked = enable_grad();
        Tensor found = scores(pass.Logits);
        long highest = found.argmax().item<long>();
        Tensor gradient = pass.Gradients(found[of ?? highest])[0];
        Tensor map = (gradient.relu() * pass.Taps[0].detach()).sum(1).relu().to(float64).flatten();
        return new MapProbe(map.data<double>().ToArray(), highest, watch.Elapsed);
    }

    /// <summary>Pearson's r of two maps; not a number where one is the same all over.</summary>
    public double Correlation(MapProbe other)
    {
        (double mine, double others) = (Map.Average(), other.Map.Average());
        double product = 0, square = 0, otherSquare = 0;
        foreach (var (x, y) in Map.Zip(other.Map, (x, y) => (x - mine, y - others)))
        {
            (product, square, otherSquare) = (product + x * y, square + x * x, otherSquare + y * y);
        }
        return product / Math.Sqrt(square * otherSquare);
    }
}
