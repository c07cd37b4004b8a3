using static EasyExplain.Runtime.HeldNumbers;
using EasyExplain.Runtime;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using static TorchSharp.torch;

namespace EasyExplain.Import.TorchScript;

// What is done to each number of a tensor by itself, or to pairs of two tensors.
internal sealed partial class Aten
{
    private static readonly string[] Comparisons = ["eq", "ne", "lt", "gt", "le", "ge", "__and__", "__or__", "logical_and", "logical_or"];

    private void AddElementwise()
    {
        string[] arithmetic = ["add", "sub", "mul", "div", "floordiv", "floor_divide", "remainder", "fmod", "pow", "minimum", "maximum"];
        foreach (string name in arithmetic.Concat(Comparisons))
        {
            _functions[name] = call => Pair(name, call[0], call[1], call);
        }
        _functions["true_divide"] = _functions["divide"] = _functions["div"];
        _functions["multiply"] = _functions["mul"];
        _functions["subtract"] = _functions["sub"];
        _functions["rsub"] = call => Pair("sub", call[1], call[0], call);
        _functions["__rsub__"] = _functions["rsub"];
        _functions["min"] = call => Extreme("minimum", call);
        _functions["max"] = call => Extreme("maximum", call);
        _functions["logical_not"] = _functions["bitwise_not"] = call => call[0] is bool yes ? !yes
            : call.Tensor(0).Node is null ? Compute(() => FixedOf(call.Tensor(0)).Value.logical_not())
            : Apply(new Compare(Relation.Equal), call.Tensor(0), new ScriptTensor(FixedOf(new ScriptTensor(0.0))));

        foreach (string name in (string[])["relu", "relu6", "sigmoid", "tanh", "silu", "hardswish", "hardsigmoid", "mish", "selu", "erf", "exp", "log", "sqrt", "rsqrt", "abs", "reciprocal"])
        {
            _functions[name] = Unary;
        }
        _functions["neg"] = call => call[0] is ScriptTensor ? Unary(call) : Arithmetic("sub", new Size(0), ScalarOf(call[0])!);
        _functions["gelu"] = call => Apply(new GELU { Tanh = call.Text(1, "none", "approximate") == "tanh" }, call.Tensor(0));
        _functions["leaky_relu"] = call => Apply(new LeakyReLU(call.Real(1, 0.01, "negative_slope")), call.Tensor(0));
        _functions["elu"] = call => call.Real(2, 1) == 1 && call.Real(3, 1) == 1
            ? Apply(new ELU(call.Real(1, 1, "alpha")), call.Tensor(0))
            : throw new NotSupportedException("a scale that is not 1");
        _functions["celu"] = call => Apply(new CELU(call.Real(1, 1, "alpha")), call.Tensor(0));
        _functions["prelu"] = call => Apply(new PReLU(call.Fixed(1).Parameter), call.Tensor(0));
        _functions["softplus"] = call => call.Real(1, 1) == 1 ? Apply(new Softplus(), call.Tensor(0)) : throw new NotSupportedException("a beta that is not 1");
        _functions["hardtanh"] = call => Clamped(call.Tensor(0), call.Real(1, -1), call.Real(2, 1));
        _functions["clamp"] = _functions["clip"] = call => Clamped(call.Tensor(0), call[1, "min"] is { } min ? Real(min) : null, call[2, "max"] is { } max ? Real(max) : null);
        _functions["clamp_min"] = call => Clamped(call.Tensor(0), call.Real(1), null);
        _functions["clamp_max"] = call => Clamped(call.Tensor(0), null, call.Real(1));
        _functions["softmax"] = call => Apply(new Softmax((int)Dim(call.Tensor(0), call.Integer(1))), call.Tensor(0));
        _functions["log_softmax"] = call => Apply(new LogSoftmax((int)Dim(call.Tensor(0), call.Integer(1))), call.Tensor(0));
        _functions["_softmax"] = _functions["softmax"];
        _functions["_log_softmax"] = _functions["log_softmax"];
        _functions["glu"] = call =>
        {
            ScriptTensor x = call.Tensor(0);
            long dim = Dim(x, call.Integer(1, -1)), half = Integer(ShapeOf(x)[(int)dim]) / 2;
            return Pair("mul", Part(x, dim, 0, half), Apply(new Sigmoid(), Part(x, dim, half, 2 * half)));
        };
        _functions["square"] = call => Apply(new Power(2), call.Tensor(0));
        _functions["logsigmoid"] = _functions["log_sigmoid"] = call => Apply(new Negate(), Apply(new Softplus(), Apply(new Negate(), call.Tensor(0))));
        _functions["threshold"] = call => Pick((ScriptTensor)Pair("gt", call.Tensor(0), call[1]), call.Tensor(0), call[2]);
    }

    private ScriptTensor Unary(AtenCall call)
    {
        Operator @operator = call.Name.TrimEnd('_') switch
        {
            "relu" => new ReLU(),
            "relu6" => new ReLU6(),
            "sigmoid" => new Sigmoid(),
            "tanh" => new Tanh(),
            "silu" => new SiLU(),
            "hardswish" => new Hardswish(),
            "hardsigmoid" => new Hardsigmoid(),
            "mish" => new Mish(),
            "selu" => new SELU(),
            "erf" => new Erf(),
            "exp" => new Exp(),
            "log" => new Log(),
            "sqrt" => new Sqrt(),
            "rsqrt" => new Rsqrt(),
            "abs" => new Abs(),
            "neg" => new Negate(),
            "reciprocal" => new Reciprocal(),
            _ => throw new NotSupportedException("of a tensor that depends on the picture"),
        };
        return Apply(@operator, call.Tensor(0));
    }

    private ScriptTensor Clamped(ScriptTensor x, double? min, double? max) =>
        (min, max) is (0, 6) ? Apply(new ReLU6(), x) : (min, max) is (0, null) ? Apply(new ReLU(), x) : Apply(new Clamp(min, max), x);

    private object Extreme(string name, AtenCall call)
    {
        if (call.Count == 1 && call[0] is IEnumerable<object?> numbers)
        {
            return numbers.Select(number => ScalarOf(number)!).Aggregate((a, b) => Arithmetic(name, a, b));
        }
        if (call.Count == 2 && call[1] is ScriptTensor or Size or double && ScalarOf(call[0]) is not null == ScalarOf(call[1]) is not null)
        {
            return Pair(name, call[0], call[1], call);
        }
        if (call.Count >= 2 && call[1] is Size dim)
        {
            // With it come the places of the extremes, which nobody needs who only takes them off.
            (long[] dims, bool keep) = ([Dim(call.Tensor(0), dim.Fixed)], call.Flag(2, false, "keepdim"));
            return new object?[] { Apply(name == "maximum" ? new Max(dims, keep) : new Min(dims, keep), call.Tensor(0)), Unknown.Value };
        }
        throw new NotSupportedException("in this form");
    }

    /// <summary>Two numbers, or two tensors, or one of each.</summary>
    private object Pair(string name, object? a, object? b, AtenCall? call = null)
    {
        if ((name, a, b) is ("add", string left, string right))
        {
            return Bounded(left + right);
        }
        if (name == "add" && a is List<object?> first && b is List<object?> second)
        {
            return Grown([.. first, .. second]);
        }
        if (name == "mul" && a is List<object?> repeated && b is Size times)
        {
            long count = Math.Max(0, Integer(times));
            return repeated.Count * (double)count <= LongestList
                ? Enumerable.Range(0, (int)count).SelectMany(_ => repeated).ToList()
                : throw new InvalidDataException($"The code makes a list of more than {LongestList} items.");
        }
        if (name is "eq" or "ne" && !(a is ScriptTensor or Size or double or bool && b is ScriptTensor or Size or double or bool))
        {
            return Equal(a, b) == (name == "eq");
        }
        if (name == "div" && call?.Text(2, "", "rounding_mode") is "floor" or "trunc")
        {
            name = call.Text(2, "", "rounding_mode") == "floor" ? "floor_divide" : "trunc_divide";
        }
        bool tensors = a is ScriptTensor || b is ScriptTensor;
        double alpha = name is "add" or "sub" && tensors ? call?.Real(2, 1, "alpha") ?? 1 : 1;
        if (ScalarOf(a) is { } x && ScalarOf(b) is { } y)
        {
            object result = Arithmetic(name, x, alpha == 1 ? y : Arithmetic("mul", y, alpha));
            return a is bool && b is bool && name is "__and__" or "__or__" ? NumberOf("bool", result)
                : !tensors ? result
                : new ScriptTensor(result is bool yes ? new Size(yes ? 1 : 0) : result);
        }
        ScriptTensor one = a as ScriptTensor ?? new ScriptTensor(ScalarOf(a) ?? throw NoNumber()), other = b as ScriptTensor ?? new ScriptTensor(ScalarOf(b) ?? throw NoNumber());
        if (one.Node is null && other.Node is null)
        {
            BoundTogether(FixedOf(one), FixedOf(other));
            return Compute(() => Eager(name, FixedOf(one).Value, alpha == 1 ? FixedOf(other).Value : FixedOf(other).Value.Times(alpha)));
        }
        if (RelationOf(name) is { } relation)
        {
            return Apply(new Compare(relation), ForShape(one), ForShape(other));
        }
        if (Single(other, one) is { } number)
        {
            return WithNumber(name, one, number * alpha);
        }
        if (Single(one, other) is { } from)
        {
            other = alpha == 1 ? other : Apply(new MultiplyBy(alpha), other);
            return name switch
            {
                "add" or "mul" or "maximum" or "minimum" => WithNumber(name, other, from),
                "sub" => WithNumber("add", Apply(new Negate(), other), from),
                "div" => WithNumber("mul", Apply(new Reciprocal(), other), from),
                _ => throw new NotSupportedException("of a number and a tensor that depends on the picture"),
            };
        }
        other = alpha == 1 ? other : Apply(new MultiplyBy(alpha), other);
        if (one.Node is null && name is "add" or "mul")
        {
            // The picture's layout follows from the first.
            (one, other) = (other, one);
        }
        return Apply(name switch
        {
            "add" => new Add(),
            "sub" => new Subtract(),
            "mul" => new Multiply(),
            "div" => new Divide(),
            "minimum" => new Minimum(),
            "maximum" => new Maximum(),
            "pow" => new Power(),
            _ => throw new NotSupportedException("of tensors that depend on the picture"),
        }, one, other);

        static InvalidDataException NoNumber() => new("The code computes with something that is no number.");
    }

    private static Relation? RelationOf(string name) => name switch
    {
        "eq" => Relation.Equal,
        "ne" => Relation.NotEqual,
        "lt" => Relation.Less,
        "le" => Relation.LessOrEqual,
        "gt" => Relation.Greater,
        "ge" => Relation.GreaterOrEqual,
        _ => null,
    };

    /// <summary>One value where a condition holds, another elsewhere; values may be numbers.</summary>
    private ScriptTensor Pick(ScriptTensor condition, object? yes, object? no)
    {
        return Apply(new Where(), condition, Tensor(yes), Tensor(no));

        ScriptTensor Tensor(object? value) => ForShape(value as ScriptTensor ?? new ScriptTensor(ScalarOf(value) ?? throw new InvalidDataException("The code puts something that is no number into a tensor.")));
    }

    /// <summary>The only number of a tensor that is the same for every picture, if it adds no dimension to <paramref name="partner"/>.</summary>
    private double? Single(ScriptTensor tensor, ScriptTensor partner) => tensor.Content switch
    {
        Size size => Integer(size),
        double number => number,
        FixedTensor known when known.Shape.All(size => size == 1) && known.Shape.Count <= Rank(partner) => Real(tensor),
        _ => null,
    };

    private ScriptTensor WithNumber(string name, ScriptTensor x, double number) => name switch
    {
        "add" => number == 0 ? x : Apply(new AddNumber(number), x),
        "sub" => number == 0 ? x : Apply(new AddNumber(-number), x),
        "mul" => number == 1 ? x : Apply(new MultiplyBy(number), x),
        "div" => number == 1 ? x : Apply(new MultiplyBy(1 / number), x),
        "pow" => Apply(new Power(number), x),
        "maximum" => Clamped(x, number, null),
        "minimum" => Clamped(x, null, number),
        _ => throw new NotSupportedException("of a tensor that depends on the picture"),
    };

    private static Tensor Eager(string name, Tensor a, Tensor b) => name switch
    {
        "add" => a.Plus(b),
        "sub" => a.sub(b),
        "mul" => a.mul(b),
        "div" => a.div(b),
        "floordiv" or "floor_divide" => a.floor_divide(b),
        "trunc_divide" => a.div(b, RoundingMode.trunc),
        "remainder" => a.remainder(b),
        "fmod" => a.fmod(b),
        "pow" => a.pow(b),
        "minimum" => a.minimum(b),
        "maximum" => a.maximum(b),
        "eq" => a.eq(b),
        "ne" => a.ne(b),
        "lt" => a.lt(b),
        "gt" => a.gt(b),
        "le" => a.le(b),
        "ge" => a.ge(b),
        "__and__" or "logical_and" => a.logical_and(b),
        "__or__" or "logical_or" => a.logical_or(b),
        _ => throw new NotSupportedException("of tensors"),
    };
}
