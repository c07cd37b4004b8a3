using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Import;

/// <summary>
/// Follows the picture's rows and columns through operators that know of no picture: from <c>[N, C, H, W]</c> through a reshape and a
/// transpose to <c>[N, H·W, C]</c>, behind a class token, and back.
/// </summary>
internal static class AxisRules
{
    /// <summary>What the dimensions of an output stand for.</summary>
    /// <param name="operator">What makes it.</param>
    /// <param name="axes">What those of its inputs stand for.</param>
    /// <param name="shapes">The inputs' full shapes, for some odd number of pictures.</param>
    /// <param name="output">The output's.</param>
    public static Axis[] Forward(Operator @operator, IReadOnlyList<Axis[]> axes, IReadOnlyList<long[]> shapes, long[] output)
    {
        Axis[] first = axes.Count > 0 ? axes[0] : [];
        Axis[] found = @operator switch
        {
            Constant => [],
            Pad when first.Length == output.Length => first, // of a picture with or without its batch
            Permute permute => [.. permute.Order.Select(dimension => first[dimension])],
            Reshape or Flatten or Unsqueeze or Squeeze => Regrouped(first, shapes[0], output),
            Select(var dimension, _) => [.. first.Where((_, i) => i != dimension)],
            Slice(var dimension, var start, _, 1) => With(first, dimension, From(first[dimension], start)),
            Slice(var dimension, _, _, _) when first[dimension].Kind == AxisKind.Places => With(first, dimension, Axis.Other),
            IndexSelect(var dimension, _) => With(first, dimension, Axis.Other),
            ExpandToBatch => Merged([first], [shapes[0]], output), // of the second it takes the count alone
            Concat concat => With(Merged(axes, shapes, output, concat.Dim), concat.Dim, Joined(axes, shapes, concat.Dim)),
            MatMul when axes[0].Length < 2 || axes[1].Length < 2 => [], // of a vector
            MatMul => [.. Merged([axes[0], axes[1]], shapes, output)[..^2], axes[0][^2..][0], axes[1][^1]],
            ScaledDotProductAttention => [.. first[..^1], axes[2][^1]],
            SelfAttention or Linear or QueryKeyValue => [.. first[..^1], Axis.Other],
            Mean(var dimensions, var keep) => Reduced(first, dimensions, keep),
            Sum(var dimensions, var keep) => Reduced(first, dimensions, keep),
            Max(var dimensions, var keep) => Reduced(first, dimensions, keep),
            Min(var dimensions, var keep) => Reduced(first, dimensions, keep),
            L2Norm(var dimensions, var keep) => Reduced(first, dimensions, keep),
            LogSumExp(var dimensions, var keep) => Reduced(first, dimensions, keep),
            _ => Merged(axes, shapes, output),
        };
        return [.. output.Select((size, i) => found.Length == output.Length && found[i].Fits(size) ? found[i] : Axis.Other)];
    }

    /// <summary>
    /// What the dimensions of an input must stand for, given those of the output: what is added to an output lies on the picture as that
    /// does. Null where that does not follow.
    /// </summary>
    /// <param name="operator">What makes the output.</param>
    /// <param name="axes">What the output's dimensions stand for.</param>
    public static Axis[]? Backward(Operator @operator, Axis[] axes) => @operator switch
    {
        Permute permute => [.. axes.Select((_, i) => axes[permute.Order.ToList().IndexOf(i)])],
        Add or Dropout or StochasticDepth or LayerNorm or RMSNorm or LayerScale => axes,
        Multiply => axes,
        Linear => [.. axes[..^1], Axis.Other],
        _ => null,
    };

    /// <summary>Whether an operator takes nothing but tokens that stand for no place.</summary>
    public static bool DropsCells(Operator @operator, IReadOnlyList<Axis[]> axes) => @operator switch
    {
        Select(var dimension, var index) => index < axes[0][dimension].Leading,
        Slice(var dimension, _, var end, _) => end <= axes[0][dimension].Leading && axes[0][dimension].Kind == AxisKind.Places,
        IndexSelect(var dimension, var indices) =>
            axes[0][dimension].Kind == AxisKind.Places && indices.All(index => index < axes[0][dimension].Leading),
        _ => false,
    };

    private static Axis[] With(Axis[] axes, long dimension, Axis axis) => [.. axes.Select((known, i) => i == dimension ? axis : known)];

    /// <summary>The rest of the tokens; without some of the places it is no grid any more, which <see cref="Axis.Fits"/> finds.</summary>
    private static Axis From(Axis axis, long start) =>
        axis.Kind == AxisKind.Places ? axis with { Leading = axis.Leading - Math.Min(start, axis.Leading) } : axis;

    private static Axis[] Reduced(Axis[] axes, long[] dimensions, bool keep) => keep
        ? [.. axes.Select((axis, i) => dimensions.Contains(i) ? Axis.Other : axis)]
        : [.. axes.Where((_, i) => !dimensions.Contains(i))];

    /// <summary>Broadcast from the right: each dimension is what the first input that has it in full says, if any says something.</summary>
    private static Axis[] Merged(IReadOnlyList<Axis[]> axes, IReadOnlyList<long[]> shapes, long[] output, long joined = -1)
    {
        var merged = new Axis[output.Length];
        for (int i = 0; i < output.Length; i++)
        {
            for (int input = 0; input < axes.Count && merged[i] == Axis.Other; input++)
            {
                int own = i - output.Length + axes[input].Length;
                bool resized = output.Length == 4 && axes.Count == 1; // by a convolution or a window, rows stay rows
                if (own >= 0 && (shapes[input][own] == output[i] || i == joined || resized))
                {
                    merged[i] = axes[input][own];
                }
            }
        }
        return merged;
    }

    /// <summary>Tokens put before the places are leading ones.</summary>
    private static Axis Joined(IReadOnlyList<Axis[]> axes, IReadOnlyList<long[]> shapes, int dimension)
    {
        int places = Enumerable.Range(0, axes.Count).FirstOrDefault(input => axes[input][dimension].Kind == AxisKind.Places, -1);
        return places < 0 ? Axis.Other
            : axes[places][dimension] with
            {
                Leading = axes[places][dimension].Leading
            + shapes.Take(places).Sum(shape => shape[dimension])
            };
    }

    /// <summary>
    /// The dimensions after a reshape: those that stay what they are, rows and columns that become places, and the other way round.
    /// </summary>
    private static Axis[] Regrouped(Axis[] axes, long[] from, long[] to)
    {
        var found = new Axis[to.Length];
        int i = 0, j = 0;
        while (i < from.Length && j < to.Length)
        {
            (int firstFrom, int firstTo) = (i, j);
            long left = from[i++], right = to[j++];
            while (left != right)
            {
                if (left < right && i < from.Length)
                {
                    left *= from[i++];
                }
                else if (right < left && j < to.Length)
                {
                    right *= to[j++];
                }
                else
                {
                    return found;
                }
            }
            Axis[] before = [.. Enumerable.Range(firstFrom, i - firstFrom).Where(at => from[at] != 1).Select(at => axes[at])];
            int[] after = [.. Enumerable.Range(firstTo, j - firstTo).Where(at => to[at] != 1)];
            switch (before, after)
            {
                case ([var same], [var at]):
                    found[at] = same;
                    break;
                case ([{ Kind: AxisKind.Rows }, { Kind: AxisKind.Columns }], [var at]):
                    int rows = Array.FindIndex(axes, axis => axis.Kind == AxisKind.Rows);
                    found[at] = new Axis(AxisKind.Places, 0, from[rows],
                        from[Array.FindIndex(axes, axis => axis.Kind == AxisKind.Columns)]);
                    break;
                case ([{ Kind: AxisKind.Places, Leading: 0 } places], [var high, var wide])
                    when places.Height == to[high] && places.Width == to[wide]:
                    (found[high], found[wide]) = (new Axis(AxisKind.Rows), new Axis(AxisKind.Columns));
                    break;
            }
        }
        return found;
    }
}
