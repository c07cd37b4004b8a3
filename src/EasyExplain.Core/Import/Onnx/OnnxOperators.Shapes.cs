using EasyExplain.Networks.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Import.Onnx;

// The same numbers in another shape or order, parts of them, several put together, and sums over dimensions.
internal sealed partial class OnnxOperators
{
    private void AddShapes()
    {
        foreach (string name in (string[])["Identity", "Optional", "OptionalGetElement"])
        {
            _functions[name] = call => call.Optional(0) ?? OnnxValue.None;
        }
        _several["Dropout"] = call => call.FixedOrNull(2) is { } training && Single(training) is not 0
            && (call.FixedOrNull(1) is not { } ratio || Single(ratio) is not 0)
            ? throw new NotSupportedException("in training: the model must be exported for use")
            : [call[0], .. call.Node.Outputs.Skip(1).Select(_ => OnnxValue.Unknown)];
        _functions["OptionalHasElement"] = call => Compute(() => TorchSharp.torch.tensor(call.Optional(0) is not null));
        _functions["Shape"] = call =>
        {
            Size[] shape = [.. ShapeOf(call[0])];
            int start = (int)Clamped(call.Integer("start"), shape.Length), end = (int)Clamped(call.Integer("end", shape.Length), shape.Length);
            return ValueOf([.. shape.Take(end).Skip(start)], scalar: false);
        };
        _functions["Size"] = call => ValueOf([ShapeOf(call[0]).Aggregate(new Size(1), (product, size) => product * size)], scalar: true);
        _functions["Reshape"] = call => call[0] is SizesValue sizes
            ? new SizesValue(sizes.Sizes, scalar: Sizes(call[1]).Length == 0)
            : Reshape(call[0], Sizes(call[1]), keepZeros: call.Integer("allowzero") != 0);
        _functions["Flatten"] = call =>
        {
            IReadOnlyList<Size> shape = ShapeOf(call[0]);
            int axis = call.Integer("axis", 1) is var given && given == shape.Count ? shape.Count : Dim(given, shape.Count);
            return Reshape(call[0], [Product(shape.Take(axis)), Product(shape.Skip(axis))]);
        };
        _functions["Transpose"] = call =>
        {
            int rank = Rank(call[0]);
            long[] order = call.Integers("perm") ?? [.. Enumerable.Range(0, rank).Select(i => (long)(rank - 1 - i))];
            return order.Order().SequenceEqual(Enumerable.Range(0, rank).Select(i => (long)i))
                ? Transposed(call[0], order)
                : throw new InvalidDataException("The graph puts dimensions in an order that is none.");
        };
        _functions["Squeeze"] = call =>
        {
            IReadOnlyList<Size> shape = ShapeOf(call[0]);
            int[] dims = call.IntegersOrInput("axes", 1) is { } given ? Dims(given, shape.Count) : [.. Enumerable.Range(0, shape.Count).Where(dim => shape[dim] == new Size(1))];
            return call[0] is SizesValue sizes
                ? new SizesValue(sizes.Sizes, scalar: true)
                : Reshape(call[0], [.. shape.Where((_, dim) => !dims.Contains(dim))], keepZeros: true);
        };
        _functions["Unsqueeze"] = call =>
        {
            if (call[0] is SizesValue sizes)
            {
                return sizes.Scalar ? new SizesValue(sizes.Sizes, scalar: false) : throw new NotSupportedException("of a list of sizes");
            }
            long[] axes = call.IntegersOrInput("axes", 1) ?? throw new InvalidDataException("'Unsqueeze' does not say where.");
            List<Size> shape = [.. ShapeOf(call[0])];
            foreach (int dim in Dims(axes, shape.Count + axes.Length).Order())
            {
                shape.Insert(Math.Min(dim, shape.Count), new Size(1));
            }
            return Reshape(call[0], [.. shape], keepZeros: true);
        };
        _functions["Concat"] = call => Concat([.. call.Inputs], call.Integer("axis", 1));
        _functions["Slice"] = Slice;
        _several["Split"] = Split;
        _functions["Gather"] = Gather;
        _functions["Expand"] = call => Expand(call[0], Sizes(call[1]));
        _functions["Tile"] = call =>
        {
            long[] times = IntegersOf(call.Fixed(1));
            OnnxValue x = call[0];
            if (x is FixedValue known)
            {
                return Compute(() => known.Value.repeat(Bounded([.. times, .. known.Shape])[..times.Length]));
            }
            for (int i = 0; i < times.Length; i++)
            {
                OnnxValue one = x;
                x = times[i] == 1 ? x : times[i] is > 1 and < 1000 ? Apply(new Concat { Dim = i }, [.. Enumerable.Range(0, (int)times[i]).Select(_ => one)]) : throw new InvalidDataException($"The graph repeats something {times[i]} times.");
            }
            return x;
        };
        _functions["Pad"] = Pad;
        _functions["DepthToSpace"] = call =>
        {
            (IReadOnlyList<Size> shape, Size by) = (PictureShape(call), new Size(Math.Max(1, call.Integer("blocksize", 1))));
            Size channels = shape[1] / (by * by);
            return call.Text("mode", "DCR") == "DCR"
                ? Reshape(Transposed(Reshape(call[0], [shape[0], by, by, channels, shape[2], shape[3]]), [0, 3, 4, 1, 5, 2]), [shape[0], channels, shape[2] * by, shape[3] * by])
                : Reshape(Transposed(Reshape(call[0], [shape[0], channels, by, by, shape[2], shape[3]]), [0, 1, 4, 2, 5, 3]), [shape[0], channels, shape[2] * by, shape[3] * by]);
        };
        _functions["SpaceToDepth"] = call =>
        {
            (IReadOnlyList<Size> shape, Size by) = (PictureShape(call), new Size(Math.Max(1, call.Integer("blocksize", 1))));
            (Size height, Size width) = (shape[2] / by, shape[3] / by);
            return Reshape(Transposed(Reshape(call[0], [shape[0], shape[1], height, by, width, by]), [0, 3, 5, 1, 2, 4]), [shape[0], shape[1] * by * by, height, width]);
        };
        foreach (var (name, make) in new (string, Func<long[], bool, Networks.Operator>)[]
        {
            ("ReduceMean", (dims, keep) => new Mean(dims, keep)), ("ReduceSum", (dims, keep) => new Sum(dims, keep)), ("ReduceMax", (dims, keep) => new Max(dims, keep)),
            ("ReduceMin", (dims, keep) => new Min(dims, keep)), ("ReduceL2", (dims, keep) => new L2Norm(dims, keep)),
            ("ReduceLogSumExp", (dims, keep) => new LogSumExp(dims, keep)),
        })
        {
            _functions[name] = call => Reduced(call, call[0], make);
        }
        _functions["ReduceL1"] = call => Reduced(call, Apply(new Abs(), call[0]), (dims, keep) => new Sum(dims, keep));
        _functions["ReduceSumSquare"] = call => Reduced(call, Apply(new Power(2), call[0]), (dims, keep) => new Sum(dims, keep));
        _functions["ReduceLogSum"] = call => Apply(new Log(), Reduced(call, call[0], (dims, keep) => new Sum(dims, keep)));
        _functions["ReduceProd"] = call => call[0] is SizesValue sizes ? ValueOf([Product(sizes.Sizes)], scalar: call.Integer("keepdims", 1) == 0)
            : call[0] is PictureValue ? throw new NotSupportedException("of values that depend on the picture")
            : Reduced(call, call[0], (_, _) => throw new NotSupportedException());
    }

    private IReadOnlyList<Size> PictureShape(OnnxCall call) =>
        Rank(call[0]) == 4 ? ShapeOf(call[0]) : throw new NotSupportedException($"of {Rank(call[0])} dimensions");

    private static Size Product(IEnumerable<Size> sizes) => sizes.Aggregate(new Size(1), (product, size) => product * size);

    private static long Clamped(long at, long size) => Math.Clamp(at < 0 ? at + size : at, 0, size);

    private OnnxValue Transposed(OnnxValue x, long[] order) =>
        order.SequenceEqual(Enumerable.Range(0, order.Length).Select(i => (long)i)) ? x : Apply(new Permute(order), x);

    /// <summary>Another shape; −1 for what follows from the rest, 0 for the size that is there.</summary>
    private OnnxValue Reshape(OnnxValue x, Size[] target, bool keepZeros = false)
    {
        IReadOnlyList<Size> shape = ShapeOf(x);
        target = [.. target.Select((size, i) => size == new Size(0) && !keepZeros && i < shape.Count ? shape[i] : size)];
        int open = Array.IndexOf(target, new Size(-1));
        if (open >= 0)
        {
            Size known = Product(target.Where((_, i) => i != open));
            target[open] = known == new Size(0) ? throw new InvalidDataException("The graph reshapes to a size that is not known.") : Size.Exactly(Product(shape), known);
        }
        ForAnyBatch(shape, target, open);
        if (target.SequenceEqual(shape))
        {
            return x;
        }
        if (x is FixedValue)
        {
            return Apply(new Reshape(Array.ConvertAll(target, size => size.IsFixed ? size.Fixed : throw new NotSupportedException("of a constant to the batch's size"))), x);
        }
        if (target.Length == 2 && shape.Count == 4 && target[0] == _recorder.Pictures && shape[0] == _recorder.Pictures)
        {
            return Apply(new Flatten(), x);
        }
        return target.Count(size => !size.IsFixed) <= 1
            ? Apply(new Reshape(Array.ConvertAll(target, size => size.IsFixed ? size.Fixed : -1)), x)
            : throw new NotSupportedException("to a shape that depends on how many pictures are in the batch in more than one place");
    }

    /// <summary>
    /// A model that was exported for one picture counts on it: [4, 16, 8] of [N, 4, 4, 4, 8], or [1, −1]. The batch goes on being where it was.
    /// </summary>
    private static void ForAnyBatch(IReadOnlyList<Size> shape, Size[] target, int open)
    {
        int batch = Enumerable.Range(0, shape.Count).FirstOrDefault(dim => !shape[dim].IsFixed, -1);
        if (batch < 0 || batch >= target.Length || batch == open || !target[batch].IsFixed || !target.Take(batch).SequenceEqual(shape.Take(batch)))
        {
            return;
        }
        Size wanted = Product(shape), there = Product(target);
        if (open < 0 && there.IsFixed && wanted == new Size(0, there.Fixed))
        {
            target[batch] = new Size(0, target[batch].Fixed);
        }
        else if (open >= 0 && target[open] is { Fixed: 0, PerPicture: > 0 and var each })
        {
            (target[batch], target[open]) = (new Size(0, target[batch].Fixed), new Size(each));
        }
    }

    private OnnxValue Concat(OnnxValue[] parts, long axis)
    {
        if (parts.Any(part => part is SizesValue) && parts.All(part => part is SizesValue or FixedValue))
        {
            return ValueOf([.. parts.SelectMany(Sizes)], scalar: false);
        }
        if (parts.Length == 0 || parts.Any(part => Rank(part) != Rank(parts[0])))
        {
            throw new InvalidDataException("The graph puts tensors of different kinds together.");
        }
        int dim = Dim(axis, Rank(parts[0]));
        if (dim > 0 && parts.Any(part => ShapeOf(part)[0] == Batch))
        {
            // A class token that was exported for one picture.
            parts = [.. parts.Select(part => ShapeOf(part)[0] == new Size(1) ? Apply(new ExpandToBatch(), [part, new PictureValue(_recorder.Batch)]) : part)];
        }
        return parts.Length == 1 ? parts[0] : Apply(dim == 1 ? new Concat() : new Concat { Dim = dim }, parts);
    }

    private OnnxValue Slice(OnnxCall call)
    {
        OnnxValue x = call[0];
        int rank = Rank(x);
        long[] starts = call.IntegersOrInput("starts", 1) ?? throw new InvalidDataException("'Slice' does not say where it begins.");
        long[] ends = call.Integers("ends") ?? [.. Sizes(call[2]).Select((end, i) => end.IsFixed ? end.Fixed : long.MaxValue)];
        long[] axes = call.IntegersOrInput("axes", 3) ?? [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)];
        long[] steps = call.FixedOrNull(4) is { } given ? IntegersOf(given) : [.. starts.Select(_ => 1L)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length || steps.Contains(0))
        {
            throw new InvalidDataException("The graph takes parts that do not fit together.");
        }
        for (int i = 0; i < starts.Length; i++)
        {
            int dim = Dim(axes[i], rank);
            if (steps[i] == 1 && starts[i] == 0 && dim < rank && ShapeOf(x)[dim] is { IsFixed: false })
            {
                continue; // all pictures
            }
            x = Part(x, dim, starts[i], ends[i], steps[i]);
        }
        return x;
    }

    private OnnxValue Part(OnnxValue x, int dim, long start, long end, long step)
    {
        long size = SizeOf(x, dim);
        IReadOnlyList<long> indices;
        if (step > 0)
        {
            (start, end) = (Clamped(start, size), Math.Max(Clamped(start, size), Clamped(end, size)));
            if (x is not SizesValue)
            {
                return (start, end, step) == (0, size, 1) ? x
                    : dim == 1 && step == 1 && Rank(x) == 4 && x is PictureValue && end > start ? Apply(new ChannelSlice(start, end - start), x)
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
        return x is SizesValue sizes ? ValueOf([.. indices.Select(i => sizes.Sizes[i])], scalar: false) : Apply(new IndexSelect(dim, [.. indices]), x);
    }

    private static IEnumerable<long> Range(long count) =>
        Enumerable.Range(0, count <= LongestList ? (int)count : throw new NotSupportedException($"over {count} numbers")).Select(i => (long)i);

    private OnnxValue[] Split(OnnxCall call)
    {
        int dim = Dim(call.Integer("axis"), Rank(call[0])), count = call.Node.Outputs.Count;
        long size = SizeOf(call[0], dim), each = (size + count - 1) / Math.Max(1, count);
        long[] sizes = call.IntegersOrInput("split", 1) ?? [.. Range(count).Select(i => Math.Min(each, size - i * each))];
        if (sizes.Length != count || sizes.Any(part => part < 0) || sizes.Sum() != size)
        {
            throw new InvalidDataException($"The graph splits {size} into [{string.Join(", ", sizes)}].");
        }
        long start = 0;
        return [.. sizes.Select(part => Part(call[0], dim, start, start += part, 1))];
    }

    private OnnxValue Gather(OnnxCall call)
    {
        int dim = Dim(call.Integer("axis"), Rank(call[0]));
        if (call[1] is not FixedValue given)
        {
            throw new NotSupportedException("of entries that depend on the picture");
        }
        long size = SizeOf(call[0], dim);
        long[] indices = [.. IntegersOf(given).Select(index => index >= -size && index < size ? (index + size) % size : throw new InvalidDataException($"The graph asks for part {index} of {size}."))];
        if (call[0] is SizesValue sizes)
        {
            return ValueOf([.. indices.Select(i => sizes.Sizes[i])], scalar: given.Shape.Length == 0);
        }
        return given.Shape.Length switch
        {
            0 => Apply(new Select(dim, indices[0]), call[0]),
            1 => Apply(new IndexSelect(dim, indices), call[0]),
            _ => Reshape(Apply(new IndexSelect(dim, indices), call[0]), [.. ShapeOf(call[0]).Take(dim), .. given.Shape.Select(part => new Size(part)), .. ShapeOf(call[0]).Skip(dim + 1)]),
        };
    }

    private OnnxValue Expand(OnnxValue x, Size[] sizes)
    {
        // As two tensors that are added: dimensions count from the last.
        int rank = Math.Max(sizes.Length, Rank(x));
        Size[] shape = [.. Enumerable.Repeat(new Size(1), rank - Rank(x)), .. ShapeOf(x)];
        sizes = [.. Enumerable.Repeat(new Size(1), rank - sizes.Length), .. sizes];
        Size[] target = [.. sizes.Zip(shape, (wanted, there) => wanted == new Size(1) ? there : wanted)];
        x = Reshape(x, shape, keepZeros: true);
        if (target.SequenceEqual(shape))
        {
            return x;
        }
        if (target[0] == Batch && shape[0] == new Size(1))
        {
            OnnxValue rest = Expand(x, [new Size(1), .. target.Skip(1)]);
            return Apply(new ExpandToBatch(), rest, new PictureValue(_recorder.Batch));
        }
        long[] all = [.. target.Select((size, i) => size == shape[i] ? -1 : size.IsFixed ? size.Fixed : throw new NotSupportedException("to how many pictures are in the batch"))];
        Bounded([.. target.Select(size => size.At(1))]);
        return Apply(new Expand(all), x);
    }

    private OnnxValue Pad(OnnxCall call)
    {
        int rank = Rank(call[0]);
        long[] pads = call.IntegersOrInput("pads", 1) ?? [];
        if (call.FixedOrNull(3) is { } given)
        {
            int[] axes = Dims(IntegersOf(given), rank);
            long[] some = pads.Length == 2 * axes.Length ? pads : throw new InvalidDataException("The graph pads dimensions that are not there.");
            pads = new long[2 * rank];
            for (int i = 0; i < axes.Length; i++)
            {
                (pads[axes[i]], pads[axes[i] + rank]) = (some[i], some[i + axes.Length]);
            }
        }
        if (pads.Length != 2 * rank)
        {
            throw new InvalidDataException("The graph pads dimensions that are not there.");
        }
        PadMode mode = call.Text("mode", "constant") switch
        {
            "constant" => PadMode.Constant,
            "reflect" => PadMode.Reflect,
            "edge" => PadMode.Replicate,
            var other => throw new NotSupportedException($"of the kind '{other}'"),
        };
        double value = call.FixedOrNull(2) is { } number ? Single(number) ?? 0 : call.Real("value");
        int outer = Enumerable.Range(0, rank).FirstOrDefault(dim => pads[dim] != 0 || pads[dim + rank] != 0, rank);
        long[] amounts = [.. Enumerable.Range(outer, rank - outer).Reverse().SelectMany(dim => new[] { pads[dim], pads[dim + rank] })];
        return amounts.Length == 0 ? call[0] : amounts.All(amount => Math.Abs(amount) < int.MaxValue) ? Apply(new Pad(amounts, mode, value), call[0])
            : throw new InvalidDataException($"The layer '{_layer}' has a padding of [{string.Join(", ", pads)}].");
    }

    private OnnxValue Reduced(OnnxCall call, OnnxValue x, Func<long[], bool, Networks.Operator> make)
    {
        int rank = Rank(x);
        long[]? axes = call.IntegersOrInput("axes", 1);
        if (axes is null or [] && call.Integer("noop_with_empty_axes") != 0)
        {
            return x;
        }
        long[] dims = axes is null or [] ? [.. Range(rank)] : [.. Dims(axes, rank).Select(dim => (long)dim)];
        bool keep = call.Integer("keepdims", 1) != 0;
        if (x is FixedValue known)
        {
            return Compute(() => ReducedAtOnce(call.Node.Type, known.Value, dims, keep, make));
        }
        if (make(dims, keep) is Mean && x is PictureValue && rank == 4 && dims.Order().SequenceEqual([2L, 3L]))
        {
            // The mean over height and width is pooling, which more is known about.
            OnnxValue pooled = Apply(new AdaptiveAvgPool2d(1), x);
            return keep ? pooled : Apply(new Flatten(), pooled);
        }
        return Apply(make(dims, keep), x);
    }

    /// <summary>The same of a constant; of whole numbers the result is whole, without what a mean or a root has behind the point.</summary>
    private static Tensor ReducedAtOnce(string type, Tensor value, long[] dims, bool keep, Func<long[], bool, Networks.Operator> make)
    {
        using DisposeScope scope = NewDisposeScope();
        bool whole = !value.is_floating_point();
        Tensor numbers = whole ? value.to(ScalarType.Int64) : value, result;
        switch (type)
        {
            case "ReduceSum" or "ReduceMax" or "ReduceMin":
                result = make(dims, keep).Run([numbers]);
                break;
            case "ReduceProd":
                result = numbers;
                foreach (long dim in dims.OrderDescending())
                {
                    result = result.prod(dim, keep);
                }
                break;
            default:
                result = make(dims, keep).Run([whole ? numbers.to(ScalarType.Float64) : numbers]);
                break;
        }
        return (whole ? result.to(ScalarType.Int64) : result).alias().MoveToOuterDisposeScope();
    }
}
