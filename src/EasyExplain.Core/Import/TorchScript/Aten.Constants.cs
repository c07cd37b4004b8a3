using EasyExplain.Networks.Operators;
using TorchSharp;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Import.TorchScript;

// Tensors that are the same for every picture: made of nothing, and looked up in tables.
internal sealed partial class Aten
{
    private void AddConstants()
    {
        _functions["zeros"] = call => Filled(call, call.Sizes(0, "size"), 0);
        _functions["ones"] = call => Filled(call, call.Sizes(0, "size"), 1);
        _functions["empty"] = _functions["zeros"];
        _functions["full"] = call => Filled(call, call.Sizes(0, "size"), call.Real(1, 0, "fill_value"));
        _functions["new_zeros"] = _functions["new_empty"] = call => Filled(call, call.Sizes(1, "size"), 0);
        _functions["new_ones"] = call => Filled(call, call.Sizes(1, "size"), 1);
        _functions["new_full"] = call => Filled(call, call.Sizes(1, "size"), call.Real(2));
        _functions["zeros_like"] = _functions["empty_like"] = call => Filled(call, [.. ShapeOf(call.Value(0))], 0);
        _functions["ones_like"] = call => Filled(call, [.. ShapeOf(call.Value(0))], 1);
        _functions["full_like"] = call => Filled(call, [.. ShapeOf(call.Value(0))], call.Real(1));
        _functions["arange"] = call =>
        {
            // Those that are numbers: end; start, end; start, end, step. In traced code None and the type follow by position.
            object[] bounds = [.. call.Positional.TakeWhile(value => value is Size or double or ScriptTensor)
                .Select(value => ScalarOf(value)!)];
            // A traced type is a position behind one, two or three bounds, and the layout behind it is another number.
            bounds = call.Positional.Count switch { 5 => bounds[..1], 6 => bounds[..2], 7 => bounds[..3], _ => bounds };
            double start = bounds.Length > 1 ? Real(bounds[0]) : 0, end = Real(bounds[bounds.Length > 1 ? 1 : 0]), step = bounds.Length > 2
                ? Real(bounds[2]) : 1;
            Bounded([step == 0 ? throw new InvalidDataException("The code has a range whose steps are 0.")
                : Math.Max(0, (long)Math.Ceiling(Math.Min((end - start) / step, 1e12)))]);
            bool whole = bounds.All(bound => bound is Size);
            ScalarType type = TypeOf(call.Named.GetValueOrDefault("dtype")
                ?? (call.Positional.Count >= 5 ? call[call.Positional.Count - 4] : null))
                ?? (whole ? ScalarType.Int64 : ScalarType.Float32);
            return Compute(() => Counting(start, end, step, ScalarType.Float64).to(type));
        };
        _functions["linspace"] = call =>
        {
            long steps = Bounded([call.Integer(2)])[0];
            return Compute(() => linspace(call.Real(0), call.Real(1), steps, dtype: ScalarType.Float32));
        };
        _functions["tensor"] = _functions["scalar_tensor"] = _functions["as_tensor"] = call =>
        {
            if (call[0] is ScriptTensor tensor)
            {
                return tensor;
            }
            if (ScalarOf(call[0]) is { } scalar)
            {
                return call[0] is bool yes ? Compute(() => TorchSharp.torch.tensor(yes)) : ScriptTensor.FromNumber(scalar);
            }
            object[] numbers = [.. ListOf(call[0]).Select(item => ScalarOf(item) ?? throw new NotSupportedException("of lists in lists"))];
            return numbers.All(number => number is Size)
                ? Compute(() => TorchSharp.torch.tensor(Array.ConvertAll(numbers, number => Integer(number))))
                : Compute(() => TorchSharp.torch.tensor(Array.ConvertAll(numbers, number => (float)Real(number))));
        };
        _functions["meshgrid"] = call =>
        {
            ModelValue[] axes = call.Values(0);
            Bounded([.. axes.Select(axis => Integer(ShapeOf(axis)[0]))]);
            Size[] shape = [.. axes.Select(axis => ShapeOf(axis)[0])];
            bool swap = call.Text(1, "ij", "indexing") == "xy" && axes.Length > 1;
            return axes.Select((axis, i) =>
            {
                ModelValue along = Expanded(Reshape(axis, [.. shape.Select((size, j) => j == i ? size : new Size(1))]), shape);
                return (object?)new ScriptTensor(swap ? Turned(along, 0, 1) : along);
            }).ToList();
        };
        _functions["fill_"] = call => Overwrite(call.Tensor(0), call.Tensor(0), call[1]);
        _functions["zero_"] = call => Overwrite(call.Tensor(0), call.Tensor(0), new Size(0));
        _functions["copy_"] = call => Overwrite(call.Tensor(0), call.Tensor(1), null);
        _functions["index"] = call => Index(call.Value(0), ListOf(call[1]));
        _functions["index_select"] = call => Pick(call.Value(0), Dim(call.Integer(1), Rank(call.Value(0))), call.Fixed(2));
        _functions["embedding"] = call =>
        {
            (FixedTensor table, FixedTensor places) = (call.Fixed(0), call.Fixed(1));
            return Compute(() => table.Value.index(TensorIndex.Tensor(places.Value.alias().to(ScalarType.Int64))));
        };
        _functions["masked_fill"] = call => Chosen(call.Value(1), AsValue(call[2]), call.Value(0));
        _functions["where"] = call => call.Count == 3
            ? Chosen(call.Value(0), AsValue(call[1]), AsValue(call[2]))
            : throw new NotSupportedException("that asks for places");
        _functions["tril"] = call => Compute(() => FixedOf(call.Value(0)).Value.tril(call.Integer(1)));
        _functions["triu"] = call => Compute(() => FixedOf(call.Value(0)).Value.triu(call.Integer(1)));
        _functions["cumsum"] = call => Compute(() => FixedOf(call.Value(0)).Value.cumsum(call.Integer(1)));
    }

    /// <summary>A tensor of one number all over; one for each picture, if the batch's size comes first.</summary>
    private ModelValue Filled(AtenCall call, Size[] sizes, double number)
    {
        // Without a type it is that of the tensor it is made like, or that of the number.
        ScalarType type = TypeOf(call.Named.GetValueOrDefault("dtype"))
            ?? (call[0] is ScriptTensor { Content: FixedTensor like } ? like.Type
            : call.Name == "full" && call[1, "fill_value"] is Size ? ScalarType.Int64 : ScalarType.Float32);
        if (sizes.Length > 0 && sizes[0] == Size.OfPictures)
        {
            return Expanded(Full([1, .. sizes.Skip(1).Select(Fixed)]), sizes);
        }
        return Full(Array.ConvertAll(sizes, Fixed));

        FixedTensor Full(long[] shape) => Compute(() => FullOf(number, Bounded(shape), type));
    }

    private ScriptTensor Overwrite(ScriptTensor target, ScriptTensor source, object? number)
    {
        if (target.Content is FixedTensor old && (number is not null || source.Node is null))
        {
            double value = number is null ? 0 : Real(number);
            if (number is null)
            {
                old.Value.copy_(FixedOf(source.Content).Value).Dispose();
            }
            else
            {
                using Scalar held = value;
                old.Value.fill_(held).Dispose();
            }
            return target;
        }
        if (number is null && Rank(source.Content) <= Rank(target.Content))
        {
            target.Write(Expanded(source.Content, [.. ShapeOf(target.Content)]));
            return target;
        }
        throw new NotSupportedException("of a tensor that depends on the picture");
    }

    private ModelValue Index(ModelValue x, IReadOnlyList<object?> places)
    {
        if (x is not PictureValue)
        {
            FixedTensor table = FixedOf(x);
            FixedTensor?[] fixedPlaces = [.. places.Select(place => place is null ? null : FixedOf(((ScriptTensor)place).Content))];
            return Compute(() => table.Value.index(
                [.. fixedPlaces.Select(place => place is null ? TensorIndex.Colon : TensorIndex.Tensor(place.Value))]));
        }
        if (places.Count(place => place is not null) == 1)
        {
            int dim = places.TakeWhile(place => place is null).Count();
            FixedTensor place = FixedOf(((ScriptTensor)places[dim]!).Content);
            if (place.Shape.Length != 1 || place.Type == ScalarType.Bool)
            {
                if (place.Type == ScalarType.Bool)
                {
                    throw new NotSupportedException("by a mask");
                }
                ModelValue picked = Pick(x, dim, FixedOf(Reshape(place, [new Size(-1)])));
                IReadOnlyList<Size> shape = ShapeOf(x);
                return Reshape(picked, [.. shape.Take(dim), .. place.Shape.Select(size => new Size(size)), .. shape.Skip(dim + 1)]);
            }
            return Pick(x, dim, place);
        }
        throw new NotSupportedException("by several lists of places");
    }

    private ModelValue Pick(ModelValue x, int dim, FixedTensor places)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] indices = places.Value.alias().to(ScalarType.Int64).contiguous().data<long>().ToArray();
        return Apply(new IndexSelect(dim, indices), x);
    }
}
