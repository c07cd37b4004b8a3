using EasyExplain.Networks.Operators;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Import.Onnx;

// Operations on integers: they do what the plain ones do with the numbers that the integers stand for, and end on a grid of their own.
internal sealed partial class OnnxOperators
{
    private void AddIntegers()
    {
        const string domain = "com.microsoft.";
        _several["DynamicQuantizeLinear"] = DynamicallyQuantized;
        _functions["ConvInteger"] = call =>
            Convolution(call with { Inputs = [Shifted(call[0], call.Optional(2), 1), Shifted(call.Fixed(1), call.Optional(3), 0)] });
        _functions["MatMulInteger"] = call => Product(Shifted(call[0], call.Optional(2), -2), Shifted(call[1], call.Optional(3), -1));
        _functions[domain + "MatMulNBits"] = FewBits;
        _functions["QLinearConv"] = call => OnGrid(
            Convolution(call with { Inputs = [StoodFor(call, 0), StoodFor(call, 3, axis: 0), .. InBothSteps(call, 8)] }), call, 6);
        _functions["QLinearMatMul"] = call => OnGrid(Product(StoodFor(call, 0, axis: -2), StoodFor(call, 3, axis: -1)), call, 6, axis: -2);
        _functions[domain + "QGemm"] = call =>
        {
            ModelValue weight = StoodFor(call, 3, axis: call.Integer("transB") != 0 ? 0 : 1);
            ModelValue y = Gemm(call with { Inputs = [StoodFor(call, 0), weight, .. InBothSteps(call, 6)] });
            return call.Optional(7) is null ? y : OnGrid(y, call, 7);
        };
        foreach (PairOperation operation in (PairOperation[])[Vocabulary.Add, Vocabulary.Multiply])
        {
            _functions[$"{domain}QLinear{operation.Onnx}"] = call => OnGrid(Both(operation, StoodFor(call, 0), StoodFor(call, 3)), call, 6);
        }
        foreach (string name in (string[])["Sigmoid", "LeakyRelu", "AveragePool", "GlobalAveragePool", "Softmax"])
        {
            _functions[$"{domain}QLinear{name}"] = call => call.Integer("channels_last") != 0
                ? throw new NotSupportedException("with the channels last")
                : OnGrid(_functions[name](call with { Inputs = [StoodFor(call, 0)] }), call, 3);
        }
        _functions[domain + "QLinearConcat"] = call =>
        {
            ModelValue[] parts = [.. Range((call.Inputs.Count - 2) / 3).Select(i => StoodFor(call, 2 + 3 * (int)i))];
            return OnGrid(Concat(parts, call.Integer("axis", 1)), call, 0);
        };
    }

    /// <summary>What an input stands for that is followed by its scale and its zero point.</summary>
    private ModelValue StoodFor(OnnxCall call, int index, long axis = 1) =>
        Dequantized(call[index], call.Fixed(index + 1), call.FixedOrNull(index + 2), axis);

    /// <summary>A result on the grid whose scale and zero point are those inputs.</summary>
    private ModelValue OnGrid(ModelValue y, OnnxCall call, int index, long axis = 1) =>
        Quantized(y, call.Fixed(index), call.FixedOrNull(index + 1), axis);

    /// <summary>A bias, if there is one, in steps of the product of both inputs' scales.</summary>
    private IEnumerable<ModelValue> InBothSteps(OnnxCall call, int index) => call.FixedOrNull(index) is not { } bias ? []
        : [Compute(() => bias.Value.to(ScalarType.Float32) * call.Fixed(1).Value.reshape([-1]) * call.Fixed(4).Value.reshape([-1]))];

    /// <summary>Scale and zero point are those of each picture, as if it came alone: what else is in the batch changes nothing.</summary>
    private ModelValue[] DynamicallyQuantized(OnnxCall call)
    {
        Size[] shape = [.. ShapeOf(call[0])];
        bool ofPictures = shape.Length > 1 && (shape[0] == Size.OfPictures || shape[0] == new Size(1))
            && shape.Skip(1).All(size => size.IsFixed);
        if (call[0] is not PictureValue || !ofPictures)
        {
            throw new NotSupportedException("of several pictures at once");
        }
        ModelValue scale = Apply(new DynamicScale(), call[0]), zero = Apply(new DynamicZeroPoint(), call[0], scale);
        return [Apply(new DynamicQuantize(), call[0], scale, zero), scale, zero];
    }

    /// <summary>Integers less their zero point.</summary>
    private ModelValue Shifted(ModelValue x, ModelValue? zero, long axis) => (x, zero) switch
    {
        (_, null) => x,
        (FixedTensor known, FixedTensor shift) => Compute(() => known.Value - Spread(shift, known.Shape, axis, 0)),
        (_, FixedTensor shift) => Single(shift) is { } one
            ? Apply(new AddNumber(-one), x)
            : throw new NotSupportedException("with several zero points of what depends on the picture"),
        _ => Apply(new Subtract(), x, zero),
    };

    /// <summary>A product with weights of two, four or eight bits, in blocks that have a scale each (onnxruntime's MatMulNBits).</summary>
    private ModelValue FewBits(OnnxCall call)
    {
        (long rows, long columns) = (call.Integer("N"), call.Integer("K"));
        (long bits, long block) = (call.Integer("bits", 4), call.Integer("block_size"));
        (FixedTensor packed, FixedTensor scales, FixedTensor? zeros) = (call.Fixed(1), call.Fixed(2), call.FixedOrNull(3));
        if (bits is not (2 or 4 or 8) || call.Optional(4) is not null
            || zeros is { DeclaredType: not (OnnxType.UInt8 or OnnxType.Undefined) })
        {
            throw new NotSupportedException($"of {bits} bits in this form");
        }
        long blocks = block > 0 && columns > 0 ? (columns + block - 1) / block : 0, zerosInRow = (blocks * bits + 7) / 8;
        if (rows < 1 || blocks < 1 || !packed.Shape.SequenceEqual([rows, blocks, block * bits / 8])
            || Count(scales) != rows * blocks || (zeros is not null && Count(zeros) != rows * zerosInRow))
        {
            string shapes = $"weights [{string.Join(", ", packed.Shape)}] and scales [{string.Join(", ", scales.Shape)}]";
            throw new InvalidDataException($"The layer '{Layer}' has {shapes} for [{rows}, {columns}].");
        }
        Bounded(rows, blocks, block);
        FixedTensor weight = Compute(() =>
        {
            Tensor shift = zeros is null
                ? FullOf(1L << (int)(bits - 1), [rows, blocks, 1], int64)
                : Unpacked(zeros.Value.reshape(rows, -1)).narrow(1, 0, blocks).unsqueeze(2);
            Tensor values = (Unpacked(packed.Value) - shift).to(ScalarType.Float32) * scales.Value.reshape(rows, blocks, 1);
            return values.reshape(rows, -1).narrow(1, 0, columns).contiguous();
        });
        return Apply(new Linear(weight.Parameter(Layer + ".weight"), call.FixedOrNull(5)?.Parameter(Layer + ".bias")), call[0]);

        static double Count(FixedTensor value) => value.Shape.Aggregate(1.0, (count, size) => count * size);

        // The lowest bits come first.
        Tensor Unpacked(Tensor bytes)
        {
            Tensor mask = tensor((1L << (int)bits) - 1);
            return stack([.. Range(8 / bits).Select(i => bytes.bitwise_right_shift(tensor(i * bits)).bitwise_and(mask))], -1).flatten(-2);
        }
    }
}
