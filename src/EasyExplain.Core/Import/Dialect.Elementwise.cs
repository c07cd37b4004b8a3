using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Import;

// What is done to each number by itself, or to pairs of two values.
internal abstract partial class Dialect
{
    /// <summary>Two values, place by place; a single number has operators of its own.</summary>
    protected ModelValue Pair(PairOperation operation, ModelValue a, ModelValue b)
    {
        if (a is not PictureValue && b is not PictureValue)
        {
            (FixedTensor x, FixedTensor y) = (FixedOf(a), FixedOf(b));
            BoundTogether(x, y);
            return Compute(() => operation.OfTensors(x.Value, y.Value));
        }
        ModelValue? simple = operation.IsQuestion ? null
            : Single(b, Rank(a)) is { } number ? WithNumber(operation, a, number)
            : Single(a, Rank(b)) is { } first ? OfNumber(operation, first, b)
            : null;
        if (simple is not null)
        {
            return simple;
        }
        Operator @operator = operation.Operator ?? throw new NotSupportedException("of values that depend on the picture");
        // Where a layout is to be followed, the picture comes first.
        return a is not PictureValue && @operator is Add or Multiply ? Apply(@operator, b, a) : Apply(@operator, a, b);
    }

    /// <summary>A value and a number behind it; null where there is nothing of its own for that.</summary>
    private ModelValue? WithNumber(PairOperation operation, ModelValue x, double number) => operation.Operator switch
    {
        Add => number == 0 ? x : Apply(new AddNumber(number), x),
        Subtract => number == 0 ? x : Apply(new AddNumber(-number), x),
        Multiply => number == 1 ? x : Apply(new MultiplyBy(number), x),
        Divide => number == 1 ? x : Apply(new MultiplyBy(1 / number), x),
        Power => Apply(new Power(number), x),
        Maximum => Clamped(x, number, null),
        Minimum => Clamped(x, null, number),
        _ => null,
    };

    /// <summary>A number and a value behind it; null where there is nothing of its own for that.</summary>
    private ModelValue? OfNumber(PairOperation operation, double number, ModelValue x) => operation.Operator switch
    {
        Add or Multiply or Minimum or Maximum => WithNumber(operation, x, number),
        Subtract => WithNumber(Vocabulary.Add, Apply(new Negate(), x), number),
        Divide => WithNumber(Vocabulary.Multiply, Apply(new Reciprocal(), x), number),
        _ => null,
    };

    /// <summary>What is below the lowest or above the highest becomes that; null for no limit. Whole numbers stay what they are.</summary>
    protected ModelValue Clamped(ModelValue x, double? min, double? max) => (x, min, max) switch
    {
        (_, null, null) => x,
        (not PictureValue, _, _) when FixedOf(x) is var known => Compute(() => known.Value.Within(min, max).to(known.Value.dtype)),
        (_, 0, 6) => Apply(new ReLU6(), x),
        (_, 0, null) => Apply(new ReLU(), x),
        _ => Apply(new Clamp(min, max), x),
    };

    /// <summary>0 where there is something, else 1.</summary>
    protected ModelValue Not(ModelValue x)
    {
        if (x is PictureValue)
        {
            return Apply(new Compare(Relation.Equal), x, new NumberValue(0));
        }
        FixedTensor known = FixedOf(x);
        return Compute(() => known.Value.logical_not());
    }

    /// <summary>One value where a condition holds, another elsewhere.</summary>
    protected ModelValue Chosen(ModelValue condition, ModelValue yes, ModelValue no)
    {
        if (condition is PictureValue || yes is PictureValue || no is PictureValue)
        {
            return Apply(new Where(), condition, yes, no);
        }
        (FixedTensor mask, FixedTensor x, FixedTensor y) = (FixedOf(condition), FixedOf(yes), FixedOf(no));
        BoundTogether(mask, x, y);
        return Compute(() => where(mask.Value.to(ScalarType.Bool), x.Value, y.Value));
    }
}
