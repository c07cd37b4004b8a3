using EasyExplain.Imaging;
using EasyExplain.Networks;
using EasyExplain.Networks.Rewrites;
using EasyExplain.Networks.Rewrites.Lrp;
using static TorchSharp.torch;

namespace EasyExplain.Models;

/// <summary>The ways of relevance through one model's network, each found once; what they compute with is kept and owned here.</summary>
/// <param name="folding">Makes the network in which batch norms are parts of layers.</param>
/// <param name="preprocessing">Knows how dark and how bright a pixel can be.</param>
/// <param name="device">Where the model computes.</param>
/// <param name="ownsFolding">Whether the folding goes with it.</param>
internal sealed class RelevanceWays(BatchNormFolding folding, Preprocessing preprocessing, Device device, bool ownsFolding = false)
    : IDisposable
{
    // Each has parts of all weights. One that is forgotten lives on as long as somebody goes it; then the garbage collector frees it.
    private const int SettingsKept = 3;

    private readonly List<(LrpSettings Settings, WeightParts Parts, Dictionary<string, RelevanceWay> Ways)> _known = [];
    private Network? _canonical;
    private IReadOnlyDictionary<Node, long[]>? _shapes;

    /// <summary>The way to some layers; an empty name is the input.</summary>
    public RelevanceWay To(IReadOnlyList<string> layers, LrpSettings settings)
    {
        int at = _known.FindIndex(known => known.Settings == settings);
        var (_, parts, ways) = at >= 0 ? _known[at] : (settings, new WeightParts(), []);
        if (at >= 0)
        {
            _known.RemoveAt(at);
        }
        _known.Insert(0, (settings, parts, ways));
        _known.RemoveRange(Math.Min(SettingsKept, _known.Count), Math.Max(0, _known.Count - SettingsKept));
        string key = string.Join('\n', layers);
        return ways.TryGetValue(key, out RelevanceWay? known) ? known : ways[key] = Find(layers, settings, parts);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _known.ForEach(known => known.Parts.Dispose());
        if (ownsFolding)
        {
            folding.Dispose();
        }
    }

    private RelevanceWay Find(IReadOnlyList<string> layers, LrpSettings settings, WeightParts parts)
    {
        _canonical ??= folding.Canonical();
        _shapes ??= _canonical.Shapes(preprocessing.Channels, preprocessing.Height, preprocessing.Width);
        Node[] taps = [.. layers.Select(layer => layer.Length == 0 ? _canonical.Input : _canonical.Find(layer)!.Node)];
        return RelevanceWay.Of(_canonical, taps, new RelevanceRules(_canonical, settings, parts, Pixels), _shapes);
    }

    private (Tensor Darkest, Tensor Brightest) Pixels()
    {
        return (Of(0), Of(1));

        Tensor Of(double value) => tensor(
            [.. preprocessing.Mean.Zip(preprocessing.Std, (mean, std) => (float)((value - mean) / std))], [1, preprocessing.Channels, 1, 1],
            device: device);
    }
}
