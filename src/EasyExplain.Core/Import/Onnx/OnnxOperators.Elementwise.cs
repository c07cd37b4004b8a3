using static EasyExplain.Runtime.HeldNumbers;
using EasyExplain.Runtime;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using static TorchSharp.torch;

namespace EasyExplain.Import.Onnx;

// What is done to each number by itself, or to pairs of two values.
internal sealed partial class OnnxOperators
{
    private void AddElementwise()
    {
        foreach (var (name, make) in new (string, Func<OnnxCall, Operator>)[]
        {
            ("Relu", _ => new ReLU()), ("Sigmoid", _ => new Sigmoid()), ("Tanh", _ => new Tanh()), ("HardSwish", _ => new Hardswish()),
            ("Softplus", _ => new Softplus()), ("Mish", _ => new Mish()), ("Erf", _ => new Erf()), ("Exp", _ => new Exp()), ("Log", _ => new Log()),
            ("Sqrt", _ => new Sqrt()), ("Abs", _ => new Abs()), ("Neg", _ => new Negate()), ("Reciprocal", _ => new Reciprocal()),
            ("LeakyRelu", call => new LeakyReLU(call.Real("alpha", 0.01))), ("Elu", call => new ELU(call.Real("alpha", 1))),
            ("Celu", call => new CELU(call.Real("alpha", 1))), ("Selu", call => Selu(call)),
            ("Swish", call => new SiLU { Alpha = call.Real("alpha", 1) }),
            ("Gelu", call => new GELU { Tanh = call.Text("approximate", "none") == "tanh" }),
        })
        {
            _functions[name] = call => Apply(make(call), call[0]);
        }
        _functions["HardSigmoid"] = call =>
        {
            (double alpha, double beta) = (call.Real("alpha", 0.2), call.Real("beta", 0.5));
            return Math.Abs(alpha - 1.0 / 6) < 1e-6 && beta == 0.5
                ? Apply(new Hardsigmoid(), call[0])
                : Apply(new Clamp(0, 1), Apply(new AddNumber(beta), Apply(new MultiplyBy(alpha), call[0])));
        };
        _functions["Softsign"] = call => Apply(new Divide(), call[0], Apply(new AddNumber(1), Apply(new Abs(), call[0])));
        _functions["ThresholdedRelu"] = call => Apply(new Where(),
            Apply(new Compare(Relation.Greater), call[0], Compute(() => tensor((float)call.Real("alpha", 1)))), call[0], Compute(() => tensor(0f)));
        _functions["PRelu"] = call =>
        {
            FixedValue slope = call.Fixed(1);
            bool perChannel = slope.Shape.All(size => size == 1)
                || (Rank(call[0]) is var rank && slope.Shape.Length >= rank - 1 && slope.Shape.Where((_, i) => i != slope.Shape.Length - rank + 1).All(size => size == 1));
            // A slope for each place takes what is below 0 by itself.
            return perChannel
                ? Apply(new PReLU(slope.Parameter(_layer + ".weight", [-1])), call[0])
                : Apply(new Add(), Apply(new ReLU(), call[0]), Apply(new Multiply(), Apply(new Clamp(null, 0), call[0]), slope));
        };
        _functions["Clip"] = call => Clip(call[0], Bound(call, "min", 1), Bound(call, "max", 2));
        _functions["Softmax"] = call => AlongAxis(call, dim => new Softmax(dim));
        _functions["LogSoftmax"] = call => AlongAxis(call, dim => new LogSoftmax(dim));
        foreach (string name in (string[])["Add", "Sub", "Mul", "Div", "Pow", "Mod", "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or", "Xor"])
        {
            _functions[name] = call => Pair(name == "Mod" && call.Integer("fmod") != 0 ? "Fmod" : name, call[0], Along(call));
        }
        foreach (string name in (string[])["Min", "Max", "Sum", "Mean"])
        {
            _functions[name] = call =>
            {
                OnnxValue all = call.Inputs.Aggregate((a, b) => Pair(name is "Mean" or "Sum" ? "Add" : name, a, b));
                return name == "Mean" ? Apply(new MultiplyBy(1.0 / call.Inputs.Count), all) : all;
            };
        }
        _functions["Where"] = call => call.Inputs.Any(input => input is PictureValue) ? Apply(new Where(), call[0], call[1], call[2])
            : call.Inputs.All(input => input is FixedValue) ? Chosen(call.Fixed(0), call.Fixed(1), call.Fixed(2))
            : Zipped([call[0], call[1], call[2]], parts => parts[0] != new Size(0) ? parts[1] : parts[2]);
    }

    /// <summary>The second of a pair; before opset 7 it could lie along the first's dimensions from some on.</summary>
    private OnnxValue Along(OnnxCall call)
    {
        (OnnxValue x, OnnxValue y) = (call[0], call[1]);
        if (call.Opset >= 7 || call.Integer("broadcast") == 0 || !call.Node.Attributes.ContainsKey("axis"))
        {
            return y;
        }
        int after = Rank(x) - Dim(call.Integer("axis"), Rank(x)) - Rank(y);
        return after <= 0 ? y : Reshape(y, [.. ShapeOf(y), .. Enumerable.Repeat(new Size(1), after)], keepZeros: true);
    }

    private static SELU Selu(OnnxCall call) => Math.Abs(call.Real("alpha", 1.6732632) - 1.6732632) < 1e-5 && Math.Abs(call.Real("gamma", 1.0507010) - 1.0507010) < 1e-5
        ? new SELU() : throw new NotSupportedException("with other constants than its paper's");

    private FixedValue Chosen(FixedValue condition, FixedValue yes, FixedValue no)
    {
        BoundTogether(condition, yes, no);
        return Compute(() => where(condition.Value.to(ScalarType.Bool), yes.Value, no.Value));
    }

    private static double? Bound(OnnxCall call, string attribute, int index) => call.FixedOrNull(index) is { } input
        ? Single(input) ?? throw new InvalidDataException("'Clip' has a bound of several numbers.")
        : call.Node.Attributes.TryGetValue(attribute, out OnnxAttribute? found) ? found.Single : null;

    private OnnxValue Clip(OnnxValue x, double? min, double? max)
    {
        (min, max) = (min <= float.MinValue ? null : min, max >= float.MaxValue ? null : max);
        if (x is FixedValue known && (min, max) is not (null, null))
        {
            // Whole numbers stay what they are.
            return Compute(() => known.Value.Within(min, max).to(known.Value.dtype));
        }
        return (min, max) is (null, null) ? x : Apply((min, max) is (0, 6) ? new ReLU6() : (min, max) is (0, null) ? new ReLU() : new Clamp(min, max), x);
    }

    /// <summary>Before opset 13 everything from the axis on was one row.</summary>
    private OnnxValue AlongAxis(OnnxCall call, Func<int, Operator> operation)
    {
        int rank = Rank(call[0]), dim = Dim(call.Integer("axis", call.Opset < 13 ? 1 : -1), rank);
        if (call.Opset >= 13 || dim == rank - 1)
        {
            return Apply(operation(dim), call[0]);
        }
        IReadOnlyList<Size> shape = ShapeOf(call[0]);
        return shape.Skip(dim + 1).All(size => size == new Size(1)) ? Apply(operation(dim), call[0])
            : Reshape(Apply(operation(dim), Reshape(call[0], [.. shape.Take(dim), new Size(-1)])), [.. shape]);
    }

    private OnnxValue Pair(string name, OnnxValue a, OnnxValue b)
    {
        if (a is not PictureValue && b is not PictureValue)
        {
            if (a is FixedValue x && b is FixedValue y)
            {
                BoundTogether(x, y);
                return Compute(() => Eager(name, x.Value, y.Value));
            }
            return Zipped([a, b], parts => OfSizes(name, parts[0], parts[1]));
        }
        if (a is PictureValue && Single(b, Rank(a)) is { } number && WithNumber(name, a, number) is { } result)
        {
            return result;
        }
        if (b is PictureValue && Single(a, Rank(b)) is { } from && name is "Add" or "Mul" or "Min" or "Max" or "Sub" or "Div")
        {
            return name switch
            {
                "Sub" => WithNumber("Add", Apply(new Negate(), b), from)!,
                "Div" => WithNumber("Mul", Apply(new Reciprocal(), b), from)!,
                _ => WithNumber(name, b, from)!,
            };
        }
        if (name is "Add" or "Mul" or "Sub" && (PerChannel(name, a, b) ?? (name == "Sub" ? null : PerChannel(name, b, a))) is { } fused)
        {
            return fused;
        }
        if (name == "Mul" && (Gated(a, b) ?? Gated(b, a)) is { } gated)
        {
            return gated;
        }
        // Where a layout is to be followed, the picture comes first.
        (a, b) = a is not PictureValue && name is "Add" or "Mul" ? (b, a) : (a, b);
        return Apply(name switch
        {
            "Add" => new Add(),
            "Sub" => new Subtract(),
            "Mul" => new Multiply(),
            "Div" => new Divide(),
            "Pow" => new Power(),
            "Min" => new Minimum(),
            "Max" => new Maximum(),
            "Equal" => new Compare(Relation.Equal),
            "Less" => new Compare(Relation.Less),
            "LessOrEqual" => new Compare(Relation.LessOrEqual),
            "Greater" => new Compare(Relation.Greater),
            "GreaterOrEqual" => new Compare(Relation.GreaterOrEqual),
            _ => throw new NotSupportedException("of values that depend on the picture"),
        }, a, b);
    }

    private OnnxValue? WithNumber(string name, OnnxValue x, double number)
    {
        switch (name)
        {
            case "Add": return number == 0 ? x : Apply(new AddNumber(number), x);
            case "Sub": return number == 0 ? x : Apply(new AddNumber(-number), x);
            case "Pow": return Apply(new Power(number), x);
            case "Max": return Clip(x, number, null);
            case "Min": return Clip(x, null, number);
            case "Div" when number == 6 && Sixth(NodeOf(x)) is { } whole: return new PictureValue(whole);
            case "Div": return number == 1 ? x : Apply(new MultiplyBy(1 / number), x);
            case "Mul" when Math.Abs(number - 1.0 / 6) < 1e-6 && Sixth(NodeOf(x)) is { } whole: return new PictureValue(whole);
            case "Mul" when number == 0.5 && NodeOf(x) is { Operator: Multiply } product && Gelu(product) is { } whole: return new PictureValue(whole);
            case "Mul": return number == 1 ? x : Apply(new MultiplyBy(number), x);
            default: return null;
        }
    }

    /// <summary>x·max(min(x + 3, 6), 0), a sixth of which is wanted; or what x is multiplied with, by itself.</summary>
    private Node? Sixth(Node whole)
    {
        (Node? x, Node gate) = whole.Operator is not Multiply ? (null, whole) : whole.Inputs[1].Operator is ReLU6 ? (whole.Inputs[0], whole.Inputs[1]) : (whole.Inputs[1], whole.Inputs[0]);
        return gate is { Operator: ReLU6, Inputs: [{ Operator: AddNumber(3), Inputs: [var source] }] } && (x is null || x == source)
            ? _recorder.Call(_layer, x is null ? new Hardsigmoid() : new Hardswish(), source) : null;
    }

    /// <summary>x·(1 + erf(x/√2)), half of which is wanted.</summary>
    private Node? Gelu(Node product)
    {
        (Node x, Node gate) = product.Inputs[1].Operator is AddNumber ? (product.Inputs[0], product.Inputs[1]) : (product.Inputs[1], product.Inputs[0]);
        return IsOnePlusErf(gate, x) ? _recorder.Call(_layer, new GELU(), x) : null;
    }

    /// <summary>1 + erf(x/√2).</summary>
    private static bool IsOnePlusErf(Node gate, Node x) =>
        gate is { Operator: AddNumber(1), Inputs: [{ Operator: Erf, Inputs: [{ Operator: MultiplyBy(var factor), Inputs: [var source] }] }] }
        && source == x && Math.Abs(factor - 1 / Math.Sqrt(2)) < 1e-6;

    /// <summary>x·sigmoid(x), x·hardsigmoid(x), and x/2·(1 + erf(x/√2)) with the half on either side, have names.</summary>
    private PictureValue? Gated(OnnxValue value, OnnxValue factor) => value is PictureValue { Node: var x } && factor is PictureValue { Node: var gate }
        ? gate switch
        {
            { Operator: Sigmoid, Inputs: [var source] } when source == x => new PictureValue(_recorder.Call(_layer, new SiLU(), x)),
            { Operator: Hardsigmoid, Inputs: [var source] } when source == x => new PictureValue(_recorder.Call(_layer, new Hardswish(), x)),
            { Operator: MultiplyBy(0.5), Inputs: [var whole] } when IsOnePlusErf(whole, x) => new PictureValue(_recorder.Call(_layer, new GELU(), x)),
            _ when x is { Operator: MultiplyBy(0.5), Inputs: [var source] } && IsOnePlusErf(gate, source) => new PictureValue(_recorder.Call(_layer, new GELU(), source)),
            _ => null,
        }
        : null;

    /// <summary>A number for each channel: the bias of the layer before it, or a scale and a shift; null where it is something else.</summary>
    private PictureValue? PerChannel(string name, OnnxValue value, OnnxValue other)
    {
        if (value is not PictureValue { Node: var x } || other is not FixedValue known || known.Shape.Length > Rank(value))
        {
            return null;
        }
        if (name == "Add" && x.Operator is Linear { Bias: null } linear && known.Shape[^1] == linear.Weight.Shape[0] && known.Shape[..^1].All(size => size == 1))
        {
            return new PictureValue(_recorder.Call(_layer, linear with { Bias = known.Parameter(_layer + ".bias", [-1]) }, x.Inputs[0]));
        }
        if (name == "Add" && known.Shape.Length == 1 && Normalised(x) is { } norm && norm.Weight.Count == known.Shape[0])
        {
            return new PictureValue(_recorder.Call(_layer, new LayerNorm(1, norm.Weight, known.Parameter(_layer + ".bias"), norm.Eps), norm.Source));
        }
        if (Rank(value) != 4 || known.Shape.Length is not (3 or 4) || known.Shape[^1] != 1 || known.Shape[^2] != 1 || known.Shape is [not 1, _, _, _]
            || ShapeOf(value)[1] != new Size(known.Shape[^3]))
        {
            return null;
        }
        if (name == "Add" && x.Operator is Conv2d { Bias: null } convolution)
        {
            return new PictureValue(_recorder.Call(_layer, convolution with { Bias = known.Parameter(_layer + ".bias", [-1]) }, [.. x.Inputs]));
        }
        double[] numbers = known.Value.to(ScalarType.Float64).contiguous().data<double>().ToArray();
        return new PictureValue(_recorder.Call(_layer, name switch
        {
            "Mul" => new ChannelAffine(numbers, new double[numbers.Length]),
            "Add" => new ChannelAffine([.. numbers.Select(_ => 1.0)], numbers),
            _ => new ChannelAffine([.. numbers.Select(_ => 1.0)], [.. numbers.Select(number => -number)]),
        }, x));
    }

    /// <summary>γ·(x − mean)/√(mean of (x − mean)² + ε) over the last dimension: a layer normalisation, written out.</summary>
    private (Node Source, Parameter Weight, double Eps)? Normalised(Node scaled)
    {
        if (scaled is not { Operator: Multiply, Inputs: [{ Operator: Divide, Inputs: [{ Operator: Subtract, Inputs: [var x, { Operator: Mean(var dims, true) } mean] } apart, var deviation] }, { Operator: Constant(var weight) }] }
            || mean.Inputs[0] != x || dims.Length != 1 || dims[0] != _recorder.Shape(x).Count - 1 || weight.Shape.Count != 1)
        {
            return null;
        }
        return deviation is { Operator: Sqrt, Inputs: [{ Operator: AddNumber(var eps), Inputs: [{ Operator: Mean(var over, true), Inputs: [{ Operator: Power(2), Inputs: [var squared] }] }] }] }
            && squared == apart && over.SequenceEqual(dims) ? (x, weight, eps) : null;
    }

    private static Tensor Eager(string name, Tensor a, Tensor b) => name switch
    {
        "Add" => a.Plus(b),
        "Sub" => a.sub(b),
        "Mul" => a.mul(b),
        "Div" when a.dtype == ScalarType.Int64 && b.dtype == ScalarType.Int64 => b.eq(Zero).any().item<bool>() ? throw new InvalidDataException("The graph divides by 0.") : a.div(b, RoundingMode.trunc),
        "Div" => a.div(b),
        "Mod" or "Fmod" when !a.is_floating_point() && b.eq(Zero).any().item<bool>() =>
            throw new InvalidDataException("The graph divides by 0."),
        "Mod" => a.remainder(b), // of the divisor's sign
        "Fmod" => a.fmod(b), // of the dividend's
        "Pow" => a.is_floating_point() || !b.is_floating_point() ? a.pow(b) : a.to(ScalarType.Float64).pow(b).to(a.dtype),
        "Min" => a.minimum(b),
        "Max" => a.maximum(b),
        "Equal" => a.eq(b),
        "Less" => a.lt(b),
        "LessOrEqual" => a.le(b),
        "Greater" => a.gt(b),
        "GreaterOrEqual" => a.ge(b),
        "And" => a.logical_and(b),
        "Or" => a.logical_or(b),
        _ => a.logical_xor(b),
    };

    private static Size OfSizes(string name, Size a, Size b) => name switch
    {
        "Add" => a + b,
        "Sub" => a - b,
        "Mul" => a * b,
        "Div" => b == new Size(0) ? throw new InvalidDataException("The graph divides by 0.")
            : a.IsFixed && b.IsFixed ? a.Fixed / b.Fixed : a / b,
        "Equal" => a == b ? 1 : 0,
        "Less" => a < b ? 1 : 0,
        "LessOrEqual" => a <= b ? 1 : 0,
        "Greater" => a > b ? 1 : 0,
        "GreaterOrEqual" => a >= b ? 1 : 0,
        "Min" => a < b ? a : b,
        "Max" => a > b ? a : b,
        _ => throw new NotSupportedException("of how many pictures are in the batch"),
    };

    /// <summary>Does something to sizes one by one; a single one goes with each of a list.</summary>
    private OnnxValue Zipped(OnnxValue[] values, Func<Size[], Size> operation)
    {
        Size[][] lists = [.. values.Select(Sizes)];
        int count = lists.Max(list => list.Length);
        return lists.All(list => list.Length == count || list.Length == 1)
            ? ValueOf([.. Enumerable.Range(0, count).Select(i => operation([.. lists.Select(list => list[list.Length == 1 ? 0 : i])]))], values.All(value => Rank(value) == 0))
            : throw new InvalidDataException("The graph computes with lists of different lengths.");
    }
}
