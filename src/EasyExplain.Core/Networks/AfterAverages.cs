using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using EasyExplain.Networks.Engines;
using EasyExplain.Networks.Operators;
using static TorchSharp.torch;

namespace EasyExplain.Networks;

/// <summary>What follows the global averages of a layer's channels, where the network reads nothing else of the layer.</summary>
internal sealed class AfterAverages
{
    private static readonly ConditionalWeakTable<Network, ConcurrentDictionary<Node, AfterAverages?>> Known = [];

    private readonly Network _network;
    private readonly Node _averages;
    private readonly IReadOnlyList<Node> _nodes;

    private AfterAverages(Network network, Node averages, IReadOnlyList<Node> nodes) =>
        (_network, _averages, _nodes) = (network, averages, nodes);

    /// <summary>That of a layer's output, found once: so an engine knows it again; null where more is read.</summary>
    public static AfterAverages? Of(Network network, Node layer) => Known.GetOrCreateValue(network).GetOrAdd(layer, layer =>
        network.Nodes.Where(node => node.Inputs.Contains(layer)).ToArray() is [{ Operator: AdaptiveAvgPool2d { Size: var size } } only]
        && size == 1 && new Tail(Runner.Libtorch, network, only) is { Beside.Count: 0 } tail
            ? new AfterAverages(network, only, tail.Later)
            : null);

    /// <summary>The logits <c>[N, classes]</c> for averages <c>[N, C, 1, 1]</c>; within the caller's dispose scope.</summary>
    public Tensor Run(Runner runner, Tensor averages, CancellationToken cancel) => runner.Follow(_nodes, [_network.Output],
        new Dictionary<Node, Tensor> { [_averages] = averages }, new Dictionary<Node, long[]> { [_averages] = [averages.shape[1], 1, 1] },
        cancel)[0];
}
