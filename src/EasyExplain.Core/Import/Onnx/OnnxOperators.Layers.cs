using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Import.Onnx;

// Convolutions, linear layers, normalisations, pooling, resizing.
internal sealed partial class OnnxOperators
{
    private void AddLayers()
    {
        _functions["Conv"] = Convolution;
        _functions["ConvTranspose"] = Transposed;
        _functions["Gemm"] = Gemm;
        _functions["MatMul"] = call => Product(call[0], call[1]);
        _functions["Einsum"] = call => call.Inputs.Count == 2
            ? SumOfProducts(call.Text("equation"), call[0], call[1])
            : throw new NotSupportedException($"of the kind '{call.Text("equation")}'");
        _several["BatchNormalization"] = call => [BatchNorm(call), .. call.Node.Outputs.Skip(1).Select(_ => Unknown.Value)];
        _functions["InstanceNormalization"] = call =>
            Apply(new InstanceNorm(Weight(call.Fixed(1)), Bias(call.FixedOrNull(2)), call.Real("epsilon", 1e-5)), call[0]);
        _functions["GroupNormalization"] = GroupNorm;
        _several["LayerNormalization"] = call => [LayerNorm(call), .. call.Node.Outputs.Skip(1).Select(_ => Unknown.Value)];
        foreach (string name in (string[])["RMSNormalization", "SimplifiedLayerNormalization"])
        {
            _several[name] = call => [RmsNorm(call), .. call.Node.Outputs.Skip(1).Select(_ => Unknown.Value)];
        }
        _functions["LRN"] = call => Apply(
            new LocalResponseNorm(call.Integer("size", 1), call.Real("alpha", 1e-4), call.Real("beta", 0.75), call.Real("bias", 1)),
            call[0]);
        _several["MaxPool"] = call => [MaxPool(call), .. call.Node.Outputs.Skip(1).Select(_ => Unknown.Value)];
        _functions["AveragePool"] = AveragePool;
        _functions["GlobalAveragePool"] = call =>
            Rank(call[0]) == 4 ? Apply(new AdaptiveAvgPool2d(1), call[0])
            : throw new NotSupportedException($"over {Rank(call[0]) - 2} dimensions");
        _functions["GlobalMaxPool"] = call =>
            Rank(call[0]) == 4 ? Apply(new AdaptiveMaxPool2d(1), call[0])
            : throw new NotSupportedException($"over {Rank(call[0]) - 2} dimensions");
        _functions["Resize"] = call => call.Opset < 11 ? Resize(call, 1, -1) : Resize(call, 2, 3);
        _functions["Upsample"] = call => Resize(call, 1, -1);
    }

    private static Extent Extent(long[]? numbers, long otherwise) => numbers switch
    {
        null or [] => otherwise,
        [var height, var width] when height is > 0 and < int.MaxValue && width is > 0 and < int.MaxValue => (height, width),
        [_, _] => throw new InvalidDataException($"The graph has a window of [{string.Join(", ", numbers)}]."),
        _ => throw new NotSupportedException($"over {numbers.Length} dimensions"),
    };

    private ModelValue Convolution(OnnxCall call)
    {
        FixedTensor weight = call.Fixed(1);
        if (weight.Shape.Length != 4 || Rank(call[0]) != 4)
        {
            throw new NotSupportedException($"over {weight.Shape.Length - 2} dimensions");
        }
        Extent stride = Extent(call.Integers("strides"), 1), dilation = Extent(call.Integers("dilations"), 1);
        long groups = call.Integer("group", 1);
        // Of one group, whoever takes it down says which channels it wants.
        if (groups < 1 || weight.Shape[0] % groups != 0 || (groups > 1 && ShapeOf(call[0])[1] != new Size(weight.Shape[1] * groups)))
        {
            throw new InvalidDataException(
                $"The layer '{Layer}' has filters [{string.Join(", ", weight.Shape)}] in {groups} groups for {ShapeOf(call[0])[1].Fixed} " +
                $"channels.");
        }
        long[] pads = Pads(call, call[0], (weight.Shape[2], weight.Shape[3]), stride, dilation);
        (ModelValue x, Extent padding) = Padded(call[0], pads, 0);
        return Apply(new Conv2d(Weight(call.Fixed(1)), Bias(call.FixedOrNull(2)), stride, padding, groups) { Dilation = dilation }, x);
    }

    private ModelValue Transposed(OnnxCall call)
    {
        FixedTensor weight = call.Fixed(1);
        long[] rest = call.Integers("output_padding") ?? [0, 0], pads = call.Integers("pads") ?? [0, 0, 0, 0];
        long groups = call.Integer("group", 1);
        if (weight.Shape.Length == 4 && (groups < 1 || pads.Concat(rest).Any(pad => pad is < 0 or >= int.MaxValue)))
        {
            throw new InvalidDataException($"The layer '{Layer}' has {groups} groups, a padding of [{string.Join(", ", pads)}] " +
                $"and an output padding of [{string.Join(", ", rest)}].");
        }
        if (weight.Shape.Length != 4 || Rank(call[0]) != 4 || pads.Length != 4 || rest.Length != 2)
        {
            throw new NotSupportedException($"over {weight.Shape.Length - 2} dimensions");
        }
        Extent stride = Extent(call.Integers("strides"), 1), dilation = Extent(call.Integers("dilations"), 1);
        string mode = call.Text("auto_pad", "NOTSET");
        if (call.Integers("output_shape") is [.., var height, var width])
        {
            // The padding follows from the output's size: what is too much is cut off, what is missing is added at the end.
            (pads[0], pads[2], rest[0]) = CutTo(height, SizeOf(call[0], 2), stride.Height, weight.Shape[2], dilation.Height, rest[0]);
            (pads[1], pads[3], rest[1]) = CutTo(width, SizeOf(call[0], 3), stride.Width, weight.Shape[3], dilation.Width, rest[1]);
        }
        else if (mode is "SAME_UPPER" or "SAME_LOWER")
        {
            // As many times as large as the stride says: what is more is cut off, an odd pixel at the end or at the beginning.
            (pads[0], pads[2]) = Cut(stride.Height, weight.Shape[2], dilation.Height, rest[0]);
            (pads[1], pads[3]) = Cut(stride.Width, weight.Shape[3], dilation.Width, rest[1]);
        }
        else if (mode == "VALID")
        {
            pads = [0, 0, 0, 0];
        }
        // What is cut off more at the end than at the beginning is cut off afterwards.
        (long bottom, long right) = (pads[2] - pads[0] - rest[0], pads[3] - pads[1] - rest[1]);
        if (rest[0] < Math.Max(stride.Height, dilation.Height) && rest[1] < Math.Max(stride.Width, dilation.Width)
            && (-bottom >= Math.Max(stride.Height, dilation.Height) || -right >= Math.Max(stride.Width, dilation.Width)))
        {
            // So much more at the beginning that torch's output padding does not make up for it.
            var operation = new ConvTranspose2d(Weight(call.Fixed(1)), Bias(call.FixedOrNull(2)), stride, 0, (rest[0], rest[1]),
                groups)
            { Dilation = dilation };
            ModelValue whole = Apply(operation, call[0]);
            return Apply(new Pad([-pads[1], -pads[3], -pads[0], -pads[2]], PadMode.Constant, 0), whole);
        }
        ModelValue y = Apply(new ConvTranspose2d(Weight(call.Fixed(1)), Bias(call.FixedOrNull(2)), stride, (pads[0], pads[1]),
            (Math.Max(0, -bottom), Math.Max(0, -right)), groups)
        { Dilation = dilation }, call[0]);
        return bottom > 0 || right > 0 ? Apply(new Pad([0, -Math.Max(0, right), 0, -Math.Max(0, bottom)], PadMode.Constant, 0), y) : y;

        (long, long) Cut(long step, long window, long gap, long more) => Halves(Math.Max(0, gap * (window - 1) + 1 + more - step));

        (long, long, long) CutTo(long wanted, long size, long step, long window, long gap, long more)
        {
            long total = step * (size - 1) + more + gap * (window - 1) + 1 - wanted;
            (long first, long last) = Halves(Math.Max(0, total));
            return (first, last, more + Math.Max(0, -total));
        }

        (long, long) Halves(long total) => mode == "SAME_UPPER" ? (total / 2, total - total / 2) : (total - total / 2, total / 2);
    }

    private ModelValue Gemm(OnnxCall call)
    {
        ModelValue x = call.Integer("transA") != 0 ? Permuted(call[0], 1, 0) : call[0];
        if (call[1] is not FixedTensor { Shape.Length: 2 } weight || x is not PictureValue)
        {
            ModelValue y = call.Integer("transB") != 0 ? Permuted(call[1], 1, 0) : call[1];
            ModelValue product = Scaled(Apply(new MatMul(), x, y), "alpha");
            return call.Optional(2) is { } sum ? Apply(new Add(), product, Scaled(sum, "beta")) : product;
        }
        weight = Times(weight, call.Real("alpha", 1));
        ModelValue? added = call.Optional(2) is FixedTensor known ? Times(known, call.Real("beta", 1))
            : call.Optional(2) is null || call.Real("beta", 1) == 1 ? call.Optional(2) : Apply(new MultiplyBy(call.Real("beta")), call[2]);
        if (added is null or FixedTensor { Shape: [_] or [1, _] })
        {
            Parameter? bias = (added as FixedTensor)?.Parameter(Layer + ".bias", [-1]);
            if (bias is null || bias.Count == weight.Shape[call.Integer("transB") != 0 ? 0 : 1])
            {
                return Product(bias);
            }
        }
        return Apply(new Add(), Product(null), added!);

        ModelValue Product(Parameter? bias) =>
            Apply(new Linear(weight.Parameter(Layer + ".weight", transposed: call.Integer("transB") == 0), bias), x);

        ModelValue Scaled(ModelValue value, string factor) =>
            call.Real(factor, 1) == 1 ? value : Apply(new MultiplyBy(call.Real(factor)), value);

        FixedTensor Times(FixedTensor value, double factor) => factor == 1 ? value : Compute(() => value.Value.Times(factor));
    }

    private ModelValue BatchNorm(OnnxCall call) => call.Integer("training_mode") != 0
        ? throw new NotSupportedException("with the statistics of the batch: the model must be exported for use, not for training")
        : call.Opset < 9 && call.Integer("spatial", 1) == 0 ? NormOfPlaces(call)
        : Apply(new BatchNorm2d(Weight(call.Fixed(1)), Bias(call.FixedOrNull(2))!, Statistic(call.Fixed(3), "running_mean"),
        Statistic(call.Fixed(4), "running_var"), call.Real("epsilon", 1e-5)), call[0]);

    private ModelValue MaxPool(OnnxCall call)
    {
        Extent kernel = Window(call), stride = Extent(call.Integers("strides"), 1), dilation = Extent(call.Integers("dilations"), 1);
        (ModelValue x, Extent padding) = Padded(call[0], Pads(call, call[0], kernel, stride, dilation), double.NegativeInfinity, kernel);
        return Apply(new MaxPool2d(kernel, stride, padding, call.Integer("ceil_mode") != 0) { Dilation = dilation }, x);
    }

    private Extent Window(OnnxCall call) => Rank(call[0]) == 4
        ? Extent(call.Integers("kernel_shape") ?? throw new InvalidDataException($"'{call.Node.Type}' has no window."), 1)
        : throw new NotSupportedException($"over {Rank(call[0]) - 2} dimensions");

    private ModelValue AveragePool(OnnxCall call)
    {
        Extent kernel = Window(call), stride = Extent(call.Integers("strides"), 1);
        if (Extent(call.Integers("dilations"), 1) != 1)
        {
            throw new NotSupportedException("with gaps in its windows");
        }
        long[] pads = Pads(call, call[0], kernel, stride, 1);
        bool ceil = call.Integer("ceil_mode") != 0, zerosCount = call.Integer("count_include_pad") != 0;
        if (pads[0] == pads[2] && pads[1] == pads[3] && 2 * pads[0] <= kernel.Height && 2 * pads[1] <= kernel.Width)
        {
            return Apply(new AvgPool2d(kernel, stride, (pads[0], pads[1])) { CeilMode = ceil, CountIncludePad = zerosCount }, call[0]);
        }
        var pool = new AvgPool2d(kernel, stride, 0) { CeilMode = ceil };
        var pad = new Pad([pads[1], pads[3], pads[0], pads[2]], PadMode.Constant, 0);
        ModelValue mean = Apply(pool, Apply(pad, call[0]));
        if (zerosCount)
        {
            return mean;
        }
        // Windows that reach beyond the edge have fewer pixels: what share of them is known beforehand.
        FixedTensor inside = Compute(() => ones(1, 1, SizeOf(call[0], 2), SizeOf(call[0], 3)));
        return Apply(new Multiply(), mean, Apply(new Reciprocal(), Apply(pool, Apply(pad, inside))));
    }

    /// <summary>Above, left, below, right, in pixels.</summary>
    private long[] Pads(OnnxCall call, ModelValue x, Extent kernel, Extent stride, Extent dilation)
    {
        string mode = call.Text("auto_pad", "NOTSET");
        if (mode is not ("SAME_UPPER" or "SAME_LOWER"))
        {
            long[] pads = mode == "VALID" ? [0, 0, 0, 0] : call.Integers("pads") ?? [0, 0, 0, 0];
            return pads.Length == 4 && pads.All(pad => pad is >= 0 and < int.MaxValue) ? pads
                : throw new InvalidDataException($"The layer '{Layer}' has a padding of [{string.Join(", ", pads)}].");
        }
        (long above, long below) = Same(SizeOf(x, 2), kernel.Height, stride.Height, dilation.Height);
        (long left, long right) = Same(SizeOf(x, 3), kernel.Width, stride.Width, dilation.Width);
        return [above, left, below, right];

        // As many windows as strides begun; an odd pixel goes to the end, or to the beginning.
        (long, long) Same(long size, long window, long step, long gap)
        {
            long missing = Math.Max(0, ((size + step - 1) / step - 1) * step + gap * (window - 1) + 1 - size);
            return mode == "SAME_UPPER" ? (missing / 2, missing - missing / 2) : (missing - missing / 2, missing / 2);
        }
    }

    /// <summary>Where both ends have the same padding, and it is less than half a window, the operator does it itself.</summary>
    private (ModelValue X, Extent Padding) Padded(ModelValue x, long[] pads, double value, Extent? window = null) =>
        pads[0] == pads[2] && pads[1] == pads[3]
            && (window is not { } kernel || (2 * pads[0] <= kernel.Height && 2 * pads[1] <= kernel.Width))
            ? (x, (pads[0], pads[1]))
            : (Apply(new Pad([pads[1], pads[3], pads[0], pads[2]], PadMode.Constant, value), x), 0);
}
