namespace EasyExplain.Networks;

/// <summary>How many places of the picture an output really tells apart: a map that was enlarged has more cells than it says.</summary>
internal static class PlaceCounts
{
    private static readonly string[] Enlarging = ["AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "Upsample"];

    /// <summary>
    /// Rows and columns of every node whose output lies on the picture: its own, or those of what it was enlarged from, whatever is done
    /// to it at each place afterwards.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="shapes">Its nodes' output shapes, see <see cref="Network.Shapes"/>.</param>
    public static IReadOnlyDictionary<Node, Extent> Of(Network network, IReadOnlyDictionary<Node, long[]> shapes)
    {
        var places = new Dictionary<Node, Extent>();
        Extent? before = null;
        foreach (Node node in network.Nodes)
        {
            if (node.Layout?.MapShape(shapes[node]) is not [_, var height, var width])
            {
                continue;
            }
            // What is made of features without places is what it is. Where only layers are named, their order is all that is known.
            Extent[] read = !network.NamesLayersOnly ? [.. node.Inputs.Where(places.ContainsKey).Select(input => places[input])]
                : before is { } last && Enlarging.Contains(node.Operator.Type) ? [last] : [];
            before = places[node] = read.Length == 0 ? (height, width)
                : (Math.Min(height, read.Max(extent => extent.Height)), Math.Min(width, read.Max(extent => extent.Width)));
        }
        return places;
    }
}
