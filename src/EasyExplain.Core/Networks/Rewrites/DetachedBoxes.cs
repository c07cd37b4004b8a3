using EasyExplain.Networks.Operators;

namespace EasyExplain.Networks.Rewrites;

/// <summary>
/// A detector from whose boxes nothing comes back: whoever explains scores is spared the way back through the half of its heads that
/// makes boxes, and whatever decodes them.
/// </summary>
internal static class DetachedBoxes
{
    private const int Column = 2; // of [N, candidates, numbers]

    /// <summary>The network so; as it is, where boxes and scores cannot be told apart at its end.</summary>
    /// <param name="network">The network; the result shares its parameters.</param>
    /// <param name="shapes">The output shapes of its nodes.</param>
    /// <param name="columns">How many of a candidate's numbers are boxes.</param>
    public static Network Of(Network network, IReadOnlyDictionary<Node, long[]> shapes, int columns)
    {
        var now = new Dictionary<Node, Node>();
        var nodes = new List<Node>();
        Node output = Detach(network.Output, Column);
        if (nodes.Count == 0)
        {
            return network;
        }
        ILookup<Node, Node> detached = nodes.ToLookup(node => node.Inputs[0]);
        Node[] all = [.. network.Nodes.SelectMany(node => detached[node].Prepend(now.GetValueOrDefault(node, node)))];
        return new Network(all, output,
            [.. network.Layers.Select(layer => layer with { Node = now.GetValueOrDefault(layer.Node, layer.Node) })]);

        Node Detach(Node node, int dim)
        {
            Node[] inputs = node.Operator switch
            {
                Permute permute => [Detach(node.Inputs[0], (int)permute.Order[dim])],
                Concat concat when concat.Dim == dim => Boxes(node, dim),
                Concat => [.. node.Inputs.Select(input => Detach(input, dim))],
                _ => [.. node.Inputs],
            };
            return inputs.SequenceEqual(node.Inputs) ? node : now[node] = node with { Inputs = inputs };
        }

        // Those that are boxes and nothing else.
        Node[] Boxes(Node node, int dim)
        {
            long before = 0;
            var inputs = new List<Node>();
            foreach (Node input in node.Inputs)
            {
                before += dim - 1 < shapes[input].Length ? shapes[input][dim - 1] : long.MaxValue / 2;
                inputs.Add(before <= columns ? Made(input) : input);
            }
            return [.. inputs];
        }

        Node Made(Node of)
        {
            var made = new Node(new Detached(), [of], of.Name) { Layout = of.Layout, Recorded = of.Recorded };
            nodes.Add(made);
            return made;
        }
    }
}
