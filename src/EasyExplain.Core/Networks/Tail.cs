using EasyExplain.Networks.Engines;
using static TorchSharp.torch;

namespace EasyExplain.Networks;

/// <summary>
/// What of a network depends on one node, or on some: it can run again and again with changed outputs of those, and nothing else runs.
/// </summary>
internal sealed class Tail
{
    private readonly Runner _runner;
    private readonly Network _network;
    private readonly Node[] _starts;
    private readonly Node[] _nodes;

    /// <summary>Finds what depends on <paramref name="starts"/>, and what is read beside them.</summary>
    /// <param name="runner">What runs it.</param>
    /// <param name="network">The network.</param>
    /// <param name="starts">The node; or several whose outputs change together.</param>
    public Tail(Runner runner, Network network, params IReadOnlyList<Node> starts)
    {
        (_runner, _network, _starts) = (runner, network, [.. starts]);
        HashSet<Node> ofPicture = network.DependentOn(network.Input);
        HashSet<Node> changed = network.DependentOn(_starts);
        Node[] after = [.. network.Nodes.Where(node => !starts.Contains(node) && changed.Contains(node) && network.LeadsToOutput(node))];
        HashSet<Node> beside = [], again = [], read = [.. after.SelectMany(node => node.Inputs)];
        foreach (Node source in network.Nodes.Reverse().Where(node => read.Contains(node) && !changed.Contains(node)))
        {
            if (ofPicture.Contains(source) && source.Recorded?.BatchFirst != false)
            {
                beside.Add(source);
            }
            else
            {
                // What is the same for every picture is made again, and so is what does not lie picture by picture.
                again.Add(source);
                read.UnionWith(source.Inputs);
            }
        }
        Beside = network.NamesLayersOnly ? [network.Input] : [.. network.Nodes.Where(beside.Contains)];
        HashSet<Node> needed = [.. starts, .. Beside, .. again, .. after];
        _nodes = [.. network.Nodes.Where(needed.Contains)];
    }

    /// <summary>
    /// The nodes that do not depend on the start but are read by what does, such as the other branch of a sum; where only layers are named,
    /// the input.
    /// </summary>
    public IReadOnlyList<Node> Beside { get; }

    /// <summary>What runs of the network once the start's outputs are known, in its order.</summary>
    public IReadOnlyList<Node> Later => [.. _nodes.Where(node => !_starts.Contains(node) && !Beside.Contains(node))];

    /// <summary>What <see cref="Beside"/> makes of a clean picture <c>[1, C, H, W]</c>.</summary>
    public IReadOnlyList<Tensor> Clean(Tensor picture, CancellationToken cancel) =>
        Beside.Count == 0 ? [] : _runner.Run(_network, picture, Beside, track: false, cancel).Taps;

    /// <summary>The logits <c>[N, classes]</c> for N changed outputs of the start.</summary>
    /// <param name="changed">The start's outputs, batch dimension first, as its operator makes them.</param>
    /// <param name="beside">What <see cref="Beside"/> made of the one clean picture, batch dimension first.</param>
    /// <param name="cancel">Stops it before the next node.</param>
    public Tensor Run(Tensor changed, IReadOnlyList<Tensor> beside, CancellationToken cancel) => Run([changed], beside, cancel);

    /// <summary>The same for the outputs of several starts.</summary>
    public Tensor Run(IReadOnlyList<Tensor> changed, IReadOnlyList<Tensor> beside, CancellationToken cancel)
    {
        var given = new Dictionary<Node, Tensor>(_starts.Zip(changed, KeyValuePair.Create));
        foreach (var (node, clean) in Beside.Zip(beside))
        {
            given[node] = clean.expand([changed[0].shape[0], .. clean.shape.Skip(1)]);
        }
        return _runner.RunPart(_network, _nodes, given, cancel);
    }
}
