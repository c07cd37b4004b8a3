using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using static TorchSharp.torch;

namespace EasyExplain.Import.TorchScript;

// Convolutions, linear layers, normalisations, pooling, resizing.
internal sealed partial class Aten
{
    private void AddLayers()
    {
        // input, weight, bias, stride, padding, dilation, groups
        _functions["conv2d"] = call => Convolution(call, call[4] as string, call.Integer(6, 1), call.Extent(5, 1));
        // input, weight, bias, stride, padding, dilation, transposed, output_padding, groups, …
        _functions["_convolution"] = _functions["convolution"] = call => call.Flag(6)
            ? Transposed(call, call.Extent(7), call.Integer(8, 1), call.Extent(5, 1))
            : Convolution(call, null, call.Integer(8, 1), call.Extent(5, 1));
        _functions["_convolution_mode"] = call => Convolution(call, call.Text(4), call.Integer(6, 1), call.Extent(5, 1));
        // input, weight, bias, stride, padding, output_padding, groups, dilation
        _functions["conv_transpose2d"] = call => Transposed(call, call.Extent(5), call.Integer(6, 1), call.Extent(7, 1));
        _functions["linear"] = call => Affine(call.Value(0), call.Value(1), call.ValueOrNull(2));
        _functions["addmm"] = call => call.Real(3, 1, "beta") == 1 && call.Real(4, 1, "alpha") == 1
            ? Affine(call.Value(1), Turned(call.Value(2), 0, 1), call.Value(0))
            : throw new NotSupportedException("a beta or alpha that is not 1");
        _functions["batch_norm"] = BatchNorm;
        _functions["instance_norm"] = call => call.Flag(5, true)
            ? Apply(new InstanceNorm(WeightOrNull(call, 1), Bias(call.FixedOrNull(2)), call.Real(7, 1e-5)), call.Value(0))
            : BatchNorm(new AtenCall(call.Name, [call[0], call[1], call[2], call[3], call[4], false, call[6], call[7]], call.Named));
        _functions["group_norm"] = call => Apply(
            new GroupNorm(call.Integer(1), WeightOrNull(call, 2), Bias(call.FixedOrNull(3)), call.Real(4, 1e-5)), call.Value(0));
        _functions["layer_norm"] = call =>
            LayerNorm(call.Value(0), call.Integers(1).Length, WeightOrNull(call, 2), Bias(call.FixedOrNull(3)), call.Real(4, 1e-5));
        _functions["rms_norm"] = call =>
        {
            var norm = new RMSNorm(call.Integers(1).Length, WeightOrNull(call, 2), call.Real(3, 1.1920929e-7, "eps"));
            return Apply(norm, call.Value(0));
        };
        _functions["cosine_similarity"] = call =>
        {
            (ModelValue x, ModelValue y) = (call.Value(0), call.Value(1));
            long[] dim = [Dim(call.Integer(2, 1, "dim"), Rank(x))];
            double eps = call.Real(3, 1e-8, "eps");
            return Apply(new Sum(dim, false), Pair(Vocabulary.Multiply, Unit(x), Unit(y)));

            ModelValue Unit(ModelValue side) => Pair(Vocabulary.Divide, side, Clamped(Apply(new L2Norm(dim, true), side), eps, null));
        };

        _functions["max_pool2d"] = _functions["mkldnn_max_pool2d"] = MaxPool;
        _functions["avg_pool2d"] = call =>
        {
            Extent kernel = call.Extent(1);
            return Apply(new AvgPool2d(kernel, Stride(call, kernel), call.Extent(3))
            {
                CeilMode = call.Flag(4),
                CountIncludePad = call.Flag(5, true),
                Divisor = call[6, "divisor_override"] is { } divisor ? Integer(divisor) : null,
            }, call.Value(0));
        };
        _functions["adaptive_avg_pool2d"] = call => Apply(new AdaptiveAvgPool2d(AdaptiveSize(call)), call.Value(0));
        // Of the maxima's places, which these make too, nothing can be known.
        _functions["adaptive_max_pool2d"] = call =>
            new object?[] { new ScriptTensor(Apply(new AdaptiveMaxPool2d(AdaptiveSize(call)), call.Value(0))), Unknown.Value };
        _functions["max_pool2d_with_indices"] = call => new object?[] { new ScriptTensor(MaxPool(call)), Unknown.Value };
        foreach (string name in (string[])["dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout"])
        {
            _functions[name] = call => !call.Flag(2) || call.Real(1) == 0
                ? call.Tensor(0)
                : throw new NotSupportedException("in training: the model must be saved after model.eval()");
        }
        foreach ((string name, ResizeKind kind) in new[] { ("nearest", ResizeKind.Nearest), ("bilinear", ResizeKind.Bilinear),
            ("bicubic", ResizeKind.Bicubic) })
        {
            _functions[$"upsample_{name}2d"] = call => Upsample(call, kind);
        }
    }

    private static Extent Stride(AtenCall call, Extent kernel) => call.Integers(2).Length == 0 ? kernel : call.Extent(2);

    private Parameter? WeightOrNull(AtenCall call, int index) => call.FixedOrNull(index) is { } weight ? Weight(weight) : null;

    private ModelValue MaxPool(AtenCall call)
    {
        Extent kernel = call.Extent(1);
        return Apply(new MaxPool2d(kernel, Stride(call, kernel), call.Extent(3), call.Flag(5)) { Dilation = call.Extent(4, 1) },
            call.Value(0));
    }

    private Extent AdaptiveSize(AtenCall call)
    {
        if (call[1] is not IReadOnlyList<object?> { Count: 2 } sizes)
        {
            return call.Extent(1);
        }
        IReadOnlyList<Size> shape = ShapeOf(call.Value(0));
        return (Integer(sizes[0] ?? shape[^2]), Integer(sizes[1] ?? shape[^1]));
    }

    private ModelValue Convolution(AtenCall call, string? mode, long groups, Extent dilation)
    {
        ModelValue x = call.Value(0);
        FixedTensor weight = call.Fixed(1);
        if (weight.Shape.Length != 4)
        {
            throw new NotSupportedException($"over {weight.Shape.Length - 2} dimensions");
        }
        Extent stride = call.Extent(3, 1), padding = mode is null ? call.Extent(4) : 0;
        if (mode == "same")
        {
            (long height, long width) = (dilation.Height * (weight.Shape[2] - 1), dilation.Width * (weight.Shape[3] - 1));
            if (height % 2 == 0 && width % 2 == 0)
            {
                padding = (height / 2, width / 2);
            }
            else
            {
                x = Apply(new Pad([width / 2, width - width / 2, height / 2, height - height / 2], PadMode.Constant, 0), x);
            }
        }
        return Apply(new Conv2d(Weight(weight), Bias(call.FixedOrNull(2)), stride, padding, groups) { Dilation = dilation }, x);
    }

    private ModelValue Transposed(AtenCall call, Extent rest, long groups, Extent dilation) =>
        call.Fixed(1).Shape.Length != 4 ? throw new NotSupportedException("over other than 2 dimensions")
        : Apply(new ConvTranspose2d(Weight(call.Fixed(1)), Bias(call.FixedOrNull(2)), call.Extent(3, 1), call.Extent(4), rest,
        groups)
        { Dilation = dilation }, call.Value(0));

    /// <summary>x · weightᵀ + bias.</summary>
    private ModelValue Affine(ModelValue x, ModelValue weight, ModelValue? bias)
    {
        if (weight is FixedTensor { Shape.Length: 2 } known && bias is null or FixedTensor { Shape.Length: 1 })
        {
            return Apply(new Linear(known.TransposeOf is null ? Weight(known)
                : known.TransposeOf.Parameter(Layer + ".weight", transposed: true), Bias(bias as FixedTensor)), x);
        }
        ModelValue product = Apply(new MatMul(), x, Turned(weight, -2, -1));
        return bias is null ? product : Apply(new Add(), product, bias);
    }

    private ModelValue BatchNorm(AtenCall call)
    {
        if (call.Flag(5) || call[3] is null || call[4] is null)
        {
            throw new NotSupportedException("with the statistics of the batch: the model must be saved after model.eval()");
        }
        (FixedTensor mean, FixedTensor variance) = (call.Fixed(3), call.Fixed(4));
        FixedTensor weight = call.FixedOrNull(1) ?? Compute(() => ones_like(mean.Value));
        FixedTensor bias = call.FixedOrNull(2) ?? Compute(() => zeros_like(mean.Value));
        return Apply(
            new BatchNorm2d(Weight(weight), Bias(bias)!, Statistic(mean, "running_mean"), Statistic(variance, "running_var"),
                call.Real(7, 1e-5)), call.Value(0));
    }

    /// <summary>
    /// input, output_size, [align_corners,] and either a list of factors or one for each side; of nearest there is no align_corners.
    /// </summary>
    private ModelValue Upsample(AtenCall call, ResizeKind kind)
    {
        bool nearest = kind == ResizeKind.Nearest;
        bool corners = !nearest && call.Flag(2);
        int at = nearest ? 2 : 3;
        (double, double)? scale = call[at] switch
        {
            IReadOnlyList<object?> { Count: 2 } factors => (Real(factors[0]), Real(factors[1])),
            null => null,
            var height when call[at + 1] is { } width => (Real(height), Real(width)),
            _ => null,
        };
        Extent? size = call[1] is null ? null : call.Extent(1);
        // Where both are given, the factors say how the places are computed, the size how many there are; they are the same as a rule.
        return Apply(new Resize(size, size is null ? scale : null, kind, corners), call.Value(0));
    }
}
