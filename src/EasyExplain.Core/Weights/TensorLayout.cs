using TorchSharp;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Weights;

/// <summary>
/// How a tensor lies in stored bytes: from which element on, and how far apart its elements are. Whoever holds one can rely on it:
/// <see cref="Create"/> has checked that every element lies inside the bytes, so reading allocates no more than the file can fill.
/// </summary>
internal sealed class TensorLayout
{
    /// <summary>The most dimensions a tensor may have; PyTorch's own operators stop there. Whoever makes a shape keeps to it.</summary>
    public const int MaxDimensions = 64;

    // A view may repeat its storage (expand writes stride 0). It becomes real memory here: it may be as large as its storage, or this
    // large.
    private const long LargestRepeat = 1 << 20;

    // Converted piece by piece, the values as stored need no memory to speak of, and stay in the processor's cache. libtorch works on less
    // than 32,768 elements in the calling thread, which is as fast here, and does not wait for others where the machine is busy.
    private const long LargestPiece = 1 << 14;

    private readonly StoredBytes _bytes;
    private readonly ScalarType _type;
    private readonly long _offset;
    private readonly long[] _shape;
    private readonly long[] _strides;
    private readonly long _span;

    private TensorLayout(StoredBytes bytes, ScalarType type, long offset, long[] shape, long[] strides, long span)
    {
        _bytes = bytes;
        _type = type;
        _offset = offset;
        _shape = shape;
        _strides = strides;
        _span = span;
    }

    /// <summary>The layout of a tensor over <paramref name="bytes"/>; offset and strides count elements.</summary>
    /// <exception cref="InvalidDataException">The tensor does not fit into the bytes.</exception>
    public static TensorLayout Create(StoredBytes bytes, ScalarType type, long offset, long[] shape, long[] strides)
    {
        long stored = bytes.Length / ElementTypes.Size(type);
        long count = CountElements(shape);
        if (strides.Length != shape.Length || offset < 0 || Array.Exists(strides, stride => stride < 0))
        {
            throw new InvalidDataException($"the offset {offset} and the strides {Show(strides)} do not go with the shape {Show(shape)}.");
        }
        long span = count == 0 ? 0 : Span(shape, strides);
        if (span > stored - offset && count > 0)
        {
            throw new InvalidDataException(
                $"the shape {Show(shape)} with strides {Show(strides)} from element {offset} on needs more than the {stored} {type} " +
                $"elements stored.");
        }
        if (count > Math.Max(stored, LargestRepeat))
        {
            throw new InvalidDataException(
                $"the shape {Show(shape)} repeats {stored} stored elements to {count}; at most {LargestRepeat} are accepted. " +
                "Save a copy of its own instead: tensor.clone(memory_format=torch.contiguous_format).");
        }
        return new TensorLayout(bytes, type, offset, shape, strides, span);
    }

    /// <summary>The strides of a tensor that lies without gaps, last dimension fastest.</summary>
    public static long[] ContiguousStrides(IReadOnlyList<long> shape)
    {
        var strides = new long[shape.Count];
        long step = 1;
        for (int i = shape.Count - 1; i >= 0; i--)
        {
            strides[i] = step;
            step *= Math.Max(shape[i], 1);
        }
        return strides;
    }

    /// <summary>The number of elements of a shape.</summary>
    /// <exception cref="InvalidDataException">The shape has negative sizes, or no machine could hold it.</exception>
    public static long CountElements(IReadOnlyList<long> shape)
    {
        Int128 largest = 1;
        bool empty = false;
        foreach (long size in shape)
        {
            largest *= Math.Max(size, 1);
            empty |= size == 0;
            // Counted as if no size were zero: strides are made of these products, too.
            if (size < 0 || largest > long.MaxValue / sizeof(double))
            {
                throw new InvalidDataException($"the shape {Show(shape)} is impossible.");
            }
        }
        return empty ? 0 : (long)largest;
    }

    /// <summary>A new contiguous tensor with the values.</summary>
    public Tensor Read()
    {
        using DisposeScope scope = NewDisposeScope();
        // A bool in memory must be 0 or 1, whatever the file says; so it is read as a number and asked.
        bool isBool = _type == ScalarType.Bool, isContiguous = IsContiguous();
        Tensor values = empty(isContiguous ? _shape : [_span], dtype: isBool ? ScalarType.Byte : _type, device: CPU);
        _bytes.From(_offset * ElementTypes.Size(_type), stored => TensorMemory.ForEachChunk(values, stored.ReadExactly));
        values = isBool ? values.ne(Zero) : values;
        values = isContiguous ? values : values.as_strided(_shape, _strides).contiguous();
        return values.MoveToOuterDisposeScope();
    }

    /// <summary>A new contiguous float32 tensor with the values.</summary>
    public Tensor ReadFloat32()
    {
        using DisposeScope scope = NewDisposeScope();
        if (_type == ScalarType.Float32 || _type == ScalarType.Bool || !IsContiguous())
        {
            return Read().to(ScalarType.Float32).MoveToOuterDisposeScope();
        }
        Tensor values = empty(_shape, dtype: ScalarType.Float32, device: CPU);
        _bytes.From(_offset * ElementTypes.Size(_type), stored => Convert(stored, values.view(_span)));
        return values.MoveToOuterDisposeScope();
    }

    private void Convert(Stream stored, Tensor target)
    {
        Tensor piece = empty(Math.Min(_span, LargestPiece), dtype: _type, device: CPU);
        for (long start = 0; start < _span; start += LargestPiece)
        {
            long count = Math.Min(_span - start, LargestPiece);
            using Tensor from = piece.narrow(0, 0, count), to = target.narrow(0, start, count);
            TensorMemory.ForEachChunk(from, stored.ReadExactly);
            to.copy_(from);
        }
    }

    private bool IsContiguous()
    {
        long[] dense = ContiguousStrides(_shape);
        // The stride of a dimension of size 1 is never used. Nothing at all is always without gaps.
        return _span == 0 || Enumerable.Range(0, _shape.Length).All(i => _shape[i] == 1 || _strides[i] == dense[i]);
    }

    /// <summary>The number of elements from the first to the last, gaps included.</summary>
    private static long Span(long[] shape, long[] strides)
    {
        Int128 last = 0;
        for (int i = 0; i < shape.Length; i++)
        {
            last += (Int128)(shape[i] - 1) * strides[i];
        }
        return last < long.MaxValue ? (long)last + 1 : long.MaxValue;
    }

    private static string Show(IReadOnlyList<long> sizes) => $"[{string.Join(", ", sizes)}]";
}
