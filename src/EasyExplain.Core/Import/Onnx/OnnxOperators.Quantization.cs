using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Import.Onnx;

// Quantised models: weights become the numbers that they stand for, and what depends on the picture goes through the steps of its grid.
internal sealed partial class OnnxOperators
{
    private void AddQuantization()
    {
        // A zero point's type says to what is quantised, and PyTorch writes it as a cast.
        Func<OnnxCall, ModelValue> cast = _functions["Cast"];
        _functions["Cast"] = call =>
        {
            ModelValue result = cast(call);
            if (result is FixedTensor made)
            {
                made.DeclaredType = (int)call.Integer("to");
            }
            return result;
        };
        foreach (string domain in (string[])["", "com.microsoft."])
        {
            _functions[domain + "QuantizeLinear"] = Quantized;
            _functions[domain + "DequantizeLinear"] = Dequantized;
        }
    }

    private ModelValue Quantized(OnnxCall call) => Quantized(
        call[0], call.Fixed(1), call.FixedOrNull(2),
        call.Integer("axis", 1), call.Integer("block_size"), (int)call.Integer("output_dtype"));

    private ModelValue Dequantized(OnnxCall call) =>
        Dequantized(call[0], call.Fixed(1), call.FixedOrNull(2), call.Integer("axis", 1), call.Integer("block_size"));

    /// <param name="x">What becomes integers.</param>
    /// <param name="scale">From one integer to the next.</param>
    /// <param name="zero">The integer that stands for 0, whose type is the result's.</param>
    /// <param name="axis">The dimension along which there are several scales.</param>
    /// <param name="block">How many numbers along it have the same one; 0 for one.</param>
    /// <param name="otherwise">The result's type without a zero point; by default bytes.</param>
    private ModelValue Quantized(
        ModelValue x, FixedTensor scale, FixedTensor? zero, long axis, long block = 0, int otherwise = OnnxType.Undefined)
    {
        int type = zero?.DeclaredType ?? (otherwise == OnnxType.Undefined ? OnnxType.UInt8 : otherwise);
        if (OnnxType.Range(type) is not { } range)
        {
            throw new NotSupportedException(type == OnnxType.Undefined ? "with a zero point that is computed" : $"to ONNX's type {type}");
        }
        if (x is FixedTensor known)
        {
            return Compute(() =>
            {
                Tensor steps = (known.Value / Spread(scale, known.Shape, axis, block)).round();
                steps = zero is null ? steps : steps.Plus(Spread(zero, known.Shape, axis, block));
                return steps.Within(range.Lowest, range.Highest).to(ScalarType.Int64);
            }, type);
        }
        (Parameter of, Parameter? shift) = Grid(scale, zero, x, axis, block);
        return Apply(new Quantize(of, shift, range.Lowest, range.Highest), x);
    }

    private ModelValue Dequantized(ModelValue x, FixedTensor scale, FixedTensor? zero, long axis, long block = 0)
    {
        if (x is FixedTensor known)
        {
            return Compute(() =>
            {
                Tensor steps = zero is null ? known.Value : known.Value - Spread(zero, known.Shape, axis, block);
                return steps.to(ScalarType.Float32) * Spread(scale, known.Shape, axis, block);
            });
        }
        (Parameter of, Parameter? shift) = Grid(scale, zero, x, axis, block);
        return Apply(new Dequantize(of, shift), x);
    }

    /// <summary>
    /// A scale or zero point that can be computed with place by place: one for all, one for each entry along a dimension, or one for a
    /// block of entries.
    /// </summary>
    private Tensor Spread(FixedTensor value, long[] shape, long axis, long block)
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
        return value.Shape is [var count] && count == shape[dim]
            ? value.Value.reshape([count, .. Enumerable.Repeat(1L, shape.Length - dim - 1)])
            : throw Misfit(value, shape);
    }

    /// <summary>The same for what depends on the picture, as parameters.</summary>
    private (Parameter Scale, Parameter? ZeroPoint) Grid(FixedTensor scale, FixedTensor? zero, ModelValue x, long axis, long block) =>
        (Grid(scale, x, axis, block, "scale"), zero is null ? null : Grid(zero, x, axis, block, "zero_point"));

    private Parameter Grid(FixedTensor value, ModelValue x, long axis, long block, string name)
    {
        int rank = Rank(x);
        if (value.Shape.All(size => size == 1))
        {
            return value.Parameter($"{Layer}.{name}", [], isBuffer: true);
        }
        if (block > 0)
        {
            throw new NotSupportedException("in blocks, of what depends on the picture");
        }
        int dim = Dim(axis, rank);
        return value.Shape is [var count] && ShapeOf(x)[dim] == new Size(count)
            ? value.Parameter($"{Layer}.{name}", [count, .. Enumerable.Repeat(1L, rank - dim - 1)], isBuffer: true)
            : throw Misfit(value, [.. ShapeOf(x).Select(size => size.At(1))]);
    }

    private InvalidDataException Misfit(FixedTensor value, long[] shape) =>
        new($"The layer '{Layer}' has scales or zero points [{string.Join(", ", value.Shape)}] for numbers [{string.Join(", ", shape)}].");
}
