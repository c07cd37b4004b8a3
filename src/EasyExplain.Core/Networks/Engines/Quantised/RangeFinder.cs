using EasyExplain.Networks.Engines.OnnxRuntime;
using EasyExplain.Networks.Operators;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Engines.Quantised;

/// <summary>Finds from where to where the numbers go that a network's nodes make of some pictures.</summary>
internal static class RangeFinder
{
    /// <summary>The ranges, by <see cref="Node.Origin"/>.</summary>
    /// <param name="network">The network.</param>
    /// <param name="nodes">The nodes, in their order, the input among them.</param>
    /// <param name="shapes">The output shapes.</param>
    /// <param name="pictures">The inputs, <c>[1, C, H, W]</c> each.</param>
    /// <param name="cancel">Stops it.</param>
    public static IReadOnlyDictionary<Node, ValueRange> Find(Network network, IReadOnlyList<Node> nodes,
        IReadOnlyDictionary<Node, long[]> shapes, IReadOnlyList<Tensor> pictures, CancellationToken cancel)
    {
        // What does not lie picture by picture is the same for all, and never in bytes.
        Node[] measured = [.. nodes.Where(node => (node.Inputs.Count > 0 || node == network.Input) && (node.Recorded?.BatchFirst ?? true)
            && shapes[node].Length > 0)];
        var all = new Dictionary<Node, long[]>(shapes);
        Node[] lows = [.. measured.Select(node => Of(node, new Min(AllButPictures(node), Keep: false)))];
        Node[] highs = [.. measured.Select(node => Of(node, new Max(AllButPictures(node), Keep: false)))];
        using OnnxRuntimePart? part = OnnxRuntimePart.Compile([.. nodes, .. lows, .. highs], [network.Input], [.. lows, .. highs], all);
        var found = new Dictionary<Node, ValueRange>();
        foreach (Tensor picture in part is null ? [] : pictures)
        {
            using TorchSharp.DisposeScope scope = NewDisposeScope();
            float[] ends = [.. part!.Run([picture], cancel).Select(end => end.item<float>())];
            foreach (var (node, index) in measured.Select((node, index) => (node.Origin, index)))
            {
                var range = new ValueRange(Math.Min(0, ends[index]), Math.Max(0, ends[measured.Length + index]));
                found[node] = found.TryGetValue(node, out ValueRange before) ? before.Over(range) : range;
            }
        }
        return found;

        long[] AllButPictures(Node node) => [.. Enumerable.Range(1, shapes[node].Length).Select(dim => (long)dim)];

        Node Of(Node node, Operator end)
        {
            var made = new Node(end, [node], "");
            all[made] = [];
            return made;
        }
    }
}
