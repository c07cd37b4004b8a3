using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Import.Detectors;

/// <summary>
/// Looks through what puts numbers together, into another shape or order, to where some of them are made: a candidate's box, or its
/// classes, among the columns of a detector's result.
/// </summary>
internal sealed class Columns(NetworkRecorder recorder)
{
    private const double Tiny = 1e-7; // of a probability, so that no logarithm is infinite
    private const int MostSeen = 200; // nodes that are looked at

    /// <summary>Some entries along a dimension, taken as early in the graph as can be.</summary>
    /// <param name="node">What has them.</param>
    /// <param name="dim">The dimension; the batch is 0.</param>
    /// <param name="from">The first.</param>
    /// <param name="to">The one that is too many.</param>
    public Node Of(Node node, int dim, long from, long to)
    {
        if (from == 0 && recorder.Shape(node)[dim] == new Size(to))
        {
            return node;
        }
        switch (node.Operator)
        {
            case Concat { Dim: var along } concat when along == dim:
                List<Node> parts = [];
                long first = 0;
                foreach (Node part in node.Inputs)
                {
                    long size = recorder.Shape(part)[dim].Fixed;
                    if (first < to && first + size > from)
                    {
                        parts.Add(Of(part, dim, Math.Max(0, from - first), Math.Min(size, to - first)));
                    }
                    first += size;
                }
                return parts is [var only] ? only : recorder.Call(node.Name, concat, [.. parts]);
            case Concat:
                return recorder.Call(node.Name, node.Operator, [.. node.Inputs.Select(part => Of(part, dim, from, to))]);
            case Permute(var order):
                return recorder.Call(node.Name, node.Operator, Of(node.Inputs[0], (int)order[dim], from, to));
            case Slice(var along, var start, _, 1) when along == dim:
                return Of(node.Inputs[0], dim, start + from, start + to);
            case ChannelSlice(var start, _) when dim == 1:
                return Of(node.Inputs[0], dim, start + from, start + to);
            case ChannelSlice(var start, var count):
                return recorder.Call(node.Name, new Slice(1, start, start + count, 1), Of(node.Inputs[0], dim, from, to));
            case Slice or Sigmoid:
                return recorder.Call(node.Name, node.Operator, Of(node.Inputs[0], dim, from, to));
            case Reshape or Flatten or Unflatten or Squeeze or Unsqueeze when Before(node, dim) is { } at:
                return Shaped(node, Of(node.Inputs[0], at, from, to), dim, to - from);
            default:
                return recorder.Call(node.Name, new Slice(dim, from, to, 1), node);
        }
    }

    /// <summary>
    /// What the numbers are before the sigmoids that make them, in the same shape and order; null where not all are made by sigmoids.
    /// </summary>
    public Node? Logits(Node node)
    {
        switch (node.Operator)
        {
            case Sigmoid:
                return node.Inputs[0];
            case Dropout:
                return Logits(node.Inputs[0]);
            case Concat:
                Node?[] parts = [.. node.Inputs.Select(Logits)];
                return parts.All(part => part is not null) ? recorder.Call(node.Name, node.Operator, [.. parts.Select(part => part!)])
                    : null;
            case Slice(var dim, var start, var end, 1):
                Node early = Of(node.Inputs[0], dim, start, Math.Min(end, recorder.Shape(node.Inputs[0])[dim].Fixed));
                return early.Operator is not Slice ? Logits(early)
                    : Logits(early.Inputs[0]) is { } sliced ? recorder.Call(node.Name, early.Operator, sliced) : null;
            case Permute or Slice or ChannelSlice or Select or IndexSelect or Reshape or Flatten or Unflatten or Squeeze or Unsqueeze:
                return Logits(node.Inputs[0]) is { } logits ? recorder.Call(node.Name, node.Operator, logits) : null;
            default:
                return null;
        }
    }

    /// <summary>log(p / (1 − p)) of probabilities: the logits, where what made them is not seen.</summary>
    public Node LogOdds(Node probabilities)
    {
        string name = probabilities.Name;
        Node within = recorder.Call(name, new Clamp(Tiny, 1 - Tiny), probabilities);
        Node other = recorder.Call(name, new AddNumber(1), recorder.Call(name, new Negate(), within));
        return recorder.Call(name, new Subtract(), recorder.Call(name, new Log(), within), recorder.Call(name, new Log(), other));
    }

    /// <summary>The maps that are only laid side by side in other shapes, one for each scale; null where something else is done.</summary>
    public IReadOnlyList<Node>? Maps(Node node) => node.Operator switch
    {
        Conv2d => [node],
        Concat => node.Inputs.Select(Maps).ToArray() is var parts && parts.All(part => part is not null)
            ? [.. parts.SelectMany(part => part!)] : null,
        Permute or Reshape or Flatten or Unflatten or Squeeze or Unsqueeze => Maps(node.Inputs[0]),
        _ => null,
    };

    /// <summary>Whether the numbers are no more than some of what a layer makes together with others.</summary>
    public bool IsPart(Node node) => node.Operator switch
    {
        Slice or ChannelSlice or Select or IndexSelect => true,
        Concat => node.Inputs.Any(IsPart),
        Permute or Reshape or Flatten or Unflatten or Squeeze or Unsqueeze or Sigmoid => IsPart(node.Inputs[0]),
        _ => false,
    };

    /// <summary>Whether an operator is computed with on the way from the last layers.</summary>
    public bool ComputesWith<T>(Node node)
    {
        var waiting = new Stack<Node>([node]);
        HashSet<Node> seen = [];
        while (waiting.TryPop(out Node? next) && seen.Count < MostSeen)
        {
            if (next.Operator is T)
            {
                return true;
            }
            if (next.Operator is not (Conv2d or Linear or MatMul) && seen.Add(next))
            {
                foreach (Node source in next.Inputs)
                {
                    waiting.Push(source);
                }
            }
        }
        return false;
    }

    /// <summary>The dimension that one was before numbers got another shape; null where it was none by itself.</summary>
    private int? Before(Node node, int dim)
    {
        IReadOnlyList<Size> after = recorder.Shape(node), before = recorder.Shape(node.Inputs[0]);
        double behind = Count(after, dim + 1);
        for (int at = before.Count - 1; at > 0; at--)
        {
            if (before[at] == after[dim] && Count(before, at + 1) == behind)
            {
                return at;
            }
        }
        return null;
    }

    private static double Count(IReadOnlyList<Size> shape, int from) =>
        shape.Skip(from).Aggregate(1.0, (product, size) => product * size.At(1));

    private Node Shaped(Node like, Node numbers, int dim, long size)
    {
        Size[] shape = [.. recorder.Shape(like)];
        shape[dim] = new Size(size);
        return shape.SequenceEqual(recorder.Shape(numbers)) ? numbers
            : recorder.Call(like.Name, new Reshape([.. shape.Select(one => one.IsFixed ? one.Fixed : -1)]), numbers);
    }
}
