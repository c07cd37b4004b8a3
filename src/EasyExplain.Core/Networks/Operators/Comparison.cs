using TorchSharp;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>How two numbers may stand to each other.</summary>
public enum Relation
{
    /// <summary>The same.</summary>
    Equal,

    /// <summary>Not the same.</summary>
    NotEqual,

    /// <summary>The first is smaller.</summary>
    Less,

    /// <summary>The first is not larger.</summary>
    LessOrEqual,

    /// <summary>The first is larger.</summary>
    Greater,

    /// <summary>The first is not smaller.</summary>
    GreaterOrEqual,
}

/// <summary>1 where two inputs stand to each other as it says, 0 elsewhere; no gradient comes through.</summary>
/// <param name="Relation">How.</param>
public sealed record Compare(Relation Relation) : Broadcasts
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        (Tensor x, Tensor y) = (inputs[0], inputs[1]);
        using Tensor holds = Relation switch
        {
            Relation.Equal => x.eq(y),
            Relation.NotEqual => x.ne(y),
            Relation.Less => x.lt(y),
            Relation.LessOrEqual => x.le(y),
            Relation.Greater => x.gt(y),
            _ => x.ge(y),
        };
        return holds.to(x.dtype);
    }
}

/// <summary>The second input where the first is not 0, the third elsewhere.</summary>
public sealed record Where : Broadcasts
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using Tensor chosen = inputs[0].ne(Zero);
        return where(chosen, inputs[1], inputs[2]);
    }
}

/// <summary>1 above 0, and 0 elsewhere: the slope of ReLU.</summary>
internal sealed record Step : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using Tensor above = inputs[0].gt(Zero);
        return above.to(inputs[0].dtype);
    }
}

/// <summary>
/// The first input where the second lies between two bounds, 0 elsewhere: the way back through an operation that cuts off what lies beyond.
/// </summary>
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
