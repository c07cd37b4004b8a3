using System.Runtime.InteropServices;

namespace EasyExplain.Import.Onnx;

// What is left of a picture's candidates depends on its numbers: here all of them are kept, in their order (see LooseValue).
internal sealed partial class OnnxOperators
{
    private readonly List<(string Operator, string Layer)> _filters = [];

    /// <summary>What leaves something out, or puts it into another order, with the layers.</summary>
    public IReadOnlyList<(string Operator, string Layer)> Filters => _filters;

    /// <summary>What is made of values of which some may be left out; null where there are none.</summary>
    private ModelValue[]? Loosely(OnnxCall call)
    {
        bool filters = call.Node.Type is "NonZero" or "TopK" or "NonMaxSuppression"
            && call.Inputs.Any(input => input is PictureValue or LooseValue);
        if (!filters && !call.Inputs.Any(input => input is LooseValue))
        {
            return null;
        }
        if (filters && !(call.Node.Type == "TopK" && IsChosenInside(call)))
        {
            _filters.Add((call.Node.Type, Layer));
        }
        try
        {
            ModelValue[] made = LooseOf(call);
            return made.Length >= call.Node.Outputs.Count ? made : [.. call.Node.Outputs.Select(_ => LooseValue.Unknown)];
        }
        catch (Exception e) when (e is NotSupportedException or InvalidDataException or ExternalException or ArgumentException)
        {
            // It does not fit all candidates: only what is read of it later would matter.
            return [.. call.Node.Outputs.Select(_ => LooseValue.Unknown)];
        }
    }

    private ModelValue[] LooseOf(OnnxCall call)
    {
        Chosen? chosen = (call.Inputs[0] as LooseValue)?.Chosen;
        return call.Node.Type switch
        {
            "NonZero" => [Taken(new Chosen(ChosenKind.Places, ShapeOrOpen(call[0])) { Mask = WholeOf(call[0]) })],
            "TopK" => IsChosenInside(call) ? ChosenRows(call) : Highest(call),
            "GatherElements" when call[1] is LooseValue { Chosen.Highest: { } highest } => [RowsOf(call, highest)],
            "Cast" or "Identity" or "Unsqueeze" or "Squeeze" or "Reshape" or "Expand" or "Tile" when chosen?.Highest is not null =>
                [call[0]],
            _ when chosen?.Highest is not null => [.. call.Node.Outputs.Select(_ => LooseValue.Unknown)],
            "NonMaxSuppression" => [Taken(new Chosen(ChosenKind.Survivors, [-1, -1, -1])
            {
                Survival = new Survival(WholeOf(call[1]),
                    WholeOf(call.Optional(3) ?? Absent.Value) is FixedTensor overlap ? Single(overlap) : null),
            })],
            "RoiAlign" => [Pooled(call)],
            "ScatterElements" when call[1] is LooseValue { Chosen.Mask: { } mask } => [PutWhere(mask, WholeOf(call[2]), WholeOf(call[0]))],
            "Gather" => [GatheredLoosely(call)],
            "GatherND" => [GatheredAll(call)],
            "Slice" when chosen is null && WholeOf(call[0]) is PictureValue && DropsOnly(call) => [call[0]],
            "Shape" when chosen is not null => [chosen.Shape.Contains(-1) || chosen.Kind != ChosenKind.Rows ? LooseValue.Unknown
                : new LooseValue { Whole = Compute(() => TorchSharp.torch.tensor(chosen.Shape)) }],
            "Where" when (call[1], call[2]) is (LooseValue { Chosen: not null }, LooseValue { Chosen: not null }) => [call[2]],
            "Concat" => [JoinedLoosely(call)],
            _ when chosen is not null => ChosenAgain(call, chosen),
            "ReduceMax" or "ReduceMin" or "ReduceSum" or "ReduceMean" or "ReduceProd" when OverCandidates(call) => [LooseValue.Unknown],
            _ => OfAll(call),
        };
    }

    /// <summary>The same of what there would be if nothing were left out.</summary>
    private ModelValue[] OfAll(OnnxCall call)
    {
        if (call.Inputs.Any(input => input is LooseValue { Whole: null }))
        {
            return [.. call.Node.Outputs.Select(_ => LooseValue.Unknown)];
        }
        OnnxCall all = call with { Inputs = [.. call.Inputs.Select(input => WholeOf(input)!)] };
        ModelValue[] made = _several.TryGetValue(call.Node.Type, out Func<OnnxCall, ModelValue[]>? several) ? several(all)
            : _functions.TryGetValue(call.Node.Type, out Func<OnnxCall, ModelValue>? one) ? [one(all)]
            : throw new NotSupportedException(call.Node.Type);
        return [.. made.Select(value => new LooseValue { Whole = value })];
    }

    /// <summary>What is done to numbers that choose.</summary>
    private ModelValue[] ChosenAgain(OnnxCall call, Chosen chosen)
    {
        string type = call.Node.Type;
        if (type is "Split" or "Slice" && chosen.Kind is ChosenKind.Places or ChosenKind.Survivors)
        {
            long first = type == "Slice" && call.IntegersOrInput("starts", 1) is [var start] ? start : 0;
            return [.. call.Node.Outputs.Select((_, i) => Component(chosen, first + i))];
        }
        Chosen? after = type switch
        {
            "Slice" when chosen.Survival is { } survival && call.FixedOrNull(2) is { } end =>
                chosen with { Survival = survival with { Most = (long?)Single(end) } },
            "Cast" or "Identity" or "Slice" => chosen,
            "Transpose" or "Squeeze" or "Unsqueeze" or "Reshape" or "Flatten" or "Expand" when chosen.Kind != ChosenKind.Rows => chosen,
            "Squeeze" => chosen with { Shape = Squeezed(call, chosen.Shape) },
            "Unsqueeze" => chosen with { Shape = Unsqueezed(call, chosen.Shape) },
            "Transpose" or "Reshape" or "Flatten" or "Expand" =>
                chosen with { Shape = [chosen.Shape.Contains(-1) ? -1 : chosen.Shape.Aggregate(1L, (count, size) => count * size)] },
            // Rows of several tables, one behind the other.
            "Add" or "Sub" when chosen.Kind == ChosenKind.Rows => chosen,
            "Div" when chosen.Kind == ChosenKind.Rows && WholeOf(call[1]) is FixedTensor by && Single(by) is >= 1 and var per =>
                chosen with { Per = chosen.Per * (long)per },
            "Mod" when chosen.Kind == ChosenKind.Rows && WholeOf(call[1]) is FixedTensor of && Single(of) is >= 1 and var count =>
                new Chosen(ChosenKind.Classes, [(long)count]),
            _ => null,
        };
        return [after is null ? LooseValue.Unknown : Taken(after)];
    }

    private static long[] Squeezed(OnnxCall call, long[] shape)
    {
        long[] axes = call.IntegersOrInput("axes", 1) ?? [.. Range(shape.Length).Where(i => shape[i] == 1)];
        return [.. shape.Where((_, i) => !axes.Contains(i) && !axes.Contains(i - shape.Length))];
    }

    private static long[] Unsqueezed(OnnxCall call, long[] shape)
    {
        List<long> sizes = [.. shape];
        foreach (long axis in (call.IntegersOrInput("axes", 1) ?? []).Order())
        {
            sizes.Insert((int)Math.Clamp(axis < 0 ? axis + sizes.Count + 1 : axis, 0, sizes.Count), 1);
        }
        return [.. sizes];
    }

    /// <summary>Entries of a table, or one of the numbers that choose them.</summary>
    private ModelValue GatheredLoosely(OnnxCall call)
    {
        (ModelValue x, ModelValue which) = (call[0], call[1]);
        if (which is LooseValue { Chosen: { } chosen })
        {
            if (chosen.Kind != ChosenKind.Rows)
            {
                return LooseValue.Unknown;
            }
            if (x is LooseValue { Chosen: not null } || WholeOf(x) is not { } table)
            {
                return x;
            }
            if (Proposed(table, chosen) is { } regions)
            {
                return regions;
            }
            int dim = Dim(call.Integer("axis"), Rank(table));
            Size[] shape = [.. ShapeOf(table).Take(dim), .. chosen.Shape.Select(size => new Size(size)), .. ShapeOf(table).Skip(dim + 1)];
            bool same = chosen.Per == 1 && !chosen.Shape.Contains(-1) && Product(shape) == Product(ShapeOf(table));
            return new LooseValue { Whole = same ? Reshape(table, shape) : table };
        }
        if (x is LooseValue { Chosen: { Kind: ChosenKind.Places or ChosenKind.Survivors } places })
        {
            return which is FixedTensor index && Single(index) is { } component ? Component(places, (long)component) : LooseValue.Unknown;
        }
        return x is LooseValue { Chosen: not null } ? x : OfAll(call)[0];
    }

    /// <summary>All entries of a table, one after the other.</summary>
    private ModelValue GatheredAll(OnnxCall call) =>
        call[1] is LooseValue { Chosen: { Kind: ChosenKind.Places } places } && WholeOf(call[0]) is { } table
            ? places.Shape.Length == 1 ? new LooseValue { Whole = table }
            : places.Shape.Length == Rank(table) ? new LooseValue { Whole = Reshape(table, [new Size(-1)]) } : LooseValue.Unknown
            : LooseValue.Unknown;

    /// <summary>The numbers along one of a table's dimensions.</summary>
    private static ModelValue Component(Chosen places, long dim)
    {
        if (places.Kind == ChosenKind.Survivors)
        {
            return dim is 2 or -1 ? Taken(new Chosen(ChosenKind.Rows, [-1]) { Survival = places.Survival }) : LooseValue.Unknown;
        }
        dim = dim < 0 ? dim + places.Shape.Length : dim;
        if (dim < 0 || dim >= places.Shape.Length)
        {
            return LooseValue.Unknown;
        }
        long all = places.Shape.Contains(-1) ? -1 : places.Shape.Aggregate(1L, (count, size) => count * size);
        long before = places.Shape.Take((int)dim).Aggregate(1L, (count, size) => count * size);
        long behind = places.Shape.Skip((int)dim + 1).Aggregate(1L, (count, size) => count * size);
        return before == 1 ? Taken(new Chosen(ChosenKind.Rows, [all], behind) { Mask = places.Mask })
            : behind == 1 ? Taken(new Chosen(ChosenKind.Classes, [places.Shape[dim]])) : LooseValue.Unknown;
    }

    private ModelValue JoinedLoosely(OnnxCall call)
    {
        Chosen?[] chosen = [.. call.Inputs.Select(input => (input as LooseValue)?.Chosen)];
        if (chosen.Any(one => one is not null))
        {
            bool alike = chosen.All(one => one is not null && one.Kind == chosen[0]!.Kind && one.Per == chosen[0]!.Per);
            return !alike ? LooseValue.Unknown : chosen[0]!.Kind == ChosenKind.Rows
                ? Taken(chosen[0]! with { Shape = Side(call.Integer("axis")) }) : call.Inputs[0];
        }
        ModelValue?[] parts = [.. call.Inputs.Select(WholeOf)];
        // The same candidates again, for each class.
        return call.Integer("axis") == 0 && parts[0] is PictureValue { Node: var first }
            && parts.All(part => (part as PictureValue)?.Node == first)
            ? new LooseValue { Whole = parts[0] } : OfAll(call)[0];

        long[] Side(long axis)
        {
            long[] shape = [.. chosen[0]!.Shape];
            int dim = Dim(axis, shape.Length);
            shape[dim] = chosen.Any(one => one!.Shape[dim] < 0) ? -1 : chosen.Sum(one => one!.Shape[dim]);
            return shape;
        }
    }

    /// <summary>Whether it takes the first ones of the candidates, and nothing of what is known of each.</summary>
    private static bool DropsOnly(OnnxCall call) => (WholeOf(call.Optional(3) ?? Absent.Value) is FixedTensor axes ? IntegersOf(axes)
        : call.Integers("axes")) is [0];

    /// <summary>Whether something goes over the candidates, so that those that are left out would count.</summary>
    private bool OverCandidates(OnnxCall call) => WholeOf(call[0]) is PictureValue
        && (call.IntegersOrInput("axes", 1) is not { } axes || axes.Contains(0));

    private static ModelValue? WholeOf(ModelValue value) => value is LooseValue loose ? loose.Whole : value;

    private long[] ShapeOrOpen(ModelValue value) =>
        WholeOf(value) is { } whole && ShapeOf(whole) is var shape && shape.All(size => size.IsFixed)
        ? [.. shape.Select(size => size.Fixed)] : [-1];

    private static LooseValue Taken(Chosen chosen) => new() { Chosen = chosen };
}
