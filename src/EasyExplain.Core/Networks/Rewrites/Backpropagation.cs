using EasyExplain.Networks.Operators;

namespace EasyExplain.Networks.Rewrites;

/// <summary>A way back through a network by a table of rules, written down as nodes: so whatever runs a network can run it.</summary>
/// <param name="Start">Stands for what comes in at the output of the node that it began at, such as its gradient; to be given.</param>
/// <param name="Nodes">What is computed of it, in order; nodes of the network that it reads are to be given.</param>
/// <param name="Results">Makes what has come back to each node asked for.</param>
internal sealed record Backpropagation(Node Start, IReadOnlyList<Node> Nodes, IReadOnlyList<Node> Results)
{
    /// <summary>From <paramref name="end"/> to <paramref name="taps"/>, which come before it and lead to nothing but through it.</summary>
    /// <param name="rules">
    /// For each type of operator: of what has come back to its output, what comes back to its inputs, in their order. Where several nodes
    /// read one, what comes back from them is added up. To an input for which a rule has
    /// <see cref="WayBack.Nothing"/> nothing comes back.
    /// </param>
    /// <param name="network">The network.</param>
    /// <param name="end">The node to begin at.</param>
    /// <param name="taps">The nodes to reach.</param>
    /// <param name="shapes">The nodes' output shapes.</param>
    /// <param name="unreached">Stands for what comes back to a tap to which nothing does; null where there is no such thing.</param>
    /// <returns>Null if there is no rule for an operator on the way, or a tap does not lead there.</returns>
    public static Backpropagation? From(
        OperatorTable<WayBack, IReadOnlyList<Node>> rules,
        Network network, Node end, IReadOnlyList<Node> taps, IReadOnlyDictionary<Node, long[]> shapes, Func<Node, Node>? unreached = null)
    {
        HashSet<Node> depends = [.. taps];
        foreach (Node node in network.Nodes.Where(node => node.Inputs.Any(depends.Contains)))
        {
            depends.Add(node);
        }
        var start = new Node(new Input(), [], end.Name);
        var nodes = new List<Node> { start };
        HashSet<Node> known = [start, .. network.Nodes];
        var incoming = new Dictionary<Node, Node> { [end] = start };
        foreach (Node node in network.Nodes.Reverse().Where(node => incoming.ContainsKey(node) && node.Inputs.Any(depends.Contains)))
        {
            if (node.Operator is Detached)
            {
                continue; // nothing comes back from it
            }
            if (rules.Make(node.Operator, new WayBack(node, incoming[node], shapes)) is not { } inputs)
            {
                return null;
            }
            foreach (var (source, back) in node.Inputs.Zip(inputs)
                .Where(pair => depends.Contains(pair.First) && pair.Second != WayBack.Nothing))
            {
                Append(back);
                incoming[source] = incoming.TryGetValue(source, out Node? other)
                    ? Append(new Node(new Add(), [other, back], source.Name)) : back;
            }
        }
        if (unreached is not null)
        {
            foreach (Node tap in taps.Where(tap => !incoming.ContainsKey(tap)).Distinct())
            {
                incoming[tap] = Append(unreached(tap));
            }
        }
        return taps.All(incoming.ContainsKey) ? new Backpropagation(start, nodes, [.. taps.Select(tap => incoming[tap])]) : null;

        // With what a rule made on the way there, before what reads it.
        Node Append(Node node)
        {
            if (known.Add(node))
            {
                foreach (Node source in node.Inputs)
                {
                    Append(source);
                }
                nodes.Add(node);
            }
            return node;
        }
    }
}
