using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Import;

// The same numbers in another shape or order, parts of them, several put together, and sums over dimensions.
internal abstract partial class Dialect
{
    /// <summary>Another shape; −1 for what follows from the rest.</summary>
    protected ModelValue Reshape(ModelValue x, Size[] target)
    {
        IReadOnlyList<Size> shape = ShapeOf(x);
        target = Completed(target, shape);
        if (target.SequenceEqual(shape))
        {
            return x;
        }
        if (x is not PictureValue)
        {
            return Apply(new Reshape(Array.ConvertAll(target, Fixed)), x);
        }
        if (_fusions.Apart(NodeOf(x), target) is { } apart)
        {
            return new PictureValue(Recorder.Call(Layer, apart.Operator, apart.Inputs));
        }
        if (target.Length == 2 && shape.Count == 4 && target[0] == Recorder.Pictures && shape[0] == Recorder.Pictures)
        {
            return Apply(new Flatten(), x);
        }
        return target.Count(size => !size.IsFixed) <= 1
            ? Apply(new Reshape(Array.ConvertAll(target, size => size.IsFixed ? size.Fixed : -1)), x)
            : throw new NotSupportedException("to a shape that depends on how many pictures are in the batch in more than one place");
    }

    /// <summary>A shape with what follows from the rest.</summary>
    protected Size[] Completed(Size[] target, IReadOnlyList<Size> shape)
    {
        int open = Array.IndexOf(target, new Size(-1));
        if (open < 0)
        {
            return target;
        }
        Size known = Product(target.Where((_, i) => i != open));
        Size left = known != new Size(0)
            ? Size.Exactly(Product(shape), known)
            : throw new InvalidDataException($"The {_source} reshapes to a size that is not known.");
        return [.. target.Select((size, i) => i == open ? left : size)];
    }

    /// <summary>Its dimensions in another order.</summary>
    protected ModelValue Permuted(ModelValue x, params long[] order)
    {
        long[] same = [.. Range(Rank(x))];
        if (order.SequenceEqual(same))
        {
            return x;
        }
        if (!order.Order().SequenceEqual(same))
        {
            throw new InvalidDataException($"The {_source} puts dimensions in an order that is none.");
        }
        // A weight that is turned back is the one in the file again.
        return x is not FixedTensor { Shape.Length: 2 } weight ? Apply(new Permute(order), x)
            : weight.TransposeOf ?? Compute(() => weight.Value.t(), transposeOf: weight);
    }

    /// <summary>Two of its dimensions changed over.</summary>
    protected ModelValue Turned(ModelValue x, long a, long b)
    {
        int rank = Rank(x);
        long[] order = [.. Range(rank)];
        (int first, int second) = (Dim(a, rank), Dim(b, rank));
        (order[first], order[second]) = (second, first);
        return Permuted(x, order);
    }

    /// <summary>
    /// Repeated along dimensions of one until it has that shape, which has as many dimensions or more, counted from the last.
    /// </summary>
    protected ModelValue Expanded(ModelValue x, Size[] target)
    {
        Size[] shape = [.. Enumerable.Repeat(new Size(1), Math.Max(0, target.Length - Rank(x))), .. ShapeOf(x)];
        if (x is FixedTensor { Shape.Length: 2 } matrix && target is [var first, var rows, var columns] && first == Size.OfPictures
            && ShapeOf(x).SequenceEqual([rows, columns]))
        {
            PictureValue forEach = (PictureValue)ToBatch(Reshape(x, shape));
            _forEach[forEach.Node] = matrix;
            return forEach;
        }
        x = Reshape(x, shape);
        if (target.SequenceEqual(shape))
        {
            return x;
        }
        // Only the batch's own dimension, the first, can be repeated as often as there are pictures.
        if (target[0] == Size.OfPictures && shape[0] == new Size(1))
        {
            return ToBatch(Expanded(x, [new Size(1), .. target.Skip(1)]));
        }
        long[] sizes = [.. target.Select((size, i) => size == shape[i] ? -1 : Fixed(size))];
        Bounded([.. target.Select(size => size.At(1))]);
        return Apply(new Expand(sizes), x);
    }

    /// <summary>Of one for all pictures, one for each.</summary>
    protected ModelValue ToBatch(ModelValue x) => new PictureValue(Recorder.Call(Layer, new ExpandToBatch(), NodeOf(x), Recorder.Batch));

    /// <summary>One entry along a dimension, which is then gone.</summary>
    protected ModelValue Selected(ModelValue x, long dim, long index)
    {
        int at = Dim(dim, Rank(x));
        return Apply(new Select(at, Place(index, SizeOf(x, at))), x);
    }

    /// <summary>A place counted from the front.</summary>
    protected long Place(long index, long size) => index >= -size && index < size
        ? index < 0 ? index + size : index
        : throw new InvalidDataException($"The {_source} asks for part {index} of {size}.");

    /// <summary>Entries along a dimension from one on, before another; bounds that are negative count from the end.</summary>
    protected ModelValue Part(ModelValue x, int dim, long start, long end, long step = 1)
    {
        long size = SizeOf(x, dim);
        long[] indices;
        if (step > 0)
        {
            (start, end) = (Clamped(start, size), Math.Max(Clamped(start, size), Clamped(end, size)));
            if (x is not SizesValue)
            {
                return (start, end, step) == (0, size, 1) ? x
                    : dim == 1 && step == 1 && Rank(x) == 4 && x is PictureValue && end > start
                    ? Apply(new ChannelSlice(start, end - start), x)
                    : Apply(new Slice(dim, start, end, step), x);
            }
            indices = [.. Range(end - start).Where(i => i % step == 0).Select(i => start + i)];
        }
        else
        {
            start = Math.Clamp(start < 0 ? start + size : start, -1, size - 1);
            end = Math.Clamp(end < 0 ? end + size : end, -1, size - 1);
            indices = [.. Range(Math.Max(0, start - end)).Where(i => i % step == 0).Select(i => start - i)];
        }
        return x is SizesValue sizes ? ValueOf([.. indices.Select(i => sizes.Sizes[i])], scalar: false)
            : Apply(new IndexSelect(dim, indices), x);
    }

    /// <summary>A bound within a dimension; one that is negative counts from the end.</summary>
    protected static long Clamped(long at, long size) => Math.Clamp(at < 0 ? at + size : at, 0, size);

    /// <summary>Several, one behind the other along a dimension.</summary>
    protected ModelValue Joined(IReadOnlyList<ModelValue> parts, long dim) =>
        parts.Count == 1 ? parts[0] : Apply(new Concat { Dim = Dim(dim, Rank(parts[0])) }, [.. parts]);

    /// <summary>Something over dimensions, such as their sum.</summary>
    protected ModelValue Reduced(ModelValue x, long[] dims, bool keep, Func<long[], bool, Operator> make)
    {
        Operator operation = make(dims, keep);
        if (operation is not Mean || x is not PictureValue || Rank(x) != 4 || !dims.Order().SequenceEqual([2L, 3L]))
        {
            return Apply(operation, x);
        }
        // The mean over height and width is pooling, which more is known about.
        ModelValue pooled = Apply(new AdaptiveAvgPool2d(1), x);
        return keep ? pooled : Apply(new Flatten(), pooled);
    }

    /// <summary>Blocks of channels as blocks of pixels (Shi et al. 2016, arXiv 1609.05158).</summary>
    protected ModelValue PixelShuffled(ModelValue x, Size by)
    {
        IReadOnlyList<Size> shape = PictureShape(x);
        Size channels = shape[1] / (by * by);
        ModelValue y = Permuted(Reshape(x, [shape[0], channels, by, by, shape[2], shape[3]]), 0, 1, 4, 2, 5, 3);
        return Reshape(y, [shape[0], channels, shape[2] * by, shape[3] * by]);
    }

    /// <summary>The shape of what must have pictures, channels, rows and columns.</summary>
    protected IReadOnlyList<Size> PictureShape(ModelValue x) =>
        ShapeOf(x) is { Count: 4 } shape ? shape : throw new NotSupportedException($"of {Rank(x)} dimensions");

    /// <summary>Numbers, mirrored or repeated pixels around it: before and after each dimension, the last one first.</summary>
    protected ModelValue Padded(ModelValue x, long[] amounts, string mode, double value) => Apply(new Pad(amounts, mode switch
    {
        "constant" => PadMode.Constant,
        "reflect" => PadMode.Reflect,
        "edge" or "replicate" => PadMode.Replicate,
        _ => throw new NotSupportedException($"of the kind '{mode}'"),
    }, value), x);
}
