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
            _functions[name] = call => call.Optional(0) ?? Absent.Value;
        }
        _several["Dropout"] = call => call.FixedOrNull(2) is { } training && Single(training) is not 0
            && (call.FixedOrNull(1) is not { } ratio || Single(ratio) is not 0)
            ? throw new NotSupportedException("in training: the model must be exported for use")
            : [call[0], .. call.Node.Outputs.Skip(1).Select(_ => Unknown.Value)];
        _functions["OptionalHasElement"] = call => Compute(() => TorchSharp.torch.tensor(call.Optional(0) is not null));
        _functions["Shape"] = call =>
        {
            Size[] shape = [.. ShapeOf(call[0])];
            int start = (int)Clamped(call.Integer("start"), shape.Length),
                end = (int)Clamped(call.Integer("end", shape.Length), shape.Length);
            return ValueOf([.. shape.Take(end).Skip(start)], scalar: false);
        };
        _functions["Size"] = call => ValueOf([ShapeOf(call[0]).Aggregate(new Size(1), (product, size) => product * size)], scalar: true);
        _functions["Reshape"] = call => call[0] is SizesValue sizes
            ? new SizesValue(sizes.Sizes, scalar: Sizes(call[1]).Length == 0)
            : Reshaped(call[0], Sizes(call[1]), keepZeros: call.Integer("allowzero") != 0);
        _functions["Flatten"] = call =>
        {
            IReadOnlyList<Size> shape = ShapeOf(call[0]);
            int axis = call.Integer("axis", 1) is var given && given == shape.Count ? shape.Count : Dim(given, shape.Count);
            return Reshape(call[0], [Product(shape.Take(axis)), Product(shape.Skip(axis))]);
        };
        _functions["Transpose"] = call => Permuted(call[0], call.Integers("perm") ?? [.. Range(Rank(call[0])).Reverse()]);
        _functions["Squeeze"] = call =>
        {
            IReadOnlyList<Size> shape = ShapeOf(call[0]);
            int[] dims = call.IntegersOrInput("axes", 1) is { } given ? Dims(given, shape.Count)
                : [.. Enumerable.Range(0, shape.Count).Where(dim => shape[dim] == new Size(1))];
            return call[0] is SizesValue sizes
                ? new SizesValue(sizes.Sizes, scalar: true)
                : Reshaped(call[0], [.. shape.Where((_, dim) => !dims.Contains(dim))]);
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
            return Reshape(call[0], [.. shape]);
        };
        _functions["Concat"] = call => Concat([.. call.Inputs], call.Integer("axis", 1));
        _functions["Slice"] = Slice;
        _several["Split"] = Split;
        _functions["Gather"] = Gather;
        _functions["Expand"] = call => Broadcast(call[0], Sizes(call[1]));
        _functions["Tile"] = call =>
        {
            long[] times = IntegersOf(call.Fixed(1));
            ModelValue x = call[0];
            if (x is FixedTensor known)
            {
                return Compute(() => known.Value.repeat(Bounded([.. times, .. known.Shape])[..times.Length]));
            }
            for (int i = 0; i < times.Length; i++)
            {
                ModelValue one = x;
                x = times[i] == 1 ? x : times[i] is > 1 and < 1000
                    ? Apply(new Concat { Dim = i }, [.. Enumerable.Range(0, (int)times[i]).Select(_ => one)])
                    : throw new InvalidDataException($"The graph repeats something {times[i]} times.");
            }
            return x;
        };
        _functions["Pad"] = Pad;
        _functions["DepthToSpace"] = call =>
        {
            var by = new Size(Math.Max(1, call.Integer("blocksize", 1)));
            if (call.Text("mode", "DCR") != "DCR")
            {
                return PixelShuffled(call[0], by);
            }
            IReadOnlyList<Size> shape = PictureShape(call[0]);
            Size channels = shape[1] / (by * by);
            ModelValue y = Permuted(Reshape(call[0], [shape[0], by, by, channels, shape[2], shape[3]]), 0, 3, 4, 1, 5, 2);
            return Reshape(y, [shape[0], channels, shape[2] * by, shape[3] * by]);
        };
        _functions["SpaceToDepth"] = call =>
        {
            (IReadOnlyList<Size> shape, Size by) = (PictureShape(call[0]), new Size(Math.Max(1, call.Integer("blocksize", 1))));
            (Size height, Size width) = (shape[2] / by, shape[3] / by);
            return Reshape(Permuted(Reshape(call[0], [shape[0], shape[1], height, by, width, by]), 0, 3, 5, 1, 2, 4),
                [shape[0], shape[1] * by * by, height, width]);
        };
        _functions["ReduceL1"] = call => Reduced(call, Apply(new Abs(), call[0]), (dims, keep) => new Sum(dims, keep));
        _functions["ReduceSumSquare"] = call => Reduced(call, Apply(new Power(2), call[0]), (dims, keep) => new Sum(dims, keep));
        _functions["ReduceLogSum"] = call => Apply(new Log(), Reduced(call, call[0], (dims, keep) => new Sum(dims, keep)));
        _functions["ReduceProd"] = call =>
            call[0] is SizesValue sizes ? ValueOf([Product(sizes.Sizes)], scalar: call.Integer("keepdims", 1) == 0)
            : call[0] is PictureValue ? throw new NotSupportedException("of values that depend on the picture")
            : Reduced(call, call[0], (_, _) => throw new NotSupportedException());
    }

    /// <summary>The shape that is asked for: 0 for the size that is there, and the batch where a model counts on one picture.</summary>
    private ModelValue Reshaped(ModelValue x, Size[] target, bool keepZeros = true)
    {
        IReadOnlyList<Size> shape = ShapeOf(x);
        target = [.. target.Select((size, i) => size == new Size(0) && !keepZeros && i < shape.Count ? shape[i] : size)];
        int open = Array.IndexOf(target, new Size(-1));
        target = Completed(target, shape);
        ForAnyBatch(shape, target, open);
        return Reshape(x, target);
    }

    /// <summary>
    /// A model that was exported for one picture counts on it: [4, 16, 8] of [N, 4, 4, 4, 8], or [1, −1]. The batch goes on being where it
    /// was.
    /// </summary>
    private static void ForAnyBatch(IReadOnlyList<Size> shape, Size[] target, int open)
    {
        int batch = Enumerable.Range(0, shape.Count).FirstOrDefault(dim => !shape[dim].IsFixed, -1);
        if (batch < 0 || batch >= target.Length || batch == open || !target[batch].IsFixed
            || !target.Take(batch).SequenceEqual(shape.Take(batch)))
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

    private ModelValue Concat(ModelValue[] parts, long axis)
    {
        if (parts.Any(part => part is SizesValue) && parts.All(part => part is SizesValue or FixedTensor))
        {
            return ValueOf([.. parts.SelectMany(Sizes)], scalar: false);
        }
        if (parts.Length == 0 || parts.Any(part => Rank(part) != Rank(parts[0])))
        {
            throw new InvalidDataException("The graph puts tensors of different kinds together.");
        }
        int dim = Dim(axis, Rank(parts[0]));
        if (dim > 0 && parts.Any(part => ShapeOf(part)[0] == Size.OfPictures))
        {
            // A class token that was exported for one picture.
            parts = [.. parts.Select(part => ShapeOf(part)[0] == new Size(1) ? ToBatch(part) : part)];
        }
        return Joined(parts, dim);
    }

    private ModelValue Slice(OnnxCall call)
    {
        ModelValue x = call[0];
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

    private ModelValue[] Split(OnnxCall call)
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

    private ModelValue Gather(OnnxCall call)
    {
        int dim = Dim(call.Integer("axis"), Rank(call[0]));
        if (call[1] is not FixedTensor given)
        {
            throw new NotSupportedException("of entries that depend on the picture");
        }
        long size = SizeOf(call[0], dim);
        long[] indices = [.. IntegersOf(given).Select(index => Place(index, size))];
        if (call[0] is SizesValue sizes)
        {
            return ValueOf([.. indices.Select(i => sizes.Sizes[i])], scalar: given.Shape.Length == 0);
        }
        return given.Shape.Length switch
        {
            0 => Apply(new Select(dim, indices[0]), call[0]),
            1 => Apply(new IndexSelect(dim, indices), call[0]),
            _ => Reshape(Apply(new IndexSelect(dim, indices), call[0]),
                [.. ShapeOf(call[0]).Take(dim), .. given.Shape.Select(part => new Size(part)), .. ShapeOf(call[0]).Skip(dim + 1)]),
        };
    }

    /// <summary>As with two tensors that are added: dimensions count from the last, and of one there is as many as of the other.</summary>
    private ModelValue Broadcast(ModelValue x, Size[] sizes)
    {
        IReadOnlyList<Size> shape = ShapeOf(x);
        int rank = Math.Max(sizes.Length, shape.Count);
        IEnumerable<Size> there = Enumerable.Repeat(new Size(1), rank - shape.Count).Concat(shape);
        IEnumerable<Size> wanted = Enumerable.Repeat(new Size(1), rank - sizes.Length).Concat(sizes);
        return Expanded(x, [.. wanted.Zip(there, (to, from) => to == new Size(1) ? from : to)]);
    }

    private ModelValue Pad(OnnxCall call)
    {
        int rank = Rank(call[0]);
        long[] pads = call.IntegersOrInput("pads", 1) ?? [];
        if (call.FixedOrNull(3) is { } given)
        {
            int[] axes = Dims(IntegersOf(given), rank);
            long[] some = pads.Length == 2 * axes.Length ? pads
                : throw new InvalidDataException("The graph pads dimensions that are not there.");
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
        string mode = call.Text("mode", "constant");
        double value = call.FixedOrNull(2) is { } number ? Single(number) ?? 0 : call.Real("value");
        int outer = Enumerable.Range(0, rank).FirstOrDefault(dim => pads[dim] != 0 || pads[dim + rank] != 0, rank);
        long[] amounts = [.. Enumerable.Range(outer, rank - outer).Reverse().SelectMany(dim => new[] { pads[dim], pads[dim + rank] })];
        return amounts.Length == 0 ? call[0] : amounts.All(amount => Math.Abs(amount) < int.MaxValue)
            ? Padded(call[0], amounts, mode, value)
            : throw new InvalidDataException($"The layer '{Layer}' has a padding of [{string.Join(", ", pads)}].");
    }

    private ModelValue Reduced(OnnxCall call, ModelValue x, Func<long[], bool, Networks.Operator> make)
    {
        int rank = Rank(x);
        long[]? axes = call.IntegersOrInput("axes", 1);
        if (axes is null or [] && call.Integer("noop_with_empty_axes") != 0)
        {
            return x;
        }
        long[] dims = axes is null or [] ? [.. Range(rank)] : [.. Dims(axes, rank).Select(dim => (long)dim)];
        bool keep = call.Integer("keepdims", 1) != 0;
        if (x is FixedTensor known)
        {
            return Compute(() => ReducedAtOnce(call.Node.Type, known.Value, dims, keep, make));
        }
        return Reduced(x, dims, keep, make);
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
