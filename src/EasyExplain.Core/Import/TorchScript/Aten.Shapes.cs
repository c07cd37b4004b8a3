using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using static TorchSharp.torch;

namespace EasyExplain.Import.TorchScript;

// The same numbers in another shape or order, parts of them, several put together, and sums over dimensions.
internal sealed partial class Aten
{
    private void AddShapes()
    {
        _functions["size"] = _functions["shape"] = _functions["_shape_as_tensor"] = call =>
            ShapeOf(call.Value(0)) is var shape && call.Count < 2
            ? shape.Select(size => (object?)size).ToList()
            : shape[Dim(call.Integer(1), shape.Count)];
        _functions["dim"] = _functions["ndimension"] = call => new Size(Rank(call.Value(0)));
        _functions["numel"] = call => Product(ShapeOf(call.Value(0)));

        foreach (string name in (string[])["contiguous", "detach", "alias", "data", "to", "type_as", "float", "cpu", "cuda",
            "requires_grad_",
            "lift_fresh", "detach_", "expand_copy_", "pin_memory", "_autocast_to_full_precision"])
        {
            _functions[name] = call => call[0] is ScriptTensor tensor ? Converted(name, tensor, call) : NumberOf("float", call[0]);
        }
        _functions["clone"] = call => call.Value(0) is FixedTensor known ? Compute(() => known.Value.clone()) : call.Value(0);

        foreach (string name in (string[])["view", "reshape", "_reshape_alias", "_unsafe_view"])
        {
            AddView(name, call => Reshape(call.Value(0), call.Sizes(1)));
        }
        foreach (string name in (string[])["view_as", "reshape_as"])
        {
            AddView(name, call => Reshape(call.Value(0), [.. ShapeOf(call.Value(1))]));
        }
        AddView("flatten", call => Flatten(call.Value(0), call.Integer(1, 0, "start_dim"), call.Integer(2, -1, "end_dim")));
        AddView("unflatten", call =>
        {
            IReadOnlyList<Size> shape = ShapeOf(call.Value(0));
            int dim = Dim(call.Integer(1), shape.Count);
            return Reshape(call.Value(0), [.. shape.Take(dim), .. Completed(call.Sizes(2), [shape[dim]]), .. shape.Skip(dim + 1)]);
        });
        AddView("permute", call => Permuted(call.Value(0),
            [.. Dims(call.Integers(1, "dims"), Rank(call.Value(0))).Select(dim => (long)dim)]));
        foreach (string name in (string[])["transpose", "swapaxes", "swapdims"])
        {
            AddView(name, call => Turned(call.Value(0), call.Integer(1), call.Integer(2)));
        }
        foreach (string name in (string[])["t", "numpy_T"])
        {
            AddView(name, call => Rank(call.Value(0)) < 2 ? call.Value(0) : Turned(call.Value(0), 0, 1));
        }
        AddView("movedim", call =>
        {
            int rank = Rank(call.Value(0)), from = Dim(call.Integer(1), rank);
            List<long> order = [.. Range(rank)];
            order.RemoveAt(from);
            order.Insert(Dim(call.Integer(2), rank), from);
            return Permuted(call.Value(0), [.. order]);
        });
        AddView("unsqueeze", call => Apply(new Unsqueeze(Dim(call.Integer(1), Rank(call.Value(0)) + 1)), call.Value(0)));
        AddView("squeeze", call =>
        {
            ModelValue x = call.Value(0);
            int[] dims = Dims(call.Count < 2 ? Range(Rank(x)) : call.Integers(1), Rank(x));
            return dims.OrderDescending().Where(dim => ShapeOf(x)[dim] == new Size(1))
                .Aggregate(x, (left, dim) => Apply(new Squeeze(dim), left));
        });
        foreach (string name in (string[])["expand", "broadcast_to"])
        {
            AddView(name, call => Expand(call.Value(0), call.Sizes(1)));
        }
        AddView("expand_as", call => Expand(call.Value(0), [.. ShapeOf(call.Value(1))]));
        _functions["repeat"] = call => Repeat(call.Value(0), call.Sizes(1));
        _functions["tile"] = call =>
        {
            Size[] times = call.Sizes(1);
            return Repeat(call.Value(0), [.. Enumerable.Repeat(new Size(1), Math.Max(0, Rank(call.Value(0)) - times.Length)), .. times]);
        };
        _functions["flip"] = call => Dims(call.Integers(1), Rank(call.Value(0)))
            .Aggregate(call.Value(0), (x, dim) => Apply(new IndexSelect(dim, [.. Range(SizeOf(x, dim)).Reverse()]), x));

        _functions["select"] = call => Entry(call.Tensor(0), call.Integer(1), call.Integer(2));
        _functions["slice"] = call =>
        {
            if (call[0] is ScriptTensor x)
            {
                int dim = Dim(call.Integer(1), Rank(x.Content));
                ModelValue seen = Slice(x.Content, dim, call[2], call[3], call.Integer(4, 1));
                return x.View(seen, Putting(dim, call[2] is { } from && seen != x.Content
                    ? Bound(from, 0, SizeOf(x.Content, dim)) : 0, call.Integer(4, 1)));
            }
            List<object?> part = Sublist(ListOf(call[0]), call[1], call[2], call.Integer(3, 1));
            return call[0] is object?[]? part.ToArray() : part;
        };
        _functions["narrow"] = call =>
        {
            (ScriptTensor x, long start) = (call.Tensor(0), call.Integer(2));
            int dim = Dim(call.Integer(1), Rank(x.Content));
            start = start < 0 ? start + SizeOf(x.Content, dim) : start;
            return x.View(Slice(x.Content, dim, new Size(start), new Size(start + call.Integer(3)), 1), Putting(dim, start));
        };
        _functions["chunk"] = call =>
        {
            int dim = Dim(call.Integer(2), Rank(call.Value(0)));
            long size = SizeOf(call.Value(0), dim), chunks = call.Integer(1);
            return chunks > 0
                ? Parts(call.Tensor(0), dim, Enumerable.Repeat((size + chunks - 1) / chunks, (int)Math.Min(chunks, size)))
                : throw new InvalidDataException("The code asks for no chunks.");
        };
        _functions["split"] = _functions["split_with_sizes"] = call =>
        {
            int dim = Dim(call.Integer(2, 0, "dim"), Rank(call.Value(0)));
            long size = SizeOf(call.Value(0), dim);
            long[] sizes = call.Integers(1);
            return Parts(call.Tensor(0), dim, call[1] is IReadOnlyList<object?> ? sizes
                : sizes[0] > 0 ? Enumerable.Repeat(sizes[0], (int)Math.Min(LongestList, (size + sizes[0] - 1) / sizes[0]))
                : throw new InvalidDataException("The code asks for parts of no size."));
        };
        _functions["unbind"] = call =>
        {
            ScriptTensor x = call.Tensor(0);
            int dim = Dim(call.Integer(1), Rank(x.Content));
            long count = Math.Min(LongestList, SizeOf(x.Content, dim));
            return Range(count).Select(i => (object?)Entry(x, dim, i)).ToList();
        };
        _functions["cat"] = _functions["concat"] = call => Concat(call.Values(0), call.Integer(1, 0, "dim"));
        _functions["stack"] = call =>
        {
            ModelValue[] parts = call.Values(0);
            if (parts.Length > 0 && parts.All(part => part is SizesValue or NumberValue))
            {
                return Compute(() => stack(parts.Select(part => FixedOf(part).Value)));
            }
            int dim = Dim(call.Integer(1, 0, "dim"), parts.Length == 0 ? 0 : Rank(parts[0]) + 1);
            return Concat([.. parts.Select(part => Apply(new Unsqueeze(dim), part))], dim);
        };
        _functions["roll"] = call => Apply(
            new Roll([.. Dims(call.Integers(2), Rank(call.Value(0))).Select(dim => (long)dim)], call.Integers(1)), call.Value(0));
        _functions["pad"] = call => Padded(call, call.Text(2, "constant", "mode"), call[3, "value"] is { } value ? Real(value) : 0);
        _functions["constant_pad_nd"] = call => Padded(call, "constant", call.Real(2));
        _functions["reflection_pad2d"] = call => Padded(call, "reflect", 0);
        _functions["replication_pad2d"] = call => Padded(call, "replicate", 0);
        _functions["pixel_shuffle"] = call => PixelShuffled(call.Value(0), call.Integer(1));
        _functions["pixel_unshuffle"] = call => PixelUnshuffled(call.Value(0), call.Integer(1));
        _functions["channel_shuffle"] = call =>
        {
            IReadOnlyList<Size> shape = ShapeOf(call.Value(0));
            Size groups = call.Integer(1);
            ModelValue y = Reshape(call.Value(0), [shape[0], groups, shape[1] / groups, .. shape.Skip(2)]);
            return Reshape(Turned(y, 1, 2), [.. shape]);
        };

        Only("sum", call => call[0] is not List<object?>, call => ListOf(call[0]).Select(number => ScalarOf(number)!)
            .Aggregate((object)new Size(0), (a, b) => Arithmetic(Vocabulary.Add, a, b)));
        _functions["var"] = Variance;
        _functions["std"] = call => Apply(new Sqrt(), Variance(call));
    }

    private ModelValue Reduced(AtenCall call, Func<long[], bool, Operator> make) =>
        Reduced(call.Value(0), Dims(call), call.Flag(2, false, "keepdim"), make);

    /// <summary>Of everything, or over dimensions; one number less is counted, unless it says otherwise.</summary>
    private ModelValue Variance(AtenCall call)
    {
        ModelValue x = call.Value(0);
        long[] dims = Dims(call);
        double count = dims.Aggregate(1.0, (product, dim) => product * SizeOf(x, dim));
        double fewer = call.Named.TryGetValue("correction", out object? correction) ? correction is null ? 1 : Real(correction)
            : (call.Count == 2 && call[1] is bool of ? of : call.Flag(2, true, "unbiased")) ? 1 : 0;
        ModelValue apart = Pair(Vocabulary.Subtract, x, Apply(new Mean(dims, true), x));
        ModelValue mean = Apply(new Mean(dims, call.Flag(3, false, "keepdim")), Apply(new Power(2), apart));
        return fewer == 0 ? mean : Apply(new MultiplyBy(count / (count - fewer)), mean);
    }

    /// <summary>The dimensions that something goes over: all, where there are none.</summary>
    private long[] Dims(AtenCall call)
    {
        int rank = Rank(call.Value(0));
        long[] given = call[1, "dim"] is IReadOnlyList<object?> or Size ? call.Integers(1, "dim") : [];
        return given.Length > 0 ? [.. Dims(given, rank).Select(dim => (long)dim)] : [.. Range(rank)];
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
        return Clamped(bound is null ? otherwise : Integer(bound), size);
    }

    /// <summary>
    /// A conversion to another type changes nothing here: fractions are float32 always. What is the same for every picture is really
    /// converted.
    /// </summary>
    private ScriptTensor Converted(string name, ScriptTensor tensor, AtenCall call)
    {
        if (tensor.Content is FixedTensor known && name is "to" or "float" or "contiguous" or "type_as")
        {
            ScalarType? wanted = name switch
            {
                "float" => ScalarType.Float32,
                "type_as" => call.Value(1) is FixedTensor other ? other.Type : ScalarType.Float32,
                "to" when call[1] is ScriptTensor like => like.Content is FixedTensor other ? other.Type : ScalarType.Float32,
                "to" => TypeOf(call[1, "dtype"] is Size ? call[1, "dtype"] : call[2] is Size ? call[2]
                    : call.Named.GetValueOrDefault("dtype")),
                _ => null,
            };
            return wanted is { } type && type != known.Type ? new ScriptTensor(Compute(() => known.Value.to(type))) : tensor;
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

    private ModelValue Flatten(ModelValue x, long start, long end)
    {
        IReadOnlyList<Size> shape = ShapeOf(x);
        if (shape.Count == 0)
        {
            return Reshape(x, [new Size(1)]);
        }
        int first = Dim(start, shape.Count), last = Dim(end, shape.Count);
        return first >= last ? x : Reshape(x,
            [.. shape.Take(first), Product(shape.Skip(first).Take(last - first + 1)), .. shape.Skip(last + 1)]);
    }

    /// <summary>As <see cref="Dialect.Expanded"/>; −1 for a dimension that stays.</summary>
    private ModelValue Expand(ModelValue x, Size[] sizes)
    {
        IReadOnlyList<Size> shape = ShapeOf(x);
        int more = sizes.Length - shape.Count;
        return more < 0
            ? throw new InvalidDataException("The code expands a tensor to fewer dimensions than it has.")
            : Expanded(x, [.. sizes.Select((size, i) => size == new Size(-1) && i >= more ? shape[i - more] : size)]);
    }

    private ModelValue Repeat(ModelValue x, Size[] times)
    {
        int more = times.Length - Rank(x);
        if (more < 0)
        {
            throw new InvalidDataException("The code repeats fewer dimensions than a tensor has.");
        }
        if (x is FixedTensor known && times.All(time => time.IsFixed))
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
                ModelValue one = x;
                x = Concat([.. Range(Integer(times[i])).Select(_ => one)], i);
            }
        }
        return x;
    }

    private ModelValue Slice(ModelValue x, long given, object? from, object? to, long step)
    {
        int dim = Dim(given, Rank(x));
        Size size = ShapeOf(x)[dim];
        if ((from is null || SizeOf(from) == new Size(0)) && step == 1
            && (to is null || SizeOf(to) == size || SizeOf(to) is { IsFixed: true, Fixed: >= int.MaxValue }))
        {
            return x;
        }
        long count = Integer(size);
        return step > 0
            ? Part(x, dim, Bound(from, 0, count), Bound(to, count, count), step)
            : throw new InvalidDataException("The code takes a part of a tensor in steps that are not positive.");
    }

    private List<object?> Parts(ScriptTensor x, int dim, IEnumerable<long> sizes)
    {
        var parts = new List<object?>();
        long start = 0, end = SizeOf(x.Content, dim);
        foreach (long size in sizes.TakeWhile(size => start < end && size > 0))
        {
            parts.Add(x.View(Part(x.Content, dim, start, Math.Min(end, start + size)), Putting(dim, start)));
            start += size;
        }
        return parts;
    }

    /// <summary>One entry along a dimension, which can be written to.</summary>
    private ScriptTensor Entry(ScriptTensor x, long given, long index)
    {
        int dim = Dim(given, Rank(x.Content));
        long place = Place(index, SizeOf(x.Content, dim));
        return x.View(Selected(x.Content, dim, place), (whole, part) => Put(whole, Apply(new Unsqueeze(dim), part), dim, place));
    }

    /// <summary>Puts what was written into a part of a tensor in its place; null where the part is not all of a stretch.</summary>
    private Func<ModelValue, ModelValue, ModelValue>? Putting(int dim, long start, long step = 1) =>
        step == 1 ? (whole, part) => Put(whole, part, dim, start) : null;

    /// <summary>A tensor with a stretch along a dimension in place of its own.</summary>
    private ModelValue Put(ModelValue whole, ModelValue part, int dim, long start)
    {
        if (ShapeOf(whole).SequenceEqual(ShapeOf(part)))
        {
            return part;
        }
        (long size, long count) = (SizeOf(whole, dim), SizeOf(part, dim));
        List<ModelValue> parts = [part];
        if (start > 0)
        {
            parts.Insert(0, Part(whole, dim, 0, start));
        }
        if (start + count < size)
        {
            parts.Add(Part(whole, dim, start + count, size));
        }
        return Joined(parts, dim);
    }

    private ModelValue Concat(ModelValue[] parts, long dim)
    {
        parts = [.. parts.Where(part => !ShapeOf(part).SequenceEqual([new Size(0)]))];
        return parts.Length > 0 ? Joined(parts, dim) : throw new InvalidDataException("The code puts no tensors together.");
    }

    private ModelValue Padded(AtenCall call, string mode, double value)
    {
        ModelValue x = call.Value(0);
        long[] amounts = call.Integers(1);
        return amounts.All(amount => amount == 0) ? x
            : amounts.Length % 2 == 0 && amounts.Length <= 2 * Rank(x) ? Padded(x, amounts, mode, value)
            : throw new InvalidDataException("The code pads dimensions that are not there.");
    }

    private ModelValue PixelUnshuffled(ModelValue x, Size by)
    {
        IReadOnlyList<Size> shape = PictureShape(x);
        Size height = shape[2] / by, width = shape[3] / by;
        ModelValue y = Permuted(Reshape(x, [shape[0], shape[1], height, by, width, by]), 0, 1, 3, 5, 2, 4);
        return Reshape(y, [shape[0], shape[1] * by * by, height, width]);
    }
}
