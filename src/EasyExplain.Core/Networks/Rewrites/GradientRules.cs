using EasyExplain.Networks.Operators;
using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Rewrites;

/// <summary>
/// The chain rule: of the gradient g with respect to an operator's output, those with respect to its inputs, in their order. Where an
/// operator has no rule, or its rule does not cover how it is set, autograd must find them.
/// </summary>
internal static class GradientRules
{
    private static readonly OperatorTable<WayBack, IReadOnlyList<Node>> Sums = new()
    {
        (Add _, WayBack g) => g.Output.Inputs.All(input => g.Shapes[input].SequenceEqual(g.OutputShape)) ? [g.Incoming, g.Incoming] : null,
        (AddNumber _, WayBack g) => [g.Incoming],
        (MultiplyBy times, WayBack g) => [g.Then(times)],
        (Negate minus, WayBack g) => [g.Then(minus)],
        (ChannelAffine affine, WayBack g) => [g.Then(Scaled(affine.Scale))],
        (BatchNorm2d norm, WayBack g) => [g.Then(Scaled(Slopes(norm)))],
        (Dropout _, WayBack g) => [g.Incoming],
        (StochasticDepth _, WayBack g) => [g.Incoming],
    };

    private static readonly OperatorTable<WayBack, IReadOnlyList<Node>> Bends = new()
    {
        (ReLU _, WayBack g) => [g.Then(new Multiply(), new Node(new Step(), [g.Output], g.Output.Name))],
        (ReLU6 _, WayBack g) => [g.Then(new WhereBetween(0, 6), g.Output)],
        (Clamp clamp, WayBack g) => [g.Then(new WhereBetween(clamp.Low, clamp.High) { WithBounds = true }, g.Input)],
        (Quantize steps, WayBack g) => [g.Then(new QuantizeGradient(steps), g.Input)],
        (Dequantize steps, WayBack g) => [g.Then(steps with { ZeroPoint = null })],
        (SiLU silu, WayBack g) => [g.Then(new Multiply(), SlopeOfSiLU(silu, g))],
    };

    private static readonly OperatorTable<WayBack, IReadOnlyList<Node>> Layers = new()
    {
        (Conv2d convolution, WayBack g) => [g.Then(Transposed(convolution, g.InputShape, g.OutputShape))],
        (Linear linear, WayBack g) => [g.Then(new LinearTranspose(linear.Weight))],
        (MaxPool2d pool, WayBack g) => [g.Then(new MaxPool2dGradient(pool), g.Input)],
        (AdaptiveAvgPool2d pool, WayBack g) => pool.Size == 1 ? [g.Then(new SpreadEvenly(g.InputShape))] : null,
    };

    private static readonly OperatorTable<WayBack, IReadOnlyList<Node>> Shapes = new()
    {
        (Flatten _, WayBack g) => [g.Then(new Unflatten(g.InputShape))],
        (Reshape _, WayBack g) => g.LiesByPicture ? [g.Then(new Unflatten(g.InputShape))] : null,
        (Pad pad, WayBack g) => pad.Mode == PadMode.Constant
            ? [g.Then(pad with { Amounts = [.. pad.Amounts.Select(amount => -amount)], Value = 0 })] : null,
        (Concat concat, WayBack g) => concat.Dim == 1 ? [.. Parts(g)]
            : concat.Dim > 1 && g.LiesByPicture ? [.. Parts(g, concat.Dim)] : null,
        (Permute permute, WayBack g) => permute.Order[0] == 0 && g.LiesByPicture ? [g.Then(new Permute(Inverse(permute.Order)))] : null,
        (Slice slice, WayBack g) => slice.Step == 1 && slice.Dim > 0 && g.LiesByPicture ? [g.Then(Padded(slice, g.InputShape))] : null,
        (ChannelSlice slice, WayBack g) => g.LiesByPicture
            ? [g.Then(Padded(new Slice(1, slice.First, slice.First + slice.Count, 1), g.InputShape))] : null,
    };

    /// <summary>All of them.</summary>
    public static OperatorTable<WayBack, IReadOnlyList<Node>> Table { get; } = new() { Sums, Bends, Layers, Shapes };

    /// <summary>Of y = x·σ(α·x): σ + α·(y − y·σ).</summary>
    private static Node SlopeOfSiLU(SiLU silu, WayBack g)
    {
        Node sigmoid = Made(new Sigmoid(), silu.Alpha == 1 ? g.Input : Made(new MultiplyBy(silu.Alpha), g.Input));
        Node rest = Made(new Subtract(), g.Output, Made(new Multiply(), g.Output, sigmoid));
        return Made(new Add(), sigmoid, silu.Alpha == 1 ? rest : Made(new MultiplyBy(silu.Alpha), rest));

        Node Made(Operator @operator, params Node[] reads) => new(@operator, reads, g.Output.Name);
    }

    /// <summary>The order that undoes one.</summary>
    private static long[] Inverse(IReadOnlyList<long> order) =>
        [.. Enumerable.Range(0, order.Count).Select(dimension => (long)order.ToList().IndexOf(dimension))];

    /// <summary>0 where entries were left out.</summary>
    private static Pad Padded(Slice slice, long[] input)
    {
        long[] amounts = new long[2 * (input.Length - slice.Dim + 1)];
        (amounts[^2], amounts[^1]) = (slice.Start, Math.Max(0, input[slice.Dim - 1] - slice.End));
        return new Pad(amounts, PadMode.Constant, 0);
    }

    private static ChannelAffine Scaled(IReadOnlyList<double> scale) => new(scale, new double[scale.Count]);

    /// <summary>γ/√(σ² + ε).</summary>
    private static double[] Slopes(BatchNorm2d norm)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        return (norm.Weight.Value.to(float64) / norm.RunningVar.Value.to(float64).Plus(norm.Eps).sqrt()).cpu().data<double>().ToArray();
    }

    /// <summary>What each output of a convolution saw of an input goes back to it.</summary>
    /// <param name="convolution">The convolution.</param>
    /// <param name="input">The shape of what it reads, without the batch dimension.</param>
    /// <param name="output">The shape of what it makes.</param>
    public static ConvTranspose2d Transposed(Conv2d convolution, long[] input, long[] output)
    {
        (Extent stride, Extent padding, Extent reach) = (convolution.Stride, convolution.Padding, convolution.Reach);
        // Rows and columns at the end that no window reached, because the stride jumped over them.
        Extent rest = (
            input[1] - ((output[1] - 1) * stride.Height - 2 * padding.Height + reach.Height),
            input[2] - ((output[2] - 1) * stride.Width - 2 * padding.Width + reach.Width));
        return new ConvTranspose2d(convolution.Weight, null, stride, padding, rest, convolution.Groups) { Dilation = convolution.Dilation };
    }

    /// <summary>What comes back to each of the inputs that stand one after the other along a dimension.</summary>
    private static IEnumerable<Node> Parts(WayBack g, int dim)
    {
        long first = 0;
        foreach (long count in g.Output.Inputs.Select(input => g.Shapes[input][dim - 1]))
        {
            yield return g.Then(new Slice(dim, first, first + count, 1));
            first += count;
        }
    }

    /// <summary>What comes back to each of the inputs whose channels stand one after the other.</summary>
    public static IEnumerable<Node> Parts(WayBack g)
    {
        long first = 0;
        foreach (long count in g.Output.Inputs.Select(input => g.Shapes[input][0]))
        {
            yield return g.Then(new ChannelSlice(first, count));
            first += count;
        }
    }
}
