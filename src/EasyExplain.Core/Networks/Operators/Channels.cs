using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>
/// Several inputs, the channels of each after those of the one before: <c>[N, C₁ + C₂ + …, H, W]</c>; or another dimension than the
/// channels.
/// </summary>
public sealed record Concat : KeepsLayout
{
    /// <summary>Along which dimension; the batch is 0, and 1 the channels.</summary>
    public int Dim { get; init; } = 1;
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) =>
        [.. inputs[0].Select((size, i) => i == Dim - 1 ? inputs.Sum(input => input[i]) : size)];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => cat([.. inputs], Dim);
}

/// <summary>Some of the channels: <c>[N, C, H, W]</c> to <c>[N, Count, H, W]</c>.</summary>
/// <param name="First">The first channel taken.</param>
/// <param name="Count">How many are taken.</param>
public sealed record ChannelSlice(long First, long Count) : KeepsLayout
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [Count, .. inputs[0].Skip(1)];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].narrow(1, First, Count);
}

/// <summary>
/// Deals the channels out as one deals cards: with two groups of channels a, b, c and d, e, f come a, d, b, e, c, f
/// (Zhang et al. 2017, arXiv 1707.01083, figure 1).
/// </summary>
/// <param name="Groups">How many groups the channels come in, all of one size.</param>
public sealed record ChannelShuffle(long Groups) : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using Tensor groups = inputs[0].unflatten(1, Groups, -1), dealt = groups.transpose(1, 2);
        return dealt.flatten(1, 2);
    }
}

/// <summary>Scale·x + shift, with a fixed scale and shift for each channel of <c>[N, C, H, W]</c>.</summary>
/// <param name="Scale">One factor a channel.</param>
/// <param name="Shift">What is added afterwards, one number a channel.</param>
public sealed record ChannelAffine(IReadOnlyList<double> Scale, IReadOnlyList<double> Shift) : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using Tensor scale = PerChannel(Scale, inputs[0]), shift = PerChannel(Shift, inputs[0]);
        return shift.addcmul(inputs[0], scale, One);
    }

    private static Tensor PerChannel(IReadOnlyList<double> values, Tensor like) =>
        tensor([.. values], [values.Count, 1, 1], dtype: like.dtype, device: like.device);
}

/// <summary>Each channel times a trained factor (Touvron et al. 2021, arXiv 2103.17239).</summary>
/// <param name="Factor"><c>[C, 1, 1]</c> for <c>[N, C, H, W]</c>, <c>[C]</c> where the channels are last.</param>
public sealed record LayerScale(Parameter Factor) : KeepsShape
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => [Factor];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0] * Factor.Value;
}
