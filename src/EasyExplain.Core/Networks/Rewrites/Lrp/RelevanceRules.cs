using EasyExplain.Networks.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Rewrites.Lrp;

/// <summary>
/// Layer-wise relevance propagation: of the relevance of an operator's output, that of its inputs, in their order. Layers with weights have
/// the rules of a composite; whatever else there is hands on all that it gets.
/// </summary>
/// <remarks>
/// <para>What changes each number by itself passes its relevance on (activations, dropout, factors, a batch norm that stands alone), and
/// so does what moves or chooses numbers, as far as it took them.</para>
/// <para>Sums, means, resizing, and whatever is unknown share it out by what each number contributed: a · Jᵀ(r / stab(z)), which keeps it
/// where z is linear in a (<see cref="Norm"/>).</para>
/// <para>A product of a signal and a gate is the signal's (Arras et al. 2017, arXiv 1706.07206, section 3.2), such as
/// squeeze-and-excitation's; without a gate each factor has half (Achtibat et al. 2024, arXiv 2402.05602, section 3.3). Attention is such a
/// product: its weights count as constants, so that all goes through the values, and so does what a normalisation divides by (Ali et al.
/// 2022, arXiv 2202.07304, sections 3 and 4).</para>
/// </remarks>
/// <param name="network">The network, its batch norms folded.</param>
/// <param name="settings">The composite, and the rules' numbers.</param>
/// <param name="parts">Makes and owns parts of weights.</param>
/// <param name="picture">
/// The lowest and the highest that a picture's pixels can be, <c>[1, 3, 1, 1]</c> each; asked for if a rule wants to know.
/// </param>
internal sealed class RelevanceRules(
    Network network, LrpSettings settings, WeightParts parts, Func<(Tensor Low, Tensor High)> picture)
{
    private static readonly OperatorTable<WayBack, IReadOnlyList<Node>> Passing = new()
    {
        (ReLU _, WayBack r) => Pass(r),
        (ReLU6 _, WayBack r) => Pass(r),
        (Clamp _, WayBack r) => Pass(r),
        (LeakyReLU _, WayBack r) => Pass(r),
        (PReLU _, WayBack r) => Pass(r),
        (ELU _, WayBack r) => Pass(r),
        (SELU _, WayBack r) => Pass(r),
        (CELU _, WayBack r) => Pass(r),
        (GELU _, WayBack r) => Pass(r),
        (SiLU _, WayBack r) => Pass(r),
        (Mish _, WayBack r) => Pass(r),
        (Softplus _, WayBack r) => Pass(r),
        (Sigmoid _, WayBack r) => Pass(r),
        (Hardsigmoid _, WayBack r) => Pass(r),
        (Hardswish _, WayBack r) => Pass(r),
        (Tanh _, WayBack r) => Pass(r),
        (Softmax _, WayBack r) => Pass(r),
        (LogSoftmax _, WayBack r) => Pass(r),
        (MultiplyBy _, WayBack r) => Pass(r),
        (Negate _, WayBack r) => Pass(r),
        (Abs _, WayBack r) => Pass(r),
        (Reciprocal _, WayBack r) => Pass(r),
        (Sqrt _, WayBack r) => Pass(r),
        (Rsqrt _, WayBack r) => Pass(r),
        (Exp _, WayBack r) => Pass(r),
        (Log _, WayBack r) => Pass(r),
        (Erf _, WayBack r) => Pass(r),
        (Dropout _, WayBack r) => Pass(r),
        (StochasticDepth _, WayBack r) => Pass(r),
        (LayerScale _, WayBack r) => Pass(r),
        (BatchNorm2d _, WayBack r) => Pass(r),
        (LocalResponseNorm _, WayBack r) => Pass(r),
        (RMSNorm _, WayBack r) => Pass(r),
        (RotaryPositions _, WayBack r) => Pass(r), // the values pass, and only they have relevance
        (Quantize _, WayBack r) => Pass(r),
        (Dequantize _, WayBack r) => Pass(r),
        (DynamicQuantize _, WayBack r) => [.. Pass(r), WayBack.Nothing, WayBack.Nothing],
    };

    private static readonly OperatorTable<WayBack, IReadOnlyList<Node>> Moving = new()
    {
        (MaxPool2d pool, WayBack r) => [r.Then(new MaxPool2dGradient(pool), r.Input)],
        (AdaptiveMaxPool2d _, WayBack r) => Moved(r),
        (Max _, WayBack r) => Moved(r),
        (Min _, WayBack r) => Moved(r),
        (LogSumExp _, WayBack r) => Moved(r), // whose derivatives add up to 1
        (Flatten _, WayBack r) => r.LiesByPicture ? [r.Then(new Unflatten(r.InputShape))] : Moved(r),
        (Reshape _, WayBack r) => r.LiesByPicture ? [r.Then(new Unflatten(r.InputShape))] : Moved(r),
        (Unflatten _, WayBack r) => Moved(r),
        (Permute permute, WayBack r) => r.LiesByPicture && permute.Order[0] == 0
            ? [r.Then(new Permute(Inverse(permute.Order)))] : Moved(r),
        (Unsqueeze _, WayBack r) => Moved(r),
        (Squeeze _, WayBack r) => Moved(r),
        (Slice _, WayBack r) => Moved(r),
        (Select _, WayBack r) => Moved(r),
        (IndexSelect _, WayBack r) => Moved(r),
        (Expand _, WayBack r) => Moved(r),
        (ExpandToBatch _, WayBack r) => [.. Moved(r).Take(1), WayBack.Nothing],
        (Roll roll, WayBack r) => !r.LiesByPicture ? Moved(r) : [r.Then(new Roll(roll.Dims, [.. roll.Shifts.Select(shift => -shift)]))],
        (Pad pad, WayBack r) => pad.Mode == PadMode.Constant && r.LiesByPicture
            ? [r.Then(pad with { Amounts = [.. pad.Amounts.Select(amount => -amount)], Value = 0 })] : Moved(r),
        (Concat concat, WayBack r) => concat.Dim == 1 && r.LiesByPicture ? [.. GradientRules.Parts(r)] : Moved(r),
        (ChannelSlice slice, WayBack r) => r.LiesByPicture && r.InputShape.Length == 3
            ? [r.Then(new Pad([0, 0, 0, 0, slice.First, r.InputShape[0] - slice.First - slice.Count], PadMode.Constant, 0))] : Moved(r),
        (ChannelShuffle shuffle, WayBack r) => r.LiesByPicture
            ? [r.Then(new ChannelShuffle(r.InputShape[0] / shuffle.Groups))] : Moved(r),
        (PatchTokens _, WayBack r) => Moved(r),
        (ExtraTokens _, WayBack r) => Moved(r),
        (GridOfTokens _, WayBack r) => Moved(r),
        (ClassToken _, WayBack r) => Moved(r),
        (PatchMerging _, WayBack r) => Moved(r),
        (Where _, WayBack r) => [WayBack.Nothing, .. Moved(r).Skip(1)],
        (Compare _, WayBack r) => [WayBack.Nothing, WayBack.Nothing],
    };

    private static readonly OperatorTable<WayBack, IReadOnlyList<Node>> Sharing = new()
    {
        (AdaptiveAvgPool2d pool, WayBack r) => pool.Size == 1 && r.LiesByPicture ? [Means(r, new SpreadEvenly(r.InputShape))] : Norm(r),
        (AvgPool2d pool, WayBack r) => IsEven(pool, r) ? [Means(r, Enlarged(r), 1.0 / (pool.Kernel.Height * pool.Kernel.Width))] : Norm(r),
        (LayerNorm _, WayBack r) => Normalised(r),
        (LayerNorm2d _, WayBack r) => Normalised(r),
        (GroupNorm _, WayBack r) => Normalised(r),
        (InstanceNorm _, WayBack r) => Normalised(r),
        (SelfAttention _, WayBack r) => [.. Attended(r, dim: 2), .. r.Output.Inputs.Skip(1).Select(_ => WayBack.Nothing)],
        (ShiftedWindowAttention _, WayBack r) => [.. Attended(r, dim: 3), .. r.Output.Inputs.Skip(1).Select(_ => WayBack.Nothing)],
        (ScaledDotProductAttention _, WayBack r) => [WayBack.Nothing, WayBack.Nothing, Norm(r)[2]],
    };

    private readonly GraphFacts _facts = new(network);

    /// <summary>All of them, for this network.</summary>
    public OperatorTable<WayBack, IReadOnlyList<Node>> Table => new(others: Norm)
    {
        Passing, Moving, Sharing,
        (Conv2d _, WayBack r) => [OfLayer(r, isConvolution: true)],
        (ConvTranspose2d _, WayBack r) => [OfLayer(r, isConvolution: true)],
        (Linear _, WayBack r) => [OfLayer(r, isConvolution: false)],
        (QueryKeyValue _, WayBack r) => [OfLayer(r, isConvolution: false)],
        (Add _, WayBack r) => Constants(r) ?? (IsSameShape(r) ? [.. SharedByAll(r)] : Norm(r)),
        (Subtract _, WayBack r) => Constants(r) ?? Norm(r),
        (AddNumber _, WayBack r) => Constants(r)!,
        (ChannelAffine affine, WayBack r) => affine.Shift.All(shift => shift == 0) ? Pass(r) : Constants(r)!,
        (Multiply _, WayBack r) => Product(r),
        (MatMul _, WayBack r) => Product(r),
        (Divide _, WayBack r) => _facts.IsOfPicture(r.Input) ? [Own(r, 0), WayBack.Nothing] : [WayBack.Nothing, Own(r, 1)],
        (Power power, WayBack r) => power.Exponent is null ? [Own(r, 0), WayBack.Nothing] : Pass(r),
        (Maximum _, WayBack r) => r.Output.Inputs.All(_facts.IsOfPicture) ? Moved(r) : [Own(r, 0), Own(r, 1)],
        (Minimum _, WayBack r) => r.Output.Inputs.All(_facts.IsOfPicture) ? Moved(r) : [Own(r, 0), Own(r, 1)],
    };

    /// <summary>The rule that the composite has for a layer.</summary>
    private Rule RuleFor(bool isConvolution, bool isFirst) => (settings.Composite, isConvolution, isFirst) switch
    {
        (LrpComposite.EpsilonPlusFlat, _, true) => Rules.Flat,
        (LrpComposite.EpsilonGammaBox, true, true) => Rules.ZBox,
        (LrpComposite.EpsilonGammaBox, true, _) => Rules.Gamma(settings.Gamma),
        (LrpComposite.EpsilonAlpha2Beta1, true, _) => Rules.AlphaBeta(2, 1),
        (_, true, _) => Rules.ZPlus,
        _ => Rules.Epsilon(settings.Epsilon),
    };

    private Node OfLayer(WayBack r, bool isConvolution)
    {
        var layer = new WeightedLayer(r, parts, _facts.IsNonnegative(r.Input), () => BoundsOf(r));
        return RuleFor(isConvolution, _facts.IsFirst(r.Output))(layer, new Term(r.Incoming)).OrNothing;
    }

    /// <summary>What a layer reads of the picture at its lowest and at its highest, as constants.</summary>
    private (Term Low, Term High) BoundsOf(WayBack r)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable untracked = no_grad();
        (Tensor low, Tensor high) = picture();
        long[] size = [1, .. r.Shapes[network.Input]];
        (Tensor least, Tensor most) = _facts.Bounds(r.Input, low.expand(size), high.expand(size));
        return (Constant("lowest to read", least), Constant("highest to read", most));

        Term Constant(string name, Tensor value) =>
            new(new Node(new Constant(parts.Kept(r.Output.Operator.Parameters.First(), name, () => value.clone())), [], r.Output.Name));
    }

    /// <summary>
    /// Where all but one of what is added up are constants: they keep their share if they are a layer's bias or a normalisation's shift,
    /// written out; else it is the numbers that are merely measured from elsewhere. Null where there are several signals.
    /// </summary>
    private IReadOnlyList<Node>? Constants(WayBack r)
    {
        Node[] signals = [.. r.Output.Inputs.Where(_facts.IsOfPicture)];
        return signals is not [var signal] ? null
            : _facts.IsBiased(signal) ? Norm(r)
            : [.. r.Output.Inputs.Select((input, to) => input == signal ? Own(r, to) : WayBack.Nothing)];
    }

    /// <summary>A signal is given what its product with a gate gets; two signals, half each.</summary>
    private Node[] Product(WayBack r)
    {
        (Node x, Node y) = (r.Output.Inputs[0], r.Output.Inputs[1]);
        bool first = _facts.IsOfPicture(x) && !IsGate(x, y), second = _facts.IsOfPicture(y) && !IsGate(y, x);
        if (first != second)
        {
            return first ? [Own(r, 0), WayBack.Nothing] : [WayBack.Nothing, Own(r, 1)];
        }
        WayBack half = r with { Incoming = r.Then(new MultiplyBy(0.5)) };
        return [Own(half, 0), Own(half, 1)];

        bool IsGate(Node node, Node other) => _facts.IsOfPicture(other)
            && (_facts.IsShare(node) != _facts.IsShare(other) ? _facts.IsShare(node)
            : r.Output.Operator is Multiply && r.LiesByPicture && Numbers(r.Shapes[node]) < Numbers(r.Shapes[other]));
    }

    private static long Numbers(long[] shape) => shape.Aggregate(1L, (product, size) => product * size);

    private static Node[] Pass(WayBack r) => [r.Incoming];

    /// <summary>Each number's own relevance comes back to where it was taken from.</summary>
    private static Node[] Moved(WayBack r) => [.. r.Output.Inputs.Select((_, to) => Through(r, r.Incoming, to))];

    /// <summary>a · Jᵀ(r / stab(z)), for each input a: by what each number contributed to a sum.</summary>
    private static Node[] Norm(WayBack r) => Contributed(r, Term.Stabilizer);

    private static Node[] Contributed(WayBack r, double epsilon)
    {
        Node share = Share(r, epsilon);
        return [.. r.Output.Inputs.Select((a, to) => new Node(new Multiply(), [Through(r, share, to), a], r.Output.Name))];
    }

    /// <summary>
    /// The whole of it for one input: unchanged, or by what its numbers contributed where they are other than the output's.
    /// </summary>
    private Node Own(WayBack r, int to) => r.Output.Operator is MatMul ? Contributed(r, settings.Epsilon)[to] // a layer written out
        : r.Shapes[r.Output.Inputs[to]].SequenceEqual(r.OutputShape) ? r.Incoming : Norm(r)[to];

    private static Node Share(WayBack r, double epsilon = Term.Stabilizer) =>
        (new Term(r.Incoming) / Term.Stab(new Term(r.Output), epsilon)).Node!;

    private static Node Through(WayBack r, Node back, int to) =>
        new(new Transposed(r.Output.Operator, to), [back, .. r.Output.Inputs], r.Output.Name);

    private static bool IsSameShape(WayBack r) =>
        r.Output.Inputs.All(input => r.Shapes[input].SequenceEqual(r.OutputShape)
            && input.Recorded?.BatchFirst == r.Output.Recorded?.BatchFirst);

    private static IEnumerable<Node> SharedByAll(WayBack r)
    {
        Node share = Share(r);
        return r.Output.Inputs.Select(a => new Node(new Multiply(), [share, a], r.Output.Name));
    }

    private static Node Means(WayBack r, Operator spread, double factor = 1) =>
        (factor * new Term(Share(r)).Then(spread) * new Term(r.Input)).Node!;

    /// <summary>Whether each pixel belongs to one window, of which all have the same size.</summary>
    private static bool IsEven(AvgPool2d pool, WayBack r) => r.LiesByPicture && pool is { Divisor: null } && pool.Padding == 0
        && pool.Kernel == pool.Stride && r.OutputShape[1] * pool.Kernel.Height == r.InputShape[1]
        && r.OutputShape[2] * pool.Kernel.Width == r.InputShape[2];

    private static Resize Enlarged(WayBack r) => new((r.InputShape[1], r.InputShape[2]), null, ResizeKind.Nearest, false);

    private static Node[] Normalised(WayBack r)
    {
        var share = new Term(Share(r));
        return [(share.Then(new TransposedNormalisation(r.Output.Operator), new Term(r.Input)) * new Term(r.Input)).Node!];
    }

    /// <summary>Of queries, keys and values side by side along a dimension, the values alone.</summary>
    private static Node[] Attended(WayBack r, int dim)
    {
        long all = r.InputShape[^1], before = all / 3 * 2;
        Term values = new Term(r.Input).Then(new Slice(dim, before, all, 1)).Then(new Pad([before, 0], PadMode.Constant, 0));
        return [(new Term(Through(r, Share(r), 0)) * values).Node!];
    }

    private static long[] Inverse(IReadOnlyList<long> order)
    {
        long[] inverse = new long[order.Count];
        for (int i = 0; i < order.Count; i++)
        {
            inverse[order[i]] = i;
        }
        return inverse;
    }
}
