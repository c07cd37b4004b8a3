using EasyExplain.Runtime;
using TorchSharp;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Import.Onnx;

// What depends on no picture, and is computed at once: shapes, tables of positions, bounds.
internal sealed partial class OnnxOperators
{
    private void AddConstants()
    {
        _functions["Constant"] = call => call.Node.Attributes.Values.FirstOrDefault() switch
        {
            { Name: "value", Tensor: { } tensor } => Compute(() => tensor.Read(_folder), tensor.Type),
            { Name: "value_float" } number => Compute(() => tensor(number.Single)),
            { Name: "value_int" } number => Compute(() => tensor(number.Integer)),
            { Name: "value_floats" } numbers => Compute(() => tensor([.. numbers.Singles])),
            { Name: "value_ints" } numbers => Compute(() => tensor([.. numbers.Integers])),
            _ => throw new NotSupportedException("that is no tensor"),
        };
        _functions["ConstantOfShape"] = call =>
        {
            Size[] shape = Sizes(call[0]);
            using DisposeScope scope = NewDisposeScope();
            using Tensor value = call.Node.Attributes.GetValueOrDefault("value")?.Tensor?.Read(_folder) ?? tensor(0f);
            if (shape.Length > 0 && shape[0] == Size.OfPictures)
            {
                ModelValue one = Compute(() =>
                    value.reshape([]).expand(Bounded([.. shape.Select((size, i) => i == 0 ? 1 : Fixed(size))])).clone());
                return ToBatch(one);
            }
            long[] sizes = Bounded([.. shape.Select(Fixed)]);
            return Compute(() => value.reshape([]).expand(sizes).clone());
        };
        _functions["Cast"] = call =>
        {
            long type = call.Integer("to");
            return call[0] switch
            {
                FixedTensor known => Compute(() => Cast(known.Value, type)),
                SizesValue when type is 6 or 7 => call[0],
                // All that depends on the picture is float32 here; a comparison's result is 0 or 1.
                PictureValue picture when type is 1 or 10 or 11 or 16
                    || (type is 9 or 6 or 7 && IsWhole(picture.Node)) => picture,
                _ => throw new NotSupportedException("to whole numbers"),
            };
        };
        _functions["CastLike"] = call => call[1] switch
        {
            FixedTensor like when call[0] is not PictureValue => Compute(() => FixedOf(call[0]).Value.to(like.Value.dtype)),
            FixedTensor like when !like.Value.is_floating_point() => throw new NotSupportedException("to whole numbers"),
            PictureValue when call[0] is not PictureValue => Compute(() => FixedOf(call[0]).Value.to(ScalarType.Float32)),
            _ => call[0],
        };
        _functions["Range"] = call =>
        {
            (FixedTensor from, FixedTensor to, FixedTensor step) = (call.Fixed(0), call.Fixed(1), call.Fixed(2));
            double count = Math.Ceiling(((Single(to) ?? 0) - (Single(from) ?? 0)) / (Single(step) ?? 0));
            Bounded(double.IsFinite(count) && Math.Abs(count) < long.MaxValue ? (long)Math.Max(0, count) : long.MaxValue);
            return Compute(() => (Counting((long)Math.Max(0, count), from.Value.dtype) * step.Value).Plus(from.Value).to(from.Value.dtype));
        };
        _functions["NonZero"] = call => Eager(call, value =>
        {
            Bounded(value.NumberOfElements, value.ndim);
            return value.nonzero().t();
        });
        _functions["ScatterND"] = call =>
        {
            (Tensor data, Tensor indices, Tensor updates) = (call.Fixed(0).Value, call.Fixed(1).Value, call.Fixed(2).Value);
            if (call.Text("reduction", "none") != "none" || indices.ndim == 0 || indices.shape[^1] > data.ndim)
            {
                throw new NotSupportedException("that adds up, or to what is not there");
            }
            return Compute(() => data.clone().index_put_(updates, [.. indices.unbind(-1).Select(index => TensorIndex.Tensor(index))]));
        };
        _functions["CumSum"] = call => Eager(call, value =>
        {
            long given = IntegersOf(call.Fixed(1)) is [var only] ? only
                : throw new InvalidDataException("'CumSum' does not say along which dimension.");
            int dim = Dim(given, Rank(call[0]));
            bool back = call.Integer("reverse") != 0;
            Tensor ordered = back ? value.flip(dim) : value, sum = ordered.cumsum(dim);
            sum = call.Integer("exclusive") == 0 ? sum : sum - ordered;
            return back ? sum.flip(dim) : sum;
        });
        _functions["Trilu"] = call => Eager(call, value =>
        {
            long diagonal = call.FixedOrNull(1) is not { } given ? 0
                : IntegersOf(given) is [var k] ? k : throw new InvalidDataException("'Trilu' has several diagonals.");
            return call.Integer("upper", 1) != 0 ? value.triu(diagonal) : value.tril(diagonal);
        });
    }

    /// <summary>Whether its numbers are whole as they are.</summary>
    private static bool IsWhole(Networks.Node node) => node.Operator switch
    {
        Networks.Operators.Compare or Networks.Operators.Floor => true,
        Networks.Operators.Clamp(var min, var max) => (min ?? 0) % 1 == 0 && (max ?? 0) % 1 == 0 && IsWhole(node.Inputs[0]),
        Networks.Operators.AddNumber(var number) => number % 1 == 0 && IsWhole(node.Inputs[0]),
        _ => false,
    };

    /// <summary>Numbers as another of ONNX's types has them; here fractions are then float32, and whole numbers int64.</summary>
    private static Tensor Cast(Tensor value, long type)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor cast = type switch
        {
            1 or 11 => value.to(ScalarType.Float32),
            10 => value.to(ScalarType.Float16).to(ScalarType.Float32),
            16 => value.to(ScalarType.BFloat16).to(ScalarType.Float32),
            9 => value.to(ScalarType.Bool),
            // What does not fit loses its upper bits, as in C.
            2 => value.to(ScalarType.Int64).bitwise_and(tensor(0xFFL)),
            4 => value.to(ScalarType.Int64).bitwise_and(tensor(0xFFFFL)),
            12 => value.to(ScalarType.Int64).bitwise_and(tensor(0xFFFFFFFFL)),
            3 => value.to(ScalarType.Int64).to(ScalarType.Int8).to(ScalarType.Int64),
            5 => value.to(ScalarType.Int64).to(ScalarType.Int16).to(ScalarType.Int64),
            6 => value.to(ScalarType.Int64).to(ScalarType.Int32).to(ScalarType.Int64),
            7 or 13 => value.to(ScalarType.Int64),
            _ => throw new NotSupportedException($"to ONNX's type {type}"),
        };
        return cast.alias().MoveToOuterDisposeScope();
    }

    private ModelValue Eager(OnnxCall call, Func<Tensor, Tensor> compute)
    {
        FixedTensor known = call.Fixed(0);
        return Compute(() => compute(known.Value));
    }
}
