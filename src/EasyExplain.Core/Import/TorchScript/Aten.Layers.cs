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
        _functions["linear"] = call => Affine(call.Tensor(0), call.Tensor(1), call.TensorOrNull(2));
        _functions["addmm"] = call => call.Real(3, 1, "beta") == 1 && call.Real(4, 1, "alpha") == 1
            ? Affine(call.Tensor(1), Transpose(call.Tensor(2), 0, 1), call.Tensor(0))
            : throw new NotSupportedException("a beta or alpha that is not 1");
        _functions["batch_norm"] = BatchNorm;
        _functions["instance_norm"] = call => call.Flag(5, true)
            ? Apply(new InstanceNorm(call.FixedOrNull(1)?.Parameter, call.FixedOrNull(2)?.Parameter, call.Real(7, 1e-5)), call.Tensor(0))
            : BatchNorm(new AtenCall(call.Name, [call[0], call[1], call[2], call[3], call[4], false, call[6], call[7]], call.Named));
        _functions["group_norm"] = call => Apply(
            new GroupNorm(call.Integer(1), call.FixedOrNull(2)?.Parameter, call.FixedOrNull(3)?.Parameter, call.Real(4, 1e-5)), call.Tensor(0));
        _functions["layer_norm"] = call =>
        {
            (FixedTensor? weight, FixedTensor? bias) = (call.FixedOrNull(2), call.FixedOrNull(3));
            int dims = call.Integers(1).Length;
            double eps = call.Real(4, 1e-5);
            return Apply(new LayerNorm(dims, weight?.Parameter, bias?.Parameter, eps), call.Tensor(0));
        };

        _functions["rms_norm"] = call =>
        {
            ScriptTensor x = call.Tensor(0);
            long[] dims = [.. Enumerable.Range(Rank(x) - call.Integers(1).Length, call.Integers(1).Length).Select(dim => (long)dim)];
            ScriptTensor square = Apply(new Mean(dims, true), Apply(new Power(2), x));
            object scaled = Pair("mul", x, Apply(new Rsqrt(), Apply(new AddNumber(call.Real(3, 1.1920929e-7, "eps")), square)));
            return call[2] is null ? scaled : Pair("mul", scaled, call[2]);
        };
        _functions["cosine_similarity"] = call =>
        {
            (ScriptTensor x, ScriptTensor y) = (call.Tensor(0), call.Tensor(1));
            long[] dim = [Dim(x, call.Integer(2, 1, "dim"))];
            double eps = call.Real(3, 1e-8, "eps");
            object product = Pair("mul", Unit(x), Unit(y));
            return Apply(new Sum(dim, false), (ScriptTensor)product);

            object Unit(ScriptTensor side) => Pair("div", side, Clamped(Apply(new L2Norm(dim, true), side), eps, null));
        };

        _functions["max_pool2d"] = _functions["mkldnn_max_pool2d"] = call =>
        {
            Extent kernel = call.Extent(1);
            return Apply(new MaxPool2d(kernel, Stride(call, kernel), call.Extent(3), call.Flag(5)) { Dilation = call.Extent(4, 1) }, call.Tensor(0));
        };
        _functions["avg_pool2d"] = call =>
        {
            Extent kernel = call.Extent(1);
            return Apply(new AvgPool2d(kernel, Stride(call, kernel), call.Extent(3))
            {
                CeilMode = call.Flag(4),
                CountIncludePad = call.Flag(5, true),
                Divisor = call[6, "divisor_override"] is { } divisor ? Integer(divisor) : null,
            }, call.Tensor(0));
        };
        _functions["adaptive_avg_pool2d"] = call => Apply(new AdaptiveAvgPool2d(AdaptiveSize(call)), call.Tensor(0));
        // Of the maxima's places, which these make too, nothing can be known.
        _functions["adaptive_max_pool2d"] = call => new object?[] { Apply(new AdaptiveMaxPool2d(AdaptiveSize(call)), call.Tensor(0)), Unknown.Value };
        _functions["max_pool2d_with_indices"] = call => new object?[] { _functions["max_pool2d"](call), Unknown.Value };
        foreach (string name in (string[])["dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout"])
        {
            _functions[name] = call => !call.Flag(2) || call.Real(1) == 0
                ? call.Tensor(0)
                : throw new NotSupportedException("in training: the model must be saved after model.eval()");
        }
        foreach ((string name, ResizeKind kind) in new[] { ("nearest", ResizeKind.Nearest), ("bilinear", ResizeKind.Bilinear), ("bicubic", ResizeKind.Bicubic) })
        {
            _functions[$"upsample_{name}2d"] = call => Upsample(call, kind);
        }

        static Extent Stride(AtenCall call, Extent kernel) => call.Integers(2).Length == 0 ? kernel : call.Extent(2);
    }

    private Extent AdaptiveSize(AtenCall call)
    {
        if (call[1] is not IReadOnlyList<object?> { Count: 2 } sizes)
        {
            return call.Extent(1);
        }
        IReadOnlyList<Size> shape = ShapeOf(call.Tensor(0));
        return (Integer(sizes[0] ?? shape[^2]), Integer(sizes[1] ?? shape[^1]));
    }

    private ScriptTensor Convolution(AtenCall call, string? mode, long groups, Extent dilation)
    {
        ScriptTensor x = call.Tensor(0);
        FixedTensor weight = call.Fixed(1);
        if (weight.Shape.Count != 4)
        {
            throw new NotSupportedException($"over {weight.Shape.Count - 2} dimensions");
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
        return Apply(new Conv2d(weight.Parameter, call.FixedOrNull(2)?.Parameter, stride, padding, groups) { Dilation = dilation }, x);
    }

    private ScriptTensor Transposed(AtenCall call, Extent rest, long groups, Extent dilation) =>
        call.Fixed(1).Shape.Count != 4 ? throw new NotSupportedException("over other than 2 dimensions")
        : Apply(new ConvTranspose2d(call.Fixed(1).Parameter, call.FixedOrNull(2)?.Parameter, call.Extent(3, 1), call.Extent(4), rest, groups) { Dilation = dilation }, call.Tensor(0));

    /// <summary>x · weightᵀ + bias.</summary>
    private ScriptTensor Affine(ScriptTensor x, ScriptTensor weight, ScriptTensor? bias)
    {
        if (weight.Content is FixedTensor { Shape.Count: 2 } known && (bias is null or { Content: FixedTensor { Shape.Count: 1 } }))
        {
            return Apply(new Linear(known.Parameter, (bias?.Content as FixedTensor)?.Parameter), x);
        }
        ScriptTensor product = Apply(new MatMul(), x, Transpose(weight, -2, -1));
        return bias is null ? product : Apply(new Add(), product, bias);
    }

    private ScriptTensor BatchNorm(AtenCall call)
    {
        if (call.Flag(5) || call[3] is null || call[4] is null)
        {
            throw new NotSupportedException("with the statistics of the batch: the model must be saved after model.eval()");
        }
        (FixedTensor mean, FixedTensor variance) = (call.Fixed(3), call.Fixed(4));
        FixedTensor weight = call.FixedOrNull(1) ?? FixedOf(Compute(() => ones_like(mean.Value)));
        FixedTensor bias = call.FixedOrNull(2) ?? FixedOf(Compute(() => zeros_like(mean.Value)));
        return Apply(new BatchNorm2d(weight.Parameter, bias.Parameter, mean.Parameter, variance.Parameter, call.Real(7, 1e-5)), call.Tensor(0));
    }

    /// <summary>
    /// input, output_size, [align_corners,] and either a list of factors or one for each side; of nearest there is no align_corners.
    /// </summary>
    private ScriptTensor Upsample(AtenCall call, ResizeKind kind)
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
        return Apply(new Resize(size, size is null ? scale : null, kind, corners), call.Tensor(0));
    }
}
