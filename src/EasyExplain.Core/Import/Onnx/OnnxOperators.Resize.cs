using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using static TorchSharp.torch;

namespace EasyExplain.Import.Onnx;

// Resizing: by libtorch where it does the same, else one dimension after the other, by picking entries or by a product with fixed weights.
internal sealed partial class OnnxOperators
{
    private ModelValue Resize(OnnxCall call, int scalesAt, int sizesAt)
    {
        ModelValue x = call[0];
        bool old = sizesAt < 0;
        Resampling kind = Kind(call, old);
        (long To, float Scale)?[] plan = Plan(call, scalesAt, sizesAt);
        if (Rank(x) == 4 && plan is [null, null, ..] && ByLibtorch(x, kind, plan) is { } known)
        {
            return Apply(known, x);
        }
        foreach (var (resized, dim) in plan.Select((resized, dim) => (resized, dim)).Where(one => one.resized is not null))
        {
            long from = SizeOf(x, dim);
            (long to, float scale) = resized!.Value;
            Bounded(from, to);
            if (kind.Mode == "nearest")
            {
                x = Apply(new IndexSelect(dim, kind.Nearest(from, to, scale)), x);
                continue;
            }
            FixedTensor weights = Compute(() => tensor(kind.Weights(from, to, scale), [to, from]));
            x = Apply(new Interpolate(dim, weights.Parameter($"{Layer}.resample{dim}", isBuffer: true)), x);
        }
        return x;
    }

    private static Resampling Kind(OnnxCall call, bool old)
    {
        string mode = call.Text("mode", "nearest"), rounding = old ? "floor" : call.Text("nearest_mode", "round_prefer_floor");
        string places = old ? "asymmetric" : call.Text("coordinate_transformation_mode", "half_pixel");
        if (mode is not ("nearest" or "linear" or "bilinear" or "cubic") || !Resampling.Knows(places))
        {
            throw new NotSupportedException($"of the kind '{mode}', '{places}'");
        }
        return new Resampling(mode == "bilinear" ? "linear" : mode, places, rounding, call.Real("cubic_coeff_a", -0.75),
            ExcludeOutside: call.Integer("exclude_outside") != 0, Smooth: call.Integer("antialias") != 0);
    }

    /// <summary>The new size of each dimension that changes, and by what its places are divided.</summary>
    private (long To, float Scale)?[] Plan(OnnxCall call, int scalesAt, int sizesAt)
    {
        IReadOnlyList<Size> shape = ShapeOf(call[0]);
        int[] axes = call.Integers("axes") is { } given ? Dims(given, shape.Count) : [.. Enumerable.Range(0, shape.Count)];
        var plan = new (long To, float Scale)?[shape.Count];
        float[] scales = call.Node.Attributes.TryGetValue("scales", out OnnxAttribute? attribute) ? [.. attribute.Singles]
            : call.Node.Attributes.ContainsKey("height_scale") ? [1, 1, (float)call.Real("height_scale"), (float)call.Real("width_scale")]
            : call.FixedOrNull(scalesAt) is not { Shape: [> 0 and <= LongestList] } input ? []
            : input.Value.to(ScalarType.Float32).contiguous().data<float>().ToArray();
        if (scales.Length > 0)
        {
            foreach (var (dim, scale) in axes.Zip(Even(scales)).Where(pair => pair.Second != 1))
            {
                plan[dim] = scale is > 0 and < 1e4f
                    ? ((long)MathF.Floor(SizeOf(call[0], dim) * scale), scale)
                    : throw new InvalidDataException($"The graph resizes by {scale}.");
            }
            long[] to = [.. plan.Where(one => one is not null).Select(one => one!.Value.To)];
            return to.All(size => size > 0) ? plan : throw Impossible(to);
        }
        Size[] sizes = Even(sizesAt >= 0 && call.Optional(sizesAt) is { } wanted
            ? Sizes(wanted)
            : throw new InvalidDataException($"The layer '{Layer}' does not say to what it resizes."));
        // A number of pictures that was exported stays open.
        (int Dim, Size To)[] changed = [.. axes.Zip(sizes)
            .Where(pair => pair.Second != shape[pair.First] && !(shape[pair.First] == Size.OfPictures && pair.Second.IsFixed))];
        if (changed.Any(one => !one.To.IsFixed))
        {
            throw new NotSupportedException("to sizes that depend on how many pictures are in the batch");
        }
        if (changed.Any(one => one.To.Fixed is <= 0 or > int.MaxValue))
        {
            throw Impossible(changed.Select(one => one.To.Fixed));
        }
        string policy = call.Text("keep_aspect_ratio_policy", "stretch");
        float[] ratios = [.. axes.Zip(sizes, (dim, to) => (From: shape[dim], To: to))
            .Where(pair => pair.From.IsFixed && pair.To.IsFixed).Select(pair => (float)pair.To.Fixed / pair.From.Fixed)];
        foreach ((int dim, Size to) in policy == "stretch" ? changed : [.. axes.Select(dim => (dim, new Size(0)))])
        {
            long from = SizeOf(call[0], dim);
            float same = policy switch { "not_larger" => ratios.Min(), "not_smaller" => ratios.Max(), _ => (float)to.Fixed / from };
            plan[dim] = policy switch
            {
                "stretch" => (to.Fixed, same),
                "not_larger" or "not_smaller" => ((long)MathF.Floor(same * from + 0.5f), same),
                _ => throw new NotSupportedException($"that keeps the sides' ratio as '{policy}'"),
            };
        }
        return plan;

        InvalidDataException Impossible(IEnumerable<long> to) =>
            new($"The layer '{Layer}' cannot do 'Resize': its output would be [{string.Join(", ", to)}].");

        T[] Even<T>(T[] numbers) => numbers.Length == axes.Length
            ? numbers
            : throw new InvalidDataException($"The layer '{Layer}' resizes {axes.Length} dimensions by {numbers.Length} numbers.");
    }

    /// <summary>libtorch's own resizing of rows and columns, where it is the same.</summary>
    private Resize? ByLibtorch(ModelValue x, Resampling kind, (long To, float Scale)?[] plan)
    {
        long[] from = [SizeOf(x, 2), SizeOf(x, 3)], to = [plan[2]?.To ?? from[0], plan[3]?.To ?? from[1]];
        float[] scales = [plan[2]?.Scale ?? 1, plan[3]?.Scale ?? 1];
        Extent size = (to[0], to[1]);
        if (kind.Mode == "nearest")
        {
            bool floors = Enumerable.Range(0, 2).All(i => kind.Nearest(from[i], to[i], scales[i]).SequenceEqual(Floors(from[i], to[i])));
            return floors ? new Resize(size, null, ResizeKind.Nearest, false) : null;
        }
        bool corners = kind.Places == "align_corners";
        bool same = corners || kind.Places == "half_pixel" || (kind.Places == "pytorch_half_pixel" && to.All(size => size > 1));
        if (!same || kind.Smooth || kind.Mode == "cubic" && (Math.Abs(kind.Cubic + 0.75) > 1e-6 || kind.ExcludeOutside))
        {
            return null;
        }
        bool whole = corners || Enumerable.Range(0, 2).All(i => scales[i] == (float)to[i] / from[i]);
        if (!whole && Enumerable.Range(0, 2).Any(i => (long)(from[i] * (double)scales[i]) != to[i]))
        {
            return null; // libtorch would round its size otherwise
        }
        ResizeKind curve = kind.Mode == "cubic" ? ResizeKind.Bicubic : ResizeKind.Bilinear;
        return new Resize(whole ? size : null, whole ? null : (scales[0], scales[1]), curve, corners);
    }

    /// <summary>Which pixels torch takes.</summary>
    private static IEnumerable<long> Floors(long from, long to) =>
        Range(to).Select(i => Math.Min((long)(i * ((float)from / to)), from - 1));
}
