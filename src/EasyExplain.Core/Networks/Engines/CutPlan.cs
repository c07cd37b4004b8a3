using EasyExplain.Networks.Operators;
using EasyExplain.Networks.Rewrites;

namespace EasyExplain.Networks.Engines;

/// <summary>
/// Which of a network's nodes an engine runs, for some taps: those up to a node that everything after it reads alone, the cut. libtorch
/// runs what follows, and autograd finds the gradient at the cut.
/// </summary>
/// <param name="Cut">The last node of the first part.</param>
/// <param name="Head">The nodes of the first part.</param>
/// <param name="Rest">The nodes of the second, the cut among them as what is given.</param>
/// <param name="Back">
/// From the gradient at the cut to those at the taps; null where the cut comes before all taps, or is the only one, or none are wanted.
/// </param>
internal sealed record CutPlan(Node Cut, IReadOnlyList<Node> Head, IReadOnlyList<Node> Rest, Backpropagation? Back)
{
    /// <summary>The best plan, or null where there is nothing for the engine to do.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="network">The network.</param>
    /// <param name="taps">The nodes whose outputs are wanted.</param>
    /// <param name="track">Whether gradients with respect to them will be asked for.</param>
    /// <param name="shapes">The nodes' output shapes.</param>
    public static CutPlan? For(
        IEngine engine, Network network, IReadOnlyList<Node> taps, bool track, IReadOnlyDictionary<Node, long[]> shapes)
    {
        // Without a convolution before it, a cut would only cost a way from one engine to the other.
        int convolution = network.Nodes.TakeWhile(node => node.Operator is not Conv2d).Count();
        (int Index, Node Node)[] cuts = [.. Cuts(network, engine.Reach(network, shapes)).Where(cut => cut.Index >= convolution)];
        if (cuts.Length == 0)
        {
            return null;
        }
        if (!track || taps.Count == 0)
        {
            return Split(network, cuts[^1], back: null);
        }
        Dictionary<Node, int> order = network.Nodes.Select((node, index) => (node, index))
            .ToDictionary(pair => pair.node, pair => pair.index);
        (int first, int last) = (taps.Min(tap => order[tap]), taps.Max(tap => order[tap]));
        // The later the better, as long as the way back from there can be written down.
        // A classifier that weighs more than all before it stays where its weights are: they would be copied twice.
        bool heavyEnd = network.Parameters.Sum(parameter => parameter.Count) > 2 * network.Nodes.Where(node => node.Operator is Conv2d)
            .SelectMany(node => node.Operator.Parameters).Sum(parameter => parameter.Count);
        foreach ((int Index, Node Node) after in Enumerable.Reverse(cuts)
            .Where(cut => cut.Index >= last && !(heavyEnd && cut.Node == network.Output)))
        {
            if (Backpropagation.From(GradientRules.Table, network, after.Node, taps, shapes) is { } back)
            {
                return Split(network, after, taps is [var only] && only == after.Node ? null : back);
            }
        }
        (int Index, Node Node) before = cuts.LastOrDefault(cut => cut.Index <= first);
        return before.Node is null ? null : Split(network, before, back: null);
    }

    /// <summary>
    /// The nodes that alone lead from what comes before them to what comes after, among the first <paramref name="reach"/>.
    /// </summary>
    internal static IEnumerable<(int Index, Node Node)> Cuts(Network network, int reach)
    {
        var lastReader = new Dictionary<Node, int>();
        foreach (var (reader, index) in network.Nodes.Select((node, index) => (node, index)))
        {
            foreach (Node source in reader.Inputs)
            {
                lastReader[source] = index;
            }
        }
        int open = lastReader.GetValueOrDefault(network.Input); // the last reader of what came before
        foreach (var (node, index) in network.Nodes.Take(reach).Select((node, index) => (node, index)).Skip(1))
        {
            if (open <= index && node.Inputs.Count > 0) // what reads nothing is the same for every picture
            {
                yield return (index, node);
            }
            open = Math.Max(open, lastReader.GetValueOrDefault(node));
        }
    }

    private static CutPlan Split(Network network, (int Index, Node Node) cut, Backpropagation? back) =>
        new(cut.Node, [.. network.Nodes.Take(cut.Index + 1)], [.. network.Nodes.Skip(cut.Index)], back);
}
