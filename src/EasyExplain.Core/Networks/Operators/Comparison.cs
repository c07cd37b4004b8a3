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
