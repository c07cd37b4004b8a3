using static TorchSharp.torch;

namespace EasyExplain.Networks;

/// <summary>What a run leaves: the logits and the outputs of the tapped nodes.</summary>
/// <param name="Logits"><c>[N, classes]</c>.</param>
/// <param name="Taps">The tapped nodes' outputs in the order asked, as their operators make them (see <see cref="Node.Layout"/>).</param>
internal sealed record Pass(Tensor Logits, IReadOnlyList<Tensor> Taps);

/// <summary>Runs a network node by node.</summary>
internal static class Executor
{
    /// <summary>
    /// Runs <paramref name="network"/> on <paramref name="input"/> <c>[N, C, H, W]</c> and keeps the outputs of <paramref name="taps"/>.
    /// Each other tensor is freed after its last use. With <paramref name="track"/>, autograd follows from the first tap on, so that
    /// gradients of the logits with respect to the taps can be taken; what lies before is never tracked.
    /// </summary>
    /// <remarks>Call it within a dispose scope, which owns what is returned and, if the run is stopped, what it had made.</remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was signalled; looked at before every node.</exception>
    public static Pass Run(Network network, Tensor input, IReadOnlyList<Node> taps, bool track, CancellationToken cancel = default)
    {
        Dictionary<Node, int> readers = CountReaders(network, taps);
        var outputs = new Dictionary<Node, Tensor>();
        var tapped = new HashSet<Node>(taps);
        using IDisposable untracked = no_grad();
        IDisposable? tracked = null;
        try
        {
            foreach (Node node in network.Nodes)
            {
                cancel.ThrowIfCancellationRequested();
                Tensor output = node == network.Input
                    ? input.alias()
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
                foreach (Node source in node.Inputs.Where(source => --readers[source] == 0))
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

    /// <summary>How often each node's output is still wanted: by other nodes, and by the caller.</summary>
    private static Dictionary<Node, int> CountReaders(Network network, IReadOnlyList<Node> taps)
    {
        var readers = network.Nodes.ToDictionary(node => node, _ => 0);
        foreach (Node read in network.Nodes.SelectMany(node => node.Inputs).Concat(taps).Append(network.Output))
        {
            readers[read]++;
        }
        return readers;
    }
}
