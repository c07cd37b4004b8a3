using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using static TorchSharp.torch;

namespace EasyExplain.Models.Onnx;

// Quantised models: weights become the numbers that they stand for, and what depends on the picture goes through the steps of its grid.
internal sealed partial class OnnxOperators
{
    private void AddQuantization()
    {
        foreach (string domain in (string[])["", "com.microsoft."])
        {
            _functions[domain + "QuantizeLinear"] = Quantized;
            _functions[domain + "DequantizeLinear"] = Dequantized;
        }
        _several["DynamicQuantizeLinear"] = DynamicallyQuantized;
        _functions["ConvInteger"] = call =>
            Convolution(call with { Inputs = [Shifted(call[0], call.Optional(2), 1), Shifted(call.Fixed(1), call.Optional(3), 0)] });
        _functions["MatMulInteger"] = call => Product(Shifted(call[0], call.Optional(2), -2), Shifted(call[1], call.Optional(3), -1));
        _functions["com.microsoft.MatMulNBits"] = FewBits;
        // What follows are operations on integers that do as those on what they stand for; each ends on a grid of its own.
        _functions["QLinearConv"] = call =>
        {
            OnnxValue x = Dequantized(call[0], call.Fixed(1), call.FixedOrNull(2), 1, 0), weight = Dequantized(call[3], call.Fixed(4), call.FixedOrNull(5), 0, 0);
            OnnxValue y = Convolution(call with { Inputs = call.FixedOrNull(8) is { } bias ? [x, weight, Steps(bias, call)] : [x, weight] });
            return Quantized(y, call.Fixed(6), call.FixedOrNull(7), 1, 0, OnnxType.UInt8);
        };
        _functions["QLinearMatMul"] = call => Quantized(
            Product(Dequantized(call[0], call.Fixed(1), call.FixedOrNull(2), -2, 0), Dequantized(call[3], call.Fixed(4), call.FixedOrNull(5), -1, 0)),
            call.Fixed(6), call.FixedOrNull(7), -2, 0, OnnxType.UInt8);
        _functions["com.microsoft.QGemm"] = call =>
        {
            OnnxValue x = Dequantized(call[0], call.Fixed(1), call.FixedOrNull(2), 1, 0);
            OnnxValue weight = Dequantized(call[3], call.Fixed(4), call.FixedOrNull(5), call.Integer("transB") != 0 ? 0 : 1, 0);
            OnnxValue y = Gemm(call with { Inputs = call.FixedOrNull(6) is { } bias ? [x, weight, Steps(bias, call)] : [x, weight] });
            return call.FixedOrNull(7) is { } scale ? Quantized(y, scale, call.FixedOrNull(8), 1, 0, OnnxType.UInt8) : y;
        };
        foreach (string name in (string[])["Add", "Mul"])
        {
            _functions[$"com.microsoft.QLinear{name}"] = call => Quantized(
                Pair(name, Dequantized(call[0], call.Fixed(1), call.FixedOrNull(2), 1, 0), Dequantized(call[3], call.Fixed(4), call.FixedOrNull(5), 1, 0)),
                call.Fixed(6), call.FixedOrNull(7), 1, 0, OnnxType.UInt8);
        }
        foreach (string name in (string[])["Sigmoid", "LeakyRelu", "AveragePool", "GlobalAveragePool", "Softmax"])
        {
            _functions[$"com.microsoft.QLinear{name}"] = call => call.Integer("channels_last") != 0 ? throw new NotSupportedException("with the channels last")
                : Quantized(_functions[name](call with { Inputs = [Dequantized(call[0], call.Fixed(1), call.FixedOrNull(2), 1, 0)] }), call.Fixed(3), call.FixedOrNull(4), 1, 0, OnnxType.UInt8);
        }
        _functions["com.microsoft.QLinearConcat"] = call => Quantized(
            Concat([.. Range((call.Inputs.Count - 2) / 3).Select(i => 2 + 3 * (int)i).Select(at => Dequantized(call[at], call.Fixed(at + 1), call.FixedOrNull(at + 2), 1, 0))], call.Integer("axis", 1)),
            call.Fixed(0), call.FixedOrNull(1), 1, 0, OnnxType.UInt8);
    }

    /// <summary>Scale and zero point are those of each picture, as if it came alone: what else is in the batch must not change it.</summary>
    private OnnxValue[] DynamicallyQuantized(OnnxCall call)
    {
        Networks.Import.Size[] shape = [.. ShapeOf(call[0])];
        if (call[0] is not PictureValue || shape.Length < 2 || (shape[0] != Batch && shape[0] != new Networks.Import.Size(1)) || shape.Skip(1).Any(size => !size.IsFixed))
        {
            throw new NotSupportedException("of several pictures at once");
        }
        OnnxValue scale = Apply(new DynamicScale(), call[0]), zero = Apply(new DynamicZeroPoint(), call[0], scale);
        return [Apply(new DynamicQuantize(), call[0], scale, zero), scale, zero];
    }

    /// <summary>Integers less their zero point.</summary>
    private OnnxValue Shifted(OnnxValue x, OnnxValue? zero, long axis) => (x, zero) switch
    {
        (_, null) => x,
        (FixedValue known, FixedValue fixedZero) => Compute(() => known.Value - Spread(fixedZero, known.Shape, axis, 0)),
        (_, FixedValue fixedZero) => Apply(new AddNumber(-(Single(fixedZero) ?? throw new NotSupportedException("with several zero points of what depends on the picture"))), x),
        _ => Apply(new Subtract(), x, zero),
    };

    /// <summary>A bias in steps of both scales.</summary>
    private FixedValue Steps(FixedValue bias, OnnxCall call) =>
        Compute(() => bias.Value.to(ScalarType.Float32) * Float(call, 1).reshape([-1]) * Float(call, 4).reshape([-1]));

    /// <summary>A product with weights of two, four or eight bits, rows of blocks that have a scale each (onnxruntime's MatMulNBits).</summary>
    private OnnxValue FewBits(OnnxCall call)
    {
        (long rows, long columns, long bits, long block) = (call.Integer("N"), call.Integer("K"), call.Integer("bits", 4), call.Integer("block_size"));
        (FixedValue packed, FixedValue scales, FixedValue? zeros) = (call.Fixed(1), call.Fixed(2), call.FixedOrNull(3));
        if (bits is not (2 or 4 or 8) || call.Optional(4) is not null || zeros is { Type: not (OnnxType.UInt8 or OnnxType.Undefined) })
        {
            throw new NotSupportedException($"of {bits} bits in this form");
        }
        long blocks = block > 0 ? (columns + block - 1) / block : 0;
        Bounded(rows, blocks, Math.Max(block, 1));
        if (rows < 1 || blocks < 1 || !packed.Shape.SequenceEqual([rows, blocks, block * bits / 8]) || scales.Shape.Aggregate(1L, (count, size) => count * size) != rows * blocks)
        {
            throw new InvalidDataException($"The layer '{_layer}' has weights [{string.Join(", ", packed.Shape)}] and scales [{string.Join(", ", scales.Shape)}] for [{rows}, {columns}].");
        }
        FixedValue weight = Compute(() =>
        {
            Tensor zero = zeros is null ? full([rows, blocks, 1], 1L << (int)(bits - 1), dtype: int64) : Unpacked(zeros.Value.reshape(rows, -1)).narrow(1, 0, blocks).unsqueeze(2);
            Tensor values = (Unpacked(packed.Value) - zero).to(ScalarType.Float32) * scales.Value.reshape(rows, blocks, 1);
            return values.reshape(rows, -1).narrow(1, 0, columns).contiguous();
        });
        return Apply(new Linear(weight.Parameter(_layer + ".weight"), call.FixedOrNull(5)?.Parameter(_layer + ".bias")), call[0]);

        // The lowest bits come first.
        Tensor Unpacked(Tensor bytes) => stack([.. Range(8 / bits).Select(i => bytes.bitwise_right_shift(tensor(i * bits)).bitwise_and(tensor((1L << (int)bits) - 1)))], -1).flatten(-2);
    }

    private OnnxValue Quantized(OnnxCall call) => Quantized(
        call[0], call.Fixed(1), call.FixedOrNull(2), call.Integer("axis", 1), call.Integer("block_size"), (int)call.Integer("output_dtype", OnnxType.UInt8));

    private OnnxValue Dequantized(OnnxCall call) => Dequantized(call[0], call.Fixed(1), call.FixedOrNull(2), call.Integer("axis", 1), call.Integer("block_size"));

    /// <param name="x">What becomes integers.</param>
    /// <param name="scale">From one integer to the next.</param>
    /// <param name="zero">The integer that stands for 0, whose type is the result's.</param>
    /// <param name="axis">The dimension along which there are several scales.</param>
    /// <param name="block">How many numbers along it have the same one; 0 for one.</param>
    /// <param name="otherwise">The result's type without a zero point.</param>
    private OnnxValue Quantized(OnnxValue x, FixedValue scale, FixedValue? zero, long axis, long block, int otherwise)
    {
        int type = zero?.Type ?? (otherwise == OnnxType.Undefined ? OnnxType.UInt8 : otherwise);
        if (OnnxType.Range(type) is not { } range)
        {
            throw new NotSupportedException(type == OnnxType.Undefined ? "with a zero point that is computed" : $"to ONNX's type {type}");
        }
        if (x is FixedValue known)
        {
            return Compute(() =>
            {
                Tensor shift = zero is null ? zeros(1) : Spread(zero, known.Shape, axis, block).to(ScalarType.Float32);
                return ((known.Value / Spread(scale, known.Shape, axis, block)).round() + shift).clamp(range.Lowest, range.Highest).to(ScalarType.Int64);
            }, type);
        }
        return Apply(new Quantize(Grid(scale, x, axis, block, "scale"), zero is null ? null : Grid(zero, x, axis, block, "zero_point"), range.Lowest, range.Highest), x);
    }

    private OnnxValue Dequantized(OnnxValue x, FixedValue scale, FixedValue? zero, long axis, long block)
    {
        if (x is FixedValue known)
        {
            return Compute(() =>
            {
                Tensor steps = zero is null ? known.Value : known.Value - Spread(zero, known.Shape, axis, block);
                return steps.to(ScalarType.Float32) * Spread(scale, known.Shape, axis, block);
            });
        }
        return Apply(new Dequantize(Grid(scale, x, axis, block, "scale"), zero is null ? null : Grid(zero, x, axis, block, "zero_point")), x);
    }

    /// <summary>A scale or zero point that can be computed with place by place: one for all, one for each entry along a dimension, or one for a block of entries.</summary>
    private Tensor Spread(FixedValue value, long[] shape, long axis, long block)
    {
        if (value.Shape.All(size => size == 1))
        {
            return value.Value.reshape([]);
        }
        int dim = Dim(axis, shape.Length);
        if (block > 0 && value.Shape.Length == shape.Length)
        {
            long[] blocks = [.. shape.Select((size, i) => i == dim ? (size + block - 1) / block : size)];
            return blocks.SequenceEqual(value.Shape)
                ? value.Value.repeat_interleave(block > shape[dim] ? shape[dim] : block, dim).narrow(dim, 0, shape[dim])
                : throw Misfit(value, shape);
        }
        return value.Shape is [var count] && count == shape[dim] ? value.Value.reshape([count, .. Enumerable.Repeat(1L, shape.Length - dim - 1)])
            : value.Shape.Length == shape.Length && value.Shape.Where((size, i) => size != 1 && size != shape[i]).Count() == 0 ? value.Value // QLinearMatMul's, for rows or columns
            : throw Misfit(value, shape);
    }

    /// <summary>The same for what depends on the picture, as a parameter.</summary>
    private Parameter Grid(FixedValue value, OnnxValue x, long axis, long block, string name)
    {
        int rank = Rank(x);
        if (value.Shape.All(size => size == 1))
        {
            return value.Parameter($"{_layer}.{name}", [], isBuffer: true);
        }
        if (block > 0)
        {
            throw new NotSupportedException("in blocks, of what depends on the picture");
        }
        int dim = Dim(axis, rank);
        return value.Shape is [var count] && ShapeOf(x)[dim] == new Networks.Import.Size(count)
            ? value.Parameter($"{_layer}.{name}", [count, .. Enumerable.Repeat(1L, rank - dim - 1)], isBuffer: true)
            : throw Misfit(value, [.. ShapeOf(x).Select(size => size.At(1))]);
    }

    private InvalidDataException Misfit(FixedValue value, long[] shape) =>
        new($"The layer '{_layer}' has scales or zero points [{string.Join(", ", value.Shape)}] for numbers [{string.Join(", ", shape)}].");

    private static Tensor Float(OnnxCall call, int index) => call.Fixed(index).Value.to(ScalarType.Float32);

    /// <summary>A product of matrices; one by a fixed matrix is a linear layer.</summary>
    private OnnxValue Product(OnnxValue x, OnnxValue y) => y is FixedValue { Shape.Length: 2 } weight && x is PictureValue
        ? Apply(new Linear(weight.Parameter(_layer + ".weight", transposed: true), null), x)
        : Apply(new MatMul(), x, y);
}
