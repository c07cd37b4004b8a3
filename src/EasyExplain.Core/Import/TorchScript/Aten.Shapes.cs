using EasyExplain.Networks.Operators;
using static TorchSharp.torch;

namespace EasyExplain.Import.TorchScript;

// The same numbers in another shape or order, parts of them, several put together, and sums over dimensions.
internal sealed partial class Aten
{
    private static readonly Size Batch = new(0, 1);

    private void AddShapes()
    {
        _functions["size"] = call => call.Count < 2 ? ShapeOf(call.Tensor(0)).Select(size => (object?)size).ToList() : ShapeOf(call.Tensor(0))[(int)Dim(call.Tensor(0), call.Integer(1))];
        _functions["shape"] = _functions["_shape_as_tensor"] = _functions["size"];
        _functions["dim"] = call => new Size(Rank(call.Tensor(0)));
        _functions["ndimension"] = _functions["dim"];
        _functions["numel"] = call => ShapeOf(call.Tensor(0)).Aggregate(new Size(1), (product, size) => product * size);

        foreach (string name in (string[])["contiguous", "detach", "alias", "data", "to", "type_as", "float", "cpu", "cuda", "requires_grad_", "lift_fresh", "detach_", "expand_copy_", "pin_memory", "_autocast_to_full_precision"])
        {
            _functions[name] = call => call[0] is ScriptTensor tensor ? Converted(name, tensor, call) : NumberOf("float", call[0]);
        }
        _functions["clone"] = call => call.Tensor(0) is { Content: FixedTensor known } ? Compute(() => known.Value.clone()) : new ScriptTensor(call.Tensor(0).Content);

        _functions["view"] = _functions["reshape"] = _functions["_reshape_alias"] = _functions["_unsafe_view"] = call => Reshape(call.Tensor(0), call.Sizes(1));
        _functions["view_as"] = _functions["reshape_as"] = call => Reshape(call.Tensor(0), [.. ShapeOf(call.Tensor(1))]);
        _functions["flatten"] = call => Flatten(call.Tensor(0), call.Integer(1, 0, "start_dim"), call.Integer(2, -1, "end_dim"));
        _functions["unflatten"] = call =>
        {
            ScriptTensor x = call.Tensor(0);
            IReadOnlyList<Size> shape = ShapeOf(x);
            int dim = (int)Dim(x, call.Integer(1));
            Size[] parts = call.Sizes(2);
            Size known = parts.Where(part => part != new Size(-1)).Aggregate(new Size(1), (product, part) => product * part);
            return Reshape(x, [.. shape.Take(dim), .. parts.Select(part => part == new Size(-1) ? FloorDivide(shape[dim], known) : part), .. shape.Skip(dim + 1)]);
        };
        _functions["permute"] = call => Permute(call.Tensor(0), Array.ConvertAll(call.Integers(1, "dims"), dim => Dim(call.Tensor(0), dim)));
        _functions["transpose"] = _functions["swapaxes"] = _functions["swapdims"] = call => Transpose(call.Tensor(0), call.Integer(1), call.Integer(2));
        _functions["t"] = _functions["numpy_T"] = call => Rank(call.Tensor(0)) < 2 ? call.Tensor(0) : Transpose(call.Tensor(0), 0, 1);
        _functions["movedim"] = call =>
        {
            ScriptTensor x = call.Tensor(0);
            List<long> order = [.. Enumerable.Range(0, Rank(x)).Select(dim => (long)dim)];
            (long from, long to) = (Dim(x, call.Integer(1)), Dim(x, call.Integer(2)));
            order.RemoveAt((int)from);
            order.Insert((int)to, from);
            return Permute(x, [.. order]);
        };

        _functions["unsqueeze"] = call =>
        {
            ScriptTensor x = call.Tensor(0);
            return ApplyView(new Unsqueeze((int)Dim(call.Integer(1), Rank(x) + 1)), ForShape(x));
        };
        _functions["squeeze"] = call =>
        {
            ScriptTensor x = call.Tensor(0);
            long[] dims = call.Count < 2 ? [.. Enumerable.Range(0, Rank(x)).Select(dim => (long)dim)] : Array.ConvertAll(call.Integers(1), dim => Dim(x, dim));
            foreach (long dim in dims.OrderDescending().Where(dim => ShapeOf(x)[(int)dim] == new Size(1)))
            {
                x = ApplyView(new Squeeze((int)dim), x);
            }
            return x;
        };
        _functions["expand"] = call => Expand(call.Tensor(0), call.Sizes(1));
        _functions["expand_as"] = call => Expand(call.Tensor(0), [.. ShapeOf(call.Tensor(1))]);
        _functions["broadcast_to"] = _functions["expand"];
        _functions["repeat"] = call => Repeat(call.Tensor(0), call.Sizes(1));
        _functions["tile"] = call =>
        {
            Size[] times = call.Sizes(1);
            return Repeat(call.Tensor(0), [.. Enumerable.Repeat(new Size(1), Math.Max(0, Rank(call.Tensor(0)) - times.Length)), .. times]);
        };
        _functions["flip"] = call =>
        {
            ScriptTensor x = call.Tensor(0);
            foreach (int dim in call.Integers(1).Select(dim => (int)Dim(x, dim)))
            {
                x = Apply(new IndexSelect(dim, [.. Range(Integer(ShapeOf(x)[dim])).Reverse()]), x);
            }
            return x;
        };

        _functions["select"] = call => Select(call.Tensor(0), call.Integer(1), call.Integer(2));
        _functions["slice"] = call =>
        {
            if (call[0] is not ScriptTensor x)
            {
                List<object?> part = Sublist(ListOf(call[0]), call[1], call[2], call.Integer(3, 1));
                return call[0] is object?[]? part.ToArray() : part;
            }
            return Slice(x, call.Integer(1), call[2], call[3], call.Integer(4, 1));
        };
        _functions["narrow"] = call => Slice(call.Tensor(0), call.Integer(1), call[2], new Size(call.Integer(2) + call.Integer(3)), 1);
        _functions["chunk"] = call =>
        {
            ScriptTensor x = call.Tensor(0);
            long dim = Dim(x, call.Integer(2)), size = Integer(ShapeOf(x)[(int)dim]), chunks = call.Integer(1);
            return chunks > 0 ? Parts(x, dim, Enumerable.Repeat((size + chunks - 1) / chunks, (int)Math.Min(chunks, size))) : throw new InvalidDataException("The code asks for no chunks.");
        };
        _functions["split"] = _functions["split_with_sizes"] = call =>
        {
            ScriptTensor x = call.Tensor(0);
            long dim = Dim(x, call.Integer(2, 0, "dim")), size = Integer(ShapeOf(x)[(int)dim]);
            long[] sizes = call.Integers(1);
            return Parts(x, dim, call[1] is IReadOnlyList<object?> ? sizes
                : sizes[0] > 0 ? Enumerable.Repeat(sizes[0], (int)Math.Min(LongestList, (size + sizes[0] - 1) / sizes[0])) : throw new InvalidDataException("The code asks for parts of no size."));
        };
        _functions["unbind"] = call =>
        {
            ScriptTensor x = call.Tensor(0);
            long dim = Dim(x, call.Integer(1));
            return Enumerable.Range(0, (int)Math.Min(LongestList, Integer(ShapeOf(x)[(int)dim]))).Select(i => (object?)Select(x, dim, i)).ToList();
        };
        _functions["cat"] = _functions["concat"] = call => Concat(call.Tensors(0), call.Integer(1, 0, "dim"));
        _functions["stack"] = call =>
        {
            ScriptTensor[] parts = call.Tensors(0);
            if (parts.Length > 0 && parts.All(part => part.Content is Size or double))
            {
                return Compute(() => stack(parts.Select(part => FixedOf(part).Value)));
            }
            long dim = Dim(call.Integer(1, 0, "dim"), parts.Length == 0 ? 0 : Rank(parts[0]) + 1);
            return Concat([.. parts.Select(part => Apply(new Unsqueeze((int)dim), part))], dim);
        };
        _functions["roll"] = call => Apply(new Roll(Array.ConvertAll(call.Integers(2), dim => Dim(call.Tensor(0), dim)), call.Integers(1)), call.Tensor(0));
        _functions["pad"] = call => Padded(call, call.Text(2, "constant", "mode"), call[3, "value"] is { } value ? Real(value) : 0);
        _functions["constant_pad_nd"] = call => Padded(call, "constant", call.Real(2));
        _functions["reflection_pad2d"] = call => Padded(call, "reflect", 0);
        _functions["replication_pad2d"] = call => Padded(call, "replicate", 0);
        _functions["pixel_shuffle"] = call => PixelShuffle(call.Tensor(0), call.Integer(1));
        _functions["pixel_unshuffle"] = call => PixelUnshuffle(call.Tensor(0), call.Integer(1));
        _functions["channel_shuffle"] = call =>
        {
            ScriptTensor x = call.Tensor(0);
            IReadOnlyList<Size> shape = ShapeOf(x);
            Size groups = new(call.Integer(1));
            return Reshape(Transpose(Reshape(x, [shape[0], groups, FloorDivide(shape[1], groups), .. shape.Skip(2)]), 1, 2), [.. shape]);
        };

        _functions["mean"] = call => Mean(call.Tensor(0), Dims(call), call.Flag(2, false, "keepdim"));
        _functions["sum"] = call => call[0] is List<object?> numbers
            ? numbers.Select(number => ScalarOf(number)!).Aggregate((object)new Size(0), (a, b) => Arithmetic("add", a, b))
            : Apply(new Sum(Dims(call), call.Flag(2, false, "keepdim")), call.Tensor(0));
        _functions["var"] = call => Variance(call);
        _functions["std"] = call => Apply(new Sqrt(), Variance(call));
        _functions["amax"] = call => Apply(new Max(Dims(call), call.Flag(2, false, "keepdim")), call.Tensor(0));
        _functions["logsumexp"] = call => Apply(new LogSumExp(Dims(call), call.Flag(2, false, "keepdim")), call.Tensor(0));
        _functions["amin"] = call => Apply(new Min(Dims(call), call.Flag(2, false, "keepdim")), call.Tensor(0));

        ScriptTensor Variance(AtenCall call)
        {
            // Of everything, or over dimensions; one number less is counted, unless it says otherwise.
            ScriptTensor x = call.Tensor(0);
            long[] dims = Dims(call);
            double count = dims.Aggregate(1.0, (product, dim) => product * Integer(ShapeOf(x)[(int)dim]));
            double fewer = call.Named.TryGetValue("correction", out object? correction) ? correction is null ? 1 : Real(correction)
                : (call.Count == 2 && call[1] is bool of ? of : call.Flag(2, true, "unbiased")) ? 1 : 0;
            ScriptTensor apart = (ScriptTensor)Pair("sub", x, Apply(new Mean(dims, true), x));
            ScriptTensor mean = Apply(new Mean(dims, call.Flag(3, false, "keepdim")), Apply(new Power(2), apart));
            return fewer == 0 ? mean : Apply(new MultiplyBy(count / (count - fewer)), mean);
        }
        long[] Dims(AtenCall call) => call[1, "dim"] is IReadOnlyList<object?> or Size
            ? Array.ConvertAll(call.Integers(1, "dim"), dim => Dim(call.Tensor(0), dim)) is { Length: > 0 } dims ? dims : All(call)
            : All(call);
        long[] All(AtenCall call) => [.. Enumerable.Range(0, Rank(call.Tensor(0))).Select(dim => (long)dim)];
    }

    private static List<object?> Sublist(IReadOnlyList<object?> list, object? from, object? to, long step)
    {
        long start = Bound(from, 0, list.Count), end = Bound(to, list.Count, list.Count);
        return step > 0
            ? [.. list.Skip((int)start).Take((int)Math.Max(0, end - start)).Where((_, i) => i % step == 0)]
            : throw new InvalidDataException("The code takes a part of a list in steps that are not positive.");
    }

    private static long Bound(object? bound, long otherwise, long size)
    {
        long at = bound is null ? otherwise : Integer(bound);
        return Math.Clamp(at < 0 ? at + size : at, 0, size);
    }

    /// <summary>A conversion to another type changes nothing here: fractions are float32 always. What is the same for every picture is really converted.</summary>
    private ScriptTensor Converted(string name, ScriptTensor tensor, AtenCall call)
    {
        if (tensor.Content is FixedTensor known && name is "to" or "float" or "contiguous" or "type_as")
        {
            ScalarType? wanted = name switch
            {
                "float" => ScalarType.Float32,
                "type_as" => call.Tensor(1).Content is FixedTensor other ? other.Type : ScalarType.Float32,
                "to" when call[1] is ScriptTensor like => like.Content is FixedTensor other ? other.Type : ScalarType.Float32,
                "to" => TypeOf(call[1, "dtype"] is Size ? call[1, "dtype"] : call[2] is Size ? call[2] : call.Named.GetValueOrDefault("dtype")),
                _ => null,
            };
            return wanted is { } type && type != known.Type ? Compute(() => known.Value.to(type)) : tensor;
        }
        return tensor;
    }

    /// <summary>A type by ATen's number; null for none.</summary>
    private static ScalarType? TypeOf(object? number) => number is not Size size ? null : Integer(size) switch
    {
        >= 0 and <= 4 and var integer => (ScalarType)integer,
        >= 5 and <= 7 or 15 => ScalarType.Float32,
        11 => ScalarType.Bool,
        var other => throw new NotSupportedException($"numbers of type {other}"),
    };

    /// <summary>A number that was put into a tensor, as one.</summary>
    private ScriptTensor ForShape(ScriptTensor x) => x.Content is Size or double ? new ScriptTensor(FixedOf(x)) : x;

    private ScriptTensor Reshape(ScriptTensor x, Size[] target)
    {
        x = ForShape(x);
        IReadOnlyList<Size> shape = ShapeOf(x);
        int open = Array.FindIndex(target, size => size == new Size(-1));
        if (open >= 0)
        {
            Size total = shape.Aggregate(new Size(1), (product, size) => product * size);
            Size known = target.Where((_, i) => i != open).Aggregate(new Size(1), (product, size) => product * size);
            target = [.. target];
            target[open] = known == new Size(0) ? throw new InvalidDataException("The code reshapes to a size that is not known.") : Size.Exactly(total, known);
        }
        if (target.SequenceEqual(shape))
        {
            return x.View(x.Content);
        }
        if (x.Node is null)
        {
            return ApplyView(new Reshape(Array.ConvertAll(target, size => Integer(size))), x);
        }
        if (target.Count(size => !size.IsFixed) > 1)
        {
            throw new NotSupportedException("to a shape that depends on how many pictures are in the batch in more than one place");
        }
        if (target.Length == 2 && shape.Count == 4 && target[0] == _recorder.Pictures && shape[0] == _recorder.Pictures)
        {
            return ApplyView(new Flatten(), x);
        }
        return ApplyView(new Reshape(Array.ConvertAll(target, size => size.IsFixed ? size.Fixed : -1)), x);
    }

    private ScriptTensor Flatten(ScriptTensor x, long start, long end)
    {
        IReadOnlyList<Size> shape = ShapeOf(x);
        if (shape.Count == 0)
        {
            return Reshape(x, [new Size(1)]);
        }
        int first = (int)Dim(x, start), last = (int)Dim(x, end);
        Size size = shape.Skip(first).Take(last - first + 1).Aggregate(new Size(1), (product, one) => product * one);
        return first >= last ? x : Reshape(x, [.. shape.Take(first), size, .. shape.Skip(last + 1)]);
    }

    private ScriptTensor Permute(ScriptTensor x, long[] order) =>
        order.SequenceEqual(Range(Rank(x))) ? x.View(x.Content)
        : order.Order().SequenceEqual(Range(Rank(x))) ? ApplyView(new Permute(order), x)
        : throw new InvalidDataException("The code puts dimensions in an order that is none.");

    private ScriptTensor Transpose(ScriptTensor x, long a, long b)
    {
        long[] order = [.. Enumerable.Range(0, Rank(x)).Select(dim => (long)dim)];
        (a, b) = (Dim(x, a), Dim(x, b));
        if (x.Content is FixedTensor { Shape.Count: 2 } known && a != b)
        {
            // A weight that is turned back is the one in the file again.
            if (known.TransposeOf is null)
            {
                ScriptTensor turned = Compute(() => known.Value.t());
                ((FixedTensor)turned.Content).TransposeOf = known;
                return x.View(turned.Content);
            }
            return x.View(known.TransposeOf);
        }
        (order[a], order[b]) = (order[b], order[a]);
        return Permute(x, order);
    }

    private ScriptTensor Expand(ScriptTensor x, Size[] sizes)
    {
        x = ForShape(x);
        IReadOnlyList<Size> shape = ShapeOf(x);
        int more = sizes.Length - shape.Count;
        Size[] target = [.. sizes.Select((size, i) => size == new Size(-1) && i >= more ? shape[i - more] : size)];
        if (more < 0)
        {
            throw new InvalidDataException("The code expands a tensor to fewer dimensions than it has.");
        }
        if (more == 0 && target.SequenceEqual(shape))
        {
            return x.View(x.Content);
        }
        if (target.All(size => size.IsFixed) && x.Node is null)
        {
            long[] all = Bounded(Array.ConvertAll(target, size => size.Fixed));
            return x.View(Compute(() => FixedOf(x).Value.expand(all)).Content);
        }
        // Only the batch's own dimension, the first, can be repeated as often as there are pictures.
        for (int i = 0; i < more; i++)
        {
            x = ApplyView(new Unsqueeze(0), x);
        }
        shape = ShapeOf(x);
        if (target[0] == Batch && shape[0] == new Size(1))
        {
            ScriptTensor rest = target.Skip(1).SequenceEqual(shape.Skip(1)) ? x : Expand(x, [new Size(1), .. target.Skip(1)]);
            return rest.View(Record(new ExpandToBatch(), NodeOf(rest), _recorder.Batch));
        }
        return ApplyView(new Expand([.. target.Select((size, i) => size == shape[i] ? -1 : Integer(size))]), x);
    }

    private static IEnumerable<long> Range(long count) =>
        Enumerable.Range(0, count <= LongestList ? (int)count : throw new NotSupportedException($"over {count} numbers")).Select(i => (long)i);

    private ScriptTensor Repeat(ScriptTensor x, Size[] times)
    {
        int more = times.Length - Rank(x);
        if (more < 0)
        {
            throw new InvalidDataException("The code repeats fewer dimensions than a tensor has.");
        }
        if (x is { Content: FixedTensor known } && times.All(time => time.IsFixed))
        {
            Bounded([.. times.Select(time => time.Fixed), .. known.Shape]);
            return Compute(() => known.Value.repeat(Array.ConvertAll(times, time => time.Fixed)));
        }
        // New dimensions, and those of one number, are expanded; several numbers are put side by side.
        IReadOnlyList<Size> shape = ShapeOf(x);
        x = Expand(x, [.. times.Select((time, i) => i < more || shape[i - more] == new Size(1) ? time : shape[i - more])]);
        for (int i = more; i < times.Length; i++)
        {
            if (shape[i - more] != new Size(1) && times[i] != new Size(1))
            {
                ScriptTensor one = x;
                x = Concat([.. Range(Integer(times[i])).Select(_ => one)], i);
            }
        }
        return x;
    }

    private ScriptTensor Select(ScriptTensor x, long dim, long index)
    {
        dim = Dim(x, dim);
        long size = Integer(ShapeOf(x)[(int)dim]);
        index += index < 0 ? size : 0;
        return index >= 0 && index < size ? ApplyView(new Select((int)dim, index), x) : throw new InvalidDataException($"The code asks for part {index} of {size}.");
    }

    private ScriptTensor Slice(ScriptTensor x, long dim, object? from, object? to, long step)
    {
        dim = Dim(x, dim);
        Size size = ShapeOf(x)[(int)dim];
        if ((from is null || SizeOf(from) == new Size(0)) && step == 1 && (to is null || SizeOf(to) == size || SizeOf(to) is { IsFixed: true, Fixed: >= int.MaxValue }))
        {
            return x.View(x.Content);
        }
        long count = Integer(size);
        return Part(x, dim, Bound(from, 0, count), Bound(to, count, count), step);
    }

    private ScriptTensor Part(ScriptTensor x, long dim, long start, long end, long step = 1) =>
        dim == 1 && step == 1 && Rank(x) == 4 && x.Node is not null && end > start
            ? ApplyView(new ChannelSlice(start, end - start), x)
            : ApplyView(new Slice((int)dim, start, Math.Max(start, end), step), x);

    private List<object?> Parts(ScriptTensor x, long dim, IEnumerable<long> sizes)
    {
        var parts = new List<object?>();
        long start = 0, end = Integer(ShapeOf(x)[(int)dim]);
        foreach (long size in sizes.TakeWhile(size => start < end && size > 0))
        {
            parts.Add(Part(x, dim, start, Math.Min(end, start + size)));
            start += size;
        }
        return parts;
    }

    private ScriptTensor Concat(ScriptTensor[] parts, long dim)
    {
        parts = [.. parts.Where(part => !ShapeOf(part).SequenceEqual([new Size(0)]))];
        if (parts.Length == 0)
        {
            throw new InvalidDataException("The code puts no tensors together.");
        }
        dim = Dim(parts[0], dim);
        return parts.Length == 1 ? parts[0] : Apply(dim == 1 ? new Concat() : new Concat { Dim = (int)dim }, parts);
    }

    private ScriptTensor Padded(AtenCall call, string mode, double value)
    {
        ScriptTensor x = call.Tensor(0);
        long[] amounts = call.Integers(1);
        if (amounts.All(amount => amount == 0))
        {
            return x;
        }
        if (amounts.Length % 2 != 0 || amounts.Length > 2 * Rank(x))
        {
            throw new InvalidDataException("The code pads dimensions that are not there.");
        }
        return Apply(new Pad(amounts, mode switch
        {
            "constant" => PadMode.Constant,
            "reflect" => PadMode.Reflect,
            "replicate" => PadMode.Replicate,
            _ => throw new NotSupportedException($"of the kind '{mode}'"),
        }, value), x);
    }

    private ScriptTensor PixelShuffle(ScriptTensor x, long by)
    {
        IReadOnlyList<Size> shape = ShapeOf(x);
        Size factor = new(by), channels = FloorDivide(shape[1], factor * factor);
        ScriptTensor y = Permute(Reshape(x, [shape[0], channels, factor, factor, shape[2], shape[3]]), [0, 1, 4, 2, 5, 3]);
        return Reshape(y, [shape[0], channels, shape[2] * factor, shape[3] * factor]);
    }

    private ScriptTensor PixelUnshuffle(ScriptTensor x, long by)
    {
        IReadOnlyList<Size> shape = ShapeOf(x);
        Size factor = new(by), height = FloorDivide(shape[2], factor), width = FloorDivide(shape[3], factor);
        ScriptTensor y = Permute(Reshape(x, [shape[0], shape[1], height, factor, width, factor]), [0, 1, 3, 5, 2, 4]);
        return Reshape(y, [shape[0], shape[1] * factor * factor, height, width]);
    }

    /// <summary>The mean over height and width is pooling, which more is known about.</summary>
    private ScriptTensor Mean(ScriptTensor x, long[] dims, bool keep)
    {
        if (Rank(x) == 4 && x.Node is not null && dims.Order().SequenceEqual([2L, 3L]))
        {
            ScriptTensor pooled = Apply(new AdaptiveAvgPool2d(1), x);
            return keep ? pooled : Apply(new Flatten(), pooled);
        }
        return Apply(new Mean(dims, keep), x);
    }
}
