using EasyExplain.Networks.Engines.OnnxRuntime;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>Several inputs, the channels of each after those of the one before: <c>[N, C₁ + C₂ + …, H, W]</c>; or another dimension than the channels.</summary>
public sealed record Concat : Operator
{
    /// <summary>Along which dimension; the batch is 0, and 1 the channels.</summary>
    public int Dim { get; init; } = 1;
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) =>
        [.. inputs[0].Select((size, i) => i == Dim - 1 ? inputs.Sum(input => input[i]) : size)];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => cat([.. inputs], Dim);

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Concat", inputs, ("axis", (long)Dim));
}

/// <summary>Some of the channels: <c>[N, C, H, W]</c> to <c>[N, Count, H, W]</c>.</summary>
/// <param name="First">The first channel taken.</param>
/// <param name="Count">How many are taken.</param>
public sealed record ChannelSlice(long First, long Count) : Operator
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [Count, .. inputs[0].Skip(1)];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].narrow(1, First, Count);

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add(
        "Slice", [inputs[0], graph.Integers(First), graph.Integers(First + Count), graph.Integers(1)]);
}

/// <summary>
/// Deals the channels out as one deals cards: with two groups of channels a, b, c and d, e, f come a, d, b, e, c, f
/// (Zhang et al. 2017, arXiv 1707.01083, figure 1).
/// </summary>
/// <param name="Groups">How many groups the channels come in, all of one size.</param>
public sealed record ChannelShuffle(long Groups) : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using Tensor groups = inputs[0].unflatten(1, Groups, -1), dealt = groups.transpose(1, 2);
        return dealt.flatten(1, 2);
    }

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs)
    {
        long[] shape = graph.ShapeOf(inputs[0]);
        string groups = graph.Add("Reshape", [inputs[0], graph.Integers(-1, Groups, shape[0] / Groups, shape[1], shape[2])]);
        string dealt = graph.Add("Transpose", [groups], ("perm", new long[] { 0, 2, 1, 3, 4 }));
        return graph.Add("Reshape", [dealt, graph.Integers([-1, .. shape])]);
    }
}
