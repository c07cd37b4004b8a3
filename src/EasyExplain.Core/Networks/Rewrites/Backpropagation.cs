using EasyExplain.Networks.Operators;

namespace EasyExplain.Networks.Rewrites;

/// <summary>The chain rule written down as nodes, so that gradients too can be run by whatever runs a network.</summary>
/// <param name="Start">Stands for the gradient with respect to the output of the node that it began at; to be given.</param>
/// <param name="Nodes">What is computed of it, in order; nodes of the network that it reads are to be given.</param>
/// <param name="Gradients">Makes the gradient with respect to each node asked for.</param>
internal sealed record Backpropagation(Node Start, IReadOnlyList<Node> Nodes, IReadOnlyList<Node> Gradients)
{
    /// <summary>From the gradient at <paramref name="end"/> to those at <paramref name="taps"/>, which come before it and lead to nothing but through it.</summary>
    /// <returns>Null if an operator on the way does not say how it is differentiated, or a tap does not lead there.</returns>
    public static Backpropagation? From(Network network, Node end, IReadOnlyList<Node> taps, IReadOnlyDictionary<Node, long[]> shapes)
    {
        HashSet<Node> depends = [.. taps];
        foreach (Node node in network.Nodes.Where(node => node.Inputs.Any(depends.Contains)))
        {
            depends.Add(node);
        }
        var start = new Node(new Input(), [], end.Name);
        var nodes = new List<Node> { start };
        var gradients = new Dictionary<Node, Node> { [end] = start };
        foreach (Node node in network.Nodes.Reverse().Where(node => gradients.ContainsKey(node) && node.Inputs.Any(depends.Contains)))
        {
            if (node.Operator.Back(node, gradients[node], shapes) is not { } inputs)
            {
                return null;
            }
            foreach (var (source, gradient) in node.Inputs.Zip(inputs).Where(pair => depends.Contains(pair.First)))
            {
                Append(gradient);
                gradients[source] = gradients.TryGetValue(source, out Node? other) ? Append(new Node(new Add(), [other, gradient], source.Name)) : gradient;
            }
        }
        return taps.All(gradients.ContainsKey) ? new Backpropagation(start, nodes, [.. taps.Select(tap => gradients[tap])]) : null;

        Node Append(Node node)
        {
            if (!nodes.Contains(node))
            {
                nodes.Add(node);
            }
            return node;
        }
    }
}
