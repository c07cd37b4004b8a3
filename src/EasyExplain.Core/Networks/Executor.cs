using static TorchSharp.torch;

namespace EasyExplain.Networks;

/// <summary>What a run leaves: the logits and the outputs of the tapped nodes.</summary>
/// <param name="Logits"><c>[N, classes]</c>.</param>
/// <param name="Taps">The tapped nodes' outputs in the order asked, as their operators make them (see <see cref="Node.Layout"/>).</param>
internal sealed record Pass(Tensor Logits, IReadOnlyList<Tensor> Taps)
{
    /// <summary>
    /// Where <see cref="Back"/> begins: the only output that autograd has followed from. Null where it has followed from the taps.
    /// </summary>
    public Tensor? Cut { get; init; }

    /// <summary>Makes, of the gradient with respect to <see cref="Cut"/>, those with respect to the taps.</summary>
    public Func<Tensor, IReadOnlyList<Tensor>>? Back { get; init; }

    /// <summary>
    /// The gradients of a score with respect to the taps, each of its tap's shape; those of a tap that the score does not depend on are 0.
    /// </summary>
    /// <param name="score">
    /// A sum of what <see cref="Logits"/> holds, of a run that was tracked. Its graph is kept: there may be other scores.
    /// </param>
    public IReadOnlyList<Tensor> Gradients(Tensor score)
    {
        if (Cut is not null)
        {
            return Back!(Autograd(score, [Cut])[0]);
        }
        return Autograd(score, Taps);
    }

    private static Tensor[] Autograd(Tensor score, IReadOnlyList<Tensor> sources) =>
    [
        .. autograd.grad([score], [.. sources], retain_graph: true, allow_unused: true)
            .Zip(sources, (gradient, source) => gradient is { IsInvalid: false } ? gradient : zeros_like(source)),
    ];
}

/// <summary>Runs a network node by node, in libtorch.</summary>
internal static class Executor
{
    /// <summary>
    /// Runs <paramref name="network"/> on <paramref name="input"/> <c>[N, C, H, W]</c> and keeps the outputs of <paramref name="taps"/>.
    /// Each other tensor is freed after its last use. With <paramref name="track"/>, autograd follows from the first tap on, so that
    /// gradients of the logits with respect to the taps can be taken; what lies before is never tracked.
    /// </summary>
    /// <param name="network">The network, of operations.</param>
    /// <param name="input">The pictures.</param>
    /// <param name="taps">The nodes whose outputs are kept.</param>
    /// <param name="track">Whether gradients will be asked for.</param>
    /// <param name="cancel">Looked at before every node.</param>
    /// <remarks>Call it within a dispose scope, which owns what is returned and, if the run is stopped, what it had made.</remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was signalled.</exception>
    public static Pass Run(Network network, Tensor input, IReadOnlyList<Node> taps, bool track, CancellationToken cancel = default) =>
        network.OnePicture && input.shape[0] != 1 ? throw new ArgumentException("The network takes one picture at a time.", nameof(input))
        : Run(network, network.Nodes, new Dictionary<Node, Tensor> { [network.Input] = input }, taps, track, cancel);

    /// <summary>
    /// Runs some of a network's nodes, in their order; outputs that are <paramref name="given"/> are not computed, and stay the caller's.
    /// </summary>
    public static Pass Run(
        Network network, IReadOnlyList<Node> nodes, IReadOnlyDictionary<Node, Tensor> given, IReadOnlyList<Node> taps, bool track,
        CancellationToken cancel)
    {
        IReadOnlyList<Node> Reads(Node node) => given.ContainsKey(node) ? [] : node.Inputs;
        Dictionary<Node, int> readers = CountReaders(nodes.SelectMany(Reads).Concat(taps).Append(network.Output));
        var outputs = new Dictionary<Node, Tensor>();
        var tapped = new HashSet<Node>(taps);
        using IDisposable untracked = no_grad();
        IDisposable? tracked = null;
        try
        {
            foreach (Node node in nodes)
            {
                cancel.ThrowIfCancellationRequested();
                Tensor output = given.TryGetValue(node, out Tensor? known)
                    ? known.alias()
                    : node.Operator.Run([.. node.Inputs.Select(source => outputs[source])]);
                if (track && tapped.Contains(node))
                {
                    if (!output.requires_grad)
                    {
                        output = output.detach().requires_grad_(true);
                    }
                    tracked ??= enable_grad();
                }
                outputs[node] = output;
                foreach (Node source in Reads(node).Where(source => --readers[source] == 0))
                {
                    outputs[source].Dispose();
                }
            }
        }
        finally
        {
            tracked?.Dispose();
        }
        return new Pass(outputs[network.Output], [.. taps.Select(tap => outputs[tap])]);
    }

    /// <summary>
    /// The most numbers that are alive at once in an untapped run, for each picture of the batch: what decides how many fit into memory.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="shapes">Its nodes' output shapes, see <see cref="Network.Shapes"/>.</param>
    public static long MostNumbersAlive(Network network, IReadOnlyDictionary<Node, long[]> shapes)
    {
        Dictionary<Node, int> readers = CountReaders(network.Nodes.SelectMany(node => node.Inputs).Append(network.Output));
        long Size(Node node) => shapes[node].Aggregate(1L, (product, size) => product * size);
        long alive = 0, most = 0;
        foreach (Node node in network.Nodes)
        {
            alive += Size(node);
            most = Math.Max(most, alive);
            alive -= node.Inputs.Where(source => --readers[source] == 0).Sum(Size);
        }
        return most;
    }

    /// <summary>How often each node's output is wanted: by other nodes, and by the caller.</summary>
    private static Dictionary<Node, int> CountReaders(IEnumerable<Node> reads) =>
        reads.GroupBy(node => node).ToDictionary(node => node.Key, node => node.Count());
}
