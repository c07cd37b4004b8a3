using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using static TorchSharp.torch;

namespace EasyExplain.Import.Onnx;

// What is done to each number by itself, or to pairs of two values.
internal sealed partial class OnnxOperators
{
    /// <summary>What is the same in both dialects: see <see cref="Vocabulary"/>.</summary>
    private void AddVocabulary()
    {
        foreach (UnaryOperation operation in Vocabulary.Unary.Where(one => one.Onnx is not null))
        {
            _functions[operation.Onnx!] = call => Apply(operation.Make(call), call[0]);
        }
        foreach (FixedOperation operation in Vocabulary.Fixed.Where(one => one.Onnx is not null))
        {
            _functions[operation.Onnx!] = call => Eager(call, operation.Compute);
        }
        foreach (Reduction operation in Vocabulary.Reductions.Where(one => one.Onnx is not null))
        {
            _functions[operation.Onnx!] = call => Reduced(call, call[0], operation.Make);
        }
        foreach (PairOperation operation in Vocabulary.Pairs.Where(one => one.Onnx is not null))
        {
            _functions[operation.Onnx!] = call => Both(AsCalled(operation, call), call[0], Along(call));
        }
    }

    private void AddElementwise()
    {
        Func<OnnxCall, ModelValue> floor = _functions["Floor"];
        _functions["Floor"] = call => call[0] is PictureValue ? Apply(new Floor(), call[0]) : floor(call);
        Func<OnnxCall, ModelValue> selu = _functions["Selu"];
        _functions["Selu"] = call => IsPapers(call) ? selu(call) : throw new NotSupportedException("with other constants than its paper's");
        _functions["HardSigmoid"] = call =>
        {
            (double alpha, double beta) = (call.Real("alpha", 0.2), call.Real("beta", 0.5));
            return Math.Abs(alpha - 1.0 / 6) < 1e-6 && beta == 0.5
                ? Apply(new Hardsigmoid(), call[0])
                : Apply(new Clamp(0, 1), Apply(new AddNumber(beta), Apply(new MultiplyBy(alpha), call[0])));
        };
        _functions["Softsign"] = call => Apply(new Divide(), call[0], Apply(new AddNumber(1), Apply(new Abs(), call[0])));
        _functions["ThresholdedRelu"] = call => Apply(new Where(),
            Apply(new Compare(Relation.Greater), call[0], new NumberValue(call.Real("alpha", 1))), call[0], new NumberValue(0));
        _functions["PRelu"] = call =>
        {
            FixedTensor slope = call.Fixed(1);
            bool perChannel = slope.Shape.All(size => size == 1)
                || (Rank(call[0]) is var rank && slope.Shape.Length >= rank - 1
                && slope.Shape.Where((_, i) => i != slope.Shape.Length - rank + 1).All(size => size == 1));
            // A slope for each place takes what is below 0 by itself.
            return perChannel
                ? Apply(new PReLU(slope.Parameter(Layer + ".weight", [-1])), call[0])
                : Apply(new Add(), Apply(new ReLU(), call[0]), Apply(new Multiply(), Apply(new Clamp(null, 0), call[0]), slope));
        };
        _functions["Clip"] = call => Clip(call[0], Bound(call, "min", 1), Bound(call, "max", 2));
        _functions["Softmax"] = call => AlongAxis(call, dim => new Softmax(dim));
        _functions["LogSoftmax"] = call => AlongAxis(call, dim => new LogSoftmax(dim));
        foreach ((string name, PairOperation operation) in new[]
        {
            ("Min", Vocabulary.Minimum), ("Max", Vocabulary.Maximum), ("Sum", Vocabulary.Add), ("Mean", Vocabulary.Add),
        })
        {
            _functions[name] = call =>
            {
                ModelValue all = call.Inputs.Aggregate((a, b) => Both(operation, a, b));
                return name == "Mean" ? Apply(new MultiplyBy(1.0 / call.Inputs.Count), all) : all;
            };
        }
        _functions["Where"] = call => call.Inputs.Any(input => input is PictureValue) || call.Inputs.All(input => input is FixedTensor)
            ? Chosen(call[0], call[1], call[2])
            : Zipped([call[0], call[1], call[2]], parts => parts[0] != new Size(0) ? parts[1] : parts[2]);
        _functions["Not"] = call => Not(call[0]);
    }

    /// <summary>The second of a pair; before opset 7 it could lie along the first's dimensions from some on.</summary>
    private ModelValue Along(OnnxCall call)
    {
        (ModelValue x, ModelValue y) = (call[0], call[1]);
        if (call.Opset >= 7 || call.Integer("broadcast") == 0 || !call.Node.Attributes.ContainsKey("axis"))
        {
            return y;
        }
        int after = Rank(x) - Dim(call.Integer("axis"), Rank(x)) - Rank(y);
        return after <= 0 ? y : Reshape(y, [.. ShapeOf(y), .. Enumerable.Repeat(new Size(1), after)]);
    }

    private static bool IsPapers(OnnxCall selu) =>
        Math.Abs(selu.Real("alpha", 1.6732632) - 1.6732632) < 1e-5 && Math.Abs(selu.Real("gamma", 1.0507010) - 1.0507010) < 1e-5;

    /// <summary>An operation as ONNX has it: of whole numbers the result is whole.</summary>
    private static PairOperation AsCalled(PairOperation operation, OnnxCall call) => operation.Onnx switch
    {
        "Mod" when call.Integer("fmod") != 0 => Vocabulary.Fmod,
        "Div" when call.Inputs.All(input => input is SizesValue or FixedTensor { Type: ScalarType.Int64 }) => Vocabulary.TruncatedDivide,
        "Pow" => operation with
        {
            OfTensors = (a, b) => a.is_floating_point() || !b.is_floating_point() ? a.pow(b) : a.to(ScalarType.Float64).pow(b).to(a.dtype),
        },
        _ => operation,
    };

    private static double? Bound(OnnxCall call, string attribute, int index) => call.FixedOrNull(index) is { } input
        ? Single(input) ?? throw new InvalidDataException("'Clip' has a bound of several numbers.")
        : call.Node.Attributes.TryGetValue(attribute, out OnnxAttribute? found) ? found.Single : null;

    private ModelValue Clip(ModelValue x, double? min, double? max) =>
        Clamped(x, min <= float.MinValue ? null : min, max >= float.MaxValue ? null : max);

    /// <summary>Before opset 13 everything from the axis on was one row.</summary>
    private ModelValue AlongAxis(OnnxCall call, Func<int, Operator> operation)
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

    /// <summary>Two values; lists of sizes one by one.</summary>
    private ModelValue Both(PairOperation operation, ModelValue a, ModelValue b) =>
        a is not PictureValue && b is not PictureValue && (a is SizesValue || b is SizesValue)
            ? Zipped([a, b], parts => operation.OfSizes?.Invoke(parts[0], parts[1])
                ?? throw new NotSupportedException("of how many pictures are in the batch"))
            : PerChannel(operation.Operator, a, b) ?? (operation.Operator is Subtract ? null : PerChannel(operation.Operator, b, a))
            ?? Pair(operation, a, b);

    /// <summary>
    /// A number for each channel: the bias of the layer before it, or a scale and a shift; null where it is something else.
    /// </summary>
    private PictureValue? PerChannel(Operator? @operator, ModelValue value, ModelValue other)
    {
        if (value is not PictureValue { Node: var x } || other is not FixedTensor known || known.Shape.Length > Rank(value)
            || @operator is not (Add or Subtract or Multiply) || known.Shape.All(size => size == 1))
        {
            return null;
        }
        if (@operator is Add && x.Operator is Linear { Bias: null } linear
            && known.Shape[^1] == linear.Weight.Shape[0] && known.Shape[..^1].All(size => size == 1))
        {
            return new PictureValue(Recorder.Call(Layer, linear with { Bias = known.Parameter(Layer + ".bias", [-1]) }, x.Inputs[0]));
        }
        if (Rank(value) != 4 || known.Shape.Length is not (3 or 4) || known.Shape[^1] != 1 || known.Shape[^2] != 1
            || known.Shape is [not 1, _, _, _]
            || ShapeOf(value)[1] != new Size(known.Shape[^3]))
        {
            return null;
        }
        if (@operator is Add && x.Operator is Conv2d { Bias: null } convolution)
        {
            return new PictureValue(Recorder.Call(Layer, convolution with { Bias = known.Parameter(Layer + ".bias", [-1]) },
                [.. x.Inputs]));
        }
        double[] numbers = known.Value.to(ScalarType.Float64).contiguous().data<double>().ToArray();
        return new PictureValue(Recorder.Call(Layer, @operator switch
        {
            Multiply => new ChannelAffine(numbers, new double[numbers.Length]),
            Add => new ChannelAffine([.. numbers.Select(_ => 1.0)], numbers),
            _ => new ChannelAffine([.. numbers.Select(_ => 1.0)], [.. numbers.Select(number => -number)]),
        }, x));
    }

    /// <summary>Does something to sizes one by one; a single one goes with each of a list.</summary>
    private ModelValue Zipped(ModelValue[] values, Func<Size[], Size> operation)
    {
        Size[][] lists = [.. values.Select(Sizes)];
        int count = lists.Max(list => list.Length);
        return lists.All(list => list.Length == count || list.Length == 1)
            ? ValueOf([.. Enumerable.Range(0, count).Select(i => operation([.. lists.Select(list => list[list.Length == 1 ? 0 : i])]))],
            values.All(value => Rank(value) == 0))
            : throw new InvalidDataException("The graph computes with lists of different lengths.");
    }
}
