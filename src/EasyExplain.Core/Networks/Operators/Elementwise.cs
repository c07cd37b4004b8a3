using TorchSharp;
using static EasyExplain.Runtime.HeldNumbers;
using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>The place where the picture enters; it computes nothing.</summary>
public sealed record Input : Operator
{
    /// <summary>Whether it takes one picture at a time and no more.</summary>
    internal bool OnePicture { get; init; }

    /// <inheritdoc/>
    public override Layout OutputLayout(IReadOnlyList<Layout?> inputs) => new ChannelsFirst();

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => inputs[0];

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => false;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].alias();
}

/// <summary>max(x, 0).</summary>
public sealed record ReLU : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].relu();
}

/// <summary>The first input where the second lies between two bounds, 0 elsewhere: the way back through an operation that cuts off what lies beyond.</summary>
/// <param name="Low">What the second must exceed.</param>
/// <param name="High">What it must stay below.</param>
/// <remarks>
/// libtorch's way: the gradient stops at the bounds of ReLU and ReLU6, and comes through at those of clamp (<see cref="WithBounds"/>).
/// </remarks>
internal sealed record WhereBetween(double Low, double High) : KeepsShape
{
    /// <summary>Whether the bounds themselves lie between.</summary>
    public bool WithBounds { get; init; }

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        // A gradient that stops is 0, also an infinite one; as libtorch has it, NaN lies between only where the bounds do not.
        using Scalar lowest = Low, highest = High;
        using Tensor low = WithBounds ? inputs[1].ge(lowest) : inputs[1].le(lowest);
        if (WithBounds)
        {
            using Tensor high = inputs[1].le(highest), between = low & high, beyond = between.logical_not();
            return inputs[0].masked_fill(beyond, Zero);
        }
        if (double.IsPositiveInfinity(High))
        {
            return inputs[0].masked_fill(low, Zero);
        }
        using Tensor above = inputs[1].ge(highest), outside = low | above;
        return inputs[0].masked_fill(outside, Zero);
    }
}

/// <summary>x + y.</summary>
public sealed record Add : Broadcasts
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].Plus(inputs[1]);
}

/// <summary>x · y; where one has a single value for a channel, that value stands for the whole channel.</summary>
public sealed record Multiply : Broadcasts
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0] * inputs[1];
}

/// <summary>Dropout of a network in use: its input.</summary>
public sealed record Dropout : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].alias();
}

/// <summary><c>[N, C, H, W]</c> to <c>[N, C·H·W]</c>.</summary>
public sealed record Flatten : ByDimension
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [inputs[0].Aggregate(1L, (product, size) => product * size)];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].flatten(1);
}

/// <summary>A vector's numbers as the shape that they were flattened from.</summary>
/// <param name="Shape">That, without the batch dimension.</param>
internal sealed record Unflatten(long[] Shape) : KeepsLayout
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => Shape;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].reshape([-1, .. Shape]);
}
