using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>Several inputs of one height and width, the channels of each after those of the one before: <c>[N, C₁ + C₂ + …, H, W]</c>.</summary>
public sealed record Concat : Operator
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [inputs.Sum(input => input[0]), .. inputs[0].Skip(1)];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => cat([.. inputs], 1);
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
}
