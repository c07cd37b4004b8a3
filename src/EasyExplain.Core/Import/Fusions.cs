using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Import;

/// <summary>
/// Rewrites of the graph, as it is taken down, for whatever dialect: where an operation completes a pattern that is one operator written
/// out, such as GELU or a layer normalisation, it becomes that operator of what the pattern reads.
/// </summary>
/// <param name="recorder">What was taken down.</param>
/// <param name="mayVanish">Whether an output may be lost that the pattern made on the way: others may know it by its name.</param>
internal sealed class Fusions(NetworkRecorder recorder, Func<Node, bool> mayVanish)
{
    private const double Close = 1e-6; // of constants, which files have in float32

    private const int DeepestTwin = 4; // how far back operations are compared

    /// <summary>The operator that an operation completes, and what that reads; null where it is what it is.</summary>
    public (Operator Operator, Node[] Inputs)? Completed(Operator @operator, IReadOnlyList<Node> inputs) => (@operator, inputs) switch
    {
        (MultiplyBy(var factor), [var whole]) when IsNear(factor, 1.0 / 6) => Sixth(whole),
        (MultiplyBy(0.5), [{ Operator: Multiply, Inputs: [var a, var b] } product]) when mayVanish(product) => Half(a, b) ?? Half(b, a),
        (Multiply, [var a, var b]) => Gated(a, b) ?? Gated(b, a) ?? RootMeanSquare(a, b) ?? RootMeanSquare(b, a),
        (Divide, [var x, var root]) => RootMeanSquareOver(x, root),
        (Add, [var scaled, { Operator: Constant(var shift) }]) => Normalised(scaled, shift),
        (Clamp(null, 6), [{ Operator: ReLU, Inputs: [var x] } positive]) when mayVanish(positive) => (new ReLU6(), [x]),
        (Where, [var isNone, var nothing, { Operator: Softmax softmax, Inputs: [var x] }]) when IsZero(nothing) && AsksForNone(isNone, x) =>
            (softmax, [x]),
        _ => null,
    };

    /// <summary>
    /// Whether two operations make the same, for they do the same to the same: code that repeats itself is recorded twice.
    /// </summary>
    public static bool IsSame(NetworkRecorder recorder, Node a, Node b, int depth = DeepestTwin) => a == b || (depth > 0
        && a.Inputs.Count > 0 && a.Inputs.Count == b.Inputs.Count && recorder.Shape(a).SequenceEqual(recorder.Shape(b))
        && (a.Operator.Equals(b.Operator) || GoOverTheSame(a.Operator, b.Operator))
        && a.Inputs.Zip(b.Inputs).All(pair => IsSame(recorder, pair.First, pair.Second, depth - 1)));

    /// <summary>
    /// A product whose leading dimensions were put together for it, and are taken apart again, is done to what they were before; null where
    /// it is no such.
    /// </summary>
    /// <param name="product">What is to get another shape.</param>
    /// <param name="target">That shape.</param>
    public (Operator Operator, Node[] Inputs)? Apart(Node product, Size[] target)
    {
        int own = product.Operator switch { Linear => 1, MatMul => 2, _ => 0 };
        if (own == 0 || !mayVanish(product) || target.Length <= own || !Ends(recorder.Shape(product)).SequenceEqual(target[^own..]))
        {
            return null;
        }
        Node[] sources = [.. product.Inputs.Where(input => input.Operator is Reshape && mayVanish(input)).Select(input => input.Inputs[0])];
        return sources.Length == product.Inputs.Count && sources.Zip(product.Inputs).All(pair =>
            recorder.Shape(pair.First) is var shape && shape.SkipLast(own).SequenceEqual(target[..^own])
            && Ends(shape).SequenceEqual(Ends(recorder.Shape(pair.Second)))) ? (product.Operator, sources) : null;

        IEnumerable<Size> Ends(IReadOnlyList<Size> shape) => shape.Skip(Math.Max(0, shape.Count - own));
    }

    /// <summary>Whether a condition asks for rows of scores that are −∞ all over: a softmax of those is nothing.</summary>
    private static bool AsksForNone(Node condition, Node scores) => condition switch
    {
        { Operator: Compare(Relation.Equal), Inputs: [var asked, { Operator: Constant(var number) }] } =>
            (asked == scores && IsAll(number, double.NegativeInfinity)) || AsksForNone(asked, scores),
        { Operator: Max or Min, Inputs: [var rows] } => AsksForNone(rows, scores),
        _ => false,
    };

    private static bool IsZero(Node node) => node switch
    {
        { Operator: Constant(var number) } => IsAll(number, 0),
        { Operator: Expand or ExpandToBatch, Inputs: [var source, ..] } => IsZero(source),
        _ => false,
    };

    private static bool IsAll(Parameter parameter, double number)
    {
        using TorchSharp.DisposeScope scope = TorchSharp.torch.NewDisposeScope();
        using TorchSharp.Scalar wanted = number;
        return parameter.Value.eq(wanted).all().item<bool>();
    }

    private static bool GoOverTheSame(Operator a, Operator b) => (a, b) switch
    {
        (Max(var these, var keeps), Max(var those, var keep)) => these.SequenceEqual(those) && keeps == keep,
        (Mean(var these, var keeps), Mean(var those, var keep)) => these.SequenceEqual(those) && keeps == keep,
        _ => false,
    };

    private static bool IsNear(double number, double wanted) => Math.Abs(number - wanted) < Close;

    /// <summary>x·max(min(x + 3, 6), 0), a sixth of which is wanted; or what x is multiplied with, by itself.</summary>
    private (Operator, Node[])? Sixth(Node whole)
    {
        if (Threes(whole) is { } source && mayVanish(whole))
        {
            return (new Hardsigmoid(), [source]);
        }
        return whole is { Operator: Multiply, Inputs: [var a, var b] } && mayVanish(whole)
            && ((Threes(b) == a && mayVanish(b)) || (Threes(a) == b && mayVanish(a)))
            ? (new Hardswish(), [Threes(b) == a ? a : b])
            : null;
    }

    private Node? Threes(Node gate) =>
        gate is { Operator: ReLU6, Inputs: [{ Operator: AddNumber(3), Inputs: [var source] } sum] } && mayVanish(sum) ? source : null;

    /// <summary>x·(1 + erf(x/√2)), half of which is wanted.</summary>
    private (Operator, Node[])? Half(Node x, Node gate) => OnePlus(gate, x) is { } gelu ? (gelu, [x]) : null;

    /// <summary>x·sigmoid(x), x·hardsigmoid(x), and x/2·(1 + erf(x/√2)) with the half on either side.</summary>
    private (Operator, Node[])? Gated(Node x, Node gate) => gate switch
    {
        { Operator: Sigmoid, Inputs: [var source] } when source == x && mayVanish(gate) => (new SiLU(), [x]),
        { Operator: Hardsigmoid, Inputs: [var source] } when source == x && mayVanish(gate) => (new Hardswish(), [x]),
        { Operator: MultiplyBy(0.5), Inputs: [var whole] } when mayVanish(gate) && OnePlus(whole, x) is { } gelu => (gelu, [x]),
        _ when x is { Operator: MultiplyBy(0.5), Inputs: [var source] } && mayVanish(x) && OnePlus(gate, source) is { } gelu =>
            (gelu, [source]),
        _ => null,
    };

    /// <summary>1 + erf(x/√2), or 1 + tanh(√(2/π)·(x + 0.044715·x³)): what makes a GELU of x, and of which kind.</summary>
    private GELU? OnePlus(Node gate, Node x)
    {
        if (gate is not
            {
                Operator: AddNumber(1),
                Inputs: [{ Inputs: [{ Operator: MultiplyBy(var factor), Inputs: [var inner] } scaled] } curve]
            }
            || !mayVanish(gate) || !mayVanish(curve) || !mayVanish(scaled))
        {
            return null;
        }
        return curve.Operator switch
        {
            Erf when inner == x && IsNear(factor, 1 / Math.Sqrt(2)) => new GELU(),
            Tanh when IsNear(factor, Math.Sqrt(2 / Math.PI)) && mayVanish(inner)
                && inner is
                {
                    Operator: Add, Inputs: [var source,
                    { Operator: MultiplyBy(var share), Inputs: [{ Operator: Power(3), Inputs: [var cubed] } cube] } part]
                }
                && source == x && cubed == x && IsNear(share, 0.044715) && mayVanish(cube) && mayVanish(part) => new GELU { Tanh = true },
            _ => null,
        };
    }

    /// <summary>What is normalised by its root mean square after its mean was taken off, and has β added: a layer normalisation.</summary>
    private (Operator, Node[])? Normalised(Node norm, Parameter shift) =>
        norm is
        {
            Operator: RMSNorm { Dims: 1, Weight: { } weight, Eps: var eps },
            Inputs: [{ Operator: Subtract, Inputs: [var x, var mean] } apart]
        }
        && mean is { Operator: Mean(var dims, true), Inputs: [var averaged] } && averaged == x && IsLast(x, dims)
        && shift.Shape.SequenceEqual(weight.Shape) && mayVanish(norm) && mayVanish(apart) && mayVanish(mean)
            ? (new LayerNorm(1, weight, shift, eps), [x])
            : null;

    /// <summary>x·1/√(mean of x² + ε) over the last dimension, or that by a weight: a normalisation by the root mean square.</summary>
    private (Operator, Node[])? RootMeanSquare(Node x, Node other)
    {
        if (x is { Operator: RMSNorm { Weight: null, Dims: 1 } norm } && mayVanish(x)
            && other.Operator is Constant({ Shape: [var count] } weight) && recorder.Shape(x)[^1] == new Size(count))
        {
            return (norm with { Weight = weight }, [.. x.Inputs]);
        }
        return other switch
        {
            { Operator: Rsqrt, Inputs: [var shifted] } when mayVanish(other) => RootMeanSquareOf(x, shifted),
            { Operator: Reciprocal or Power(-1), Inputs: [var root] } when mayVanish(other) => RootMeanSquareOver(x, root),
            _ => null,
        };
    }

    private (Operator, Node[])? RootMeanSquareOver(Node x, Node root) =>
        root is { Operator: Sqrt, Inputs: [var shifted] } && mayVanish(root) ? RootMeanSquareOf(x, shifted) : null;

    private (Operator, Node[])? RootMeanSquareOf(Node x, Node shifted) =>
        shifted is
        {
            Operator: AddNumber(var eps),
            Inputs: [{ Operator: Mean(var dims, true), Inputs: [{ Operator: Power(2), Inputs: [var squared] } square] } mean]
        }
        && IsSame(recorder, squared, x) && IsLast(x, dims) && mayVanish(shifted) && mayVanish(mean) && mayVanish(square)
            ? (new RMSNorm(1, null, eps), [x])
            : null;

    private bool IsLast(Node x, long[] dims) => dims is [var only] && only == recorder.Shape(x).Count - 1;
}
