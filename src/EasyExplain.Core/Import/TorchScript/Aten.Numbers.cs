using static TorchSharp.torch;

namespace EasyExplain.Import.TorchScript;

// Integers and fractions: worked out at import. A traced script keeps them in tensors of no dimensions.
internal sealed partial class Aten
{
    private void AddNumbers()
    {
        _functions["NumToTensor"] = call => ScriptTensor.FromNumber(ScalarOf(call[0]) ?? throw new InvalidDataException("The code makes a tensor of what is no number."));
        _functions["Int"] = _functions["IntImplicit"] = call => NumberOf("int", call[0]);
        _functions["Float"] = _functions["FloatImplicit"] = call => NumberOf("float", call[0]);
        _functions["Bool"] = call => NumberOf("bool", call[0]);
        _functions["int"] = _functions["Int"];
        _functions["float"] = _functions["Float"];
        _functions["bool"] = _functions["Bool"];
        _functions["item"] = _functions["Scalar"] = _functions["ScalarImplicit"] = call => ScalarOf(call[0]) ?? NumberOf("float", call[0]);
        _functions["ceil"] = call => Rounded(call, Math.Ceiling, value => value.ceil());
        _functions["floor"] = call => Rounded(call, Math.Floor, value => value.floor());
        _functions["round"] = call => call[1, "decimals"] is { } decimals && Integer(decimals) != 0
            ? throw new NotSupportedException("to some decimals")
            : Rounded(call, value => Math.Round(value), value => value.round());
        _functions["trunc"] = _functions["fix"] = call => Rounded(call, Math.Truncate, value => value.trunc());

        object Rounded(AtenCall call, Func<double, double> round, Func<Tensor, Tensor> roundAll) => call[0] switch
        {
            ScriptTensor { Node: not null } => Unary(call),
            ScriptTensor { Content: FixedTensor { Shape.Length: > 0 } known } => Compute(() => roundAll(known.Value)),
            _ => Whole(call, round),
        };

        static object Whole(AtenCall call, Func<double, double> round)
        {
            object result = ScalarOf(call[0]) is Size size ? size : NumberOf("int", round(Real(call[0])));
            return call[0] is ScriptTensor ? ScriptTensor.FromNumber(result) : result;
        }
    }

    /// <summary>A number by itself, as <see cref="Size"/> or double, or in a tensor without dimensions; null for anything else.</summary>
    private static object? ScalarOf(object? value) => value switch
    {
        Size or double => value,
        bool yes => new Size(yes ? 1 : 0),
        ScriptTensor { Number: { } scalar } => scalar,
        ScriptTensor { Content: FixedTensor { Shape.Length: 0 } } => NumberOf("number", value),
        ModelValue made => ScalarOf(new ScriptTensor(made)),
        _ => null,
    };

    /// <summary>Arithmetic with numbers.</summary>
    private static object Arithmetic(string name, object a, object b)
    {
        if (a is Size left && b is Size right)
        {
            switch (name)
            {
                case "add": return left + right;
                case "sub": return left - right;
                case "mul": return left * right;
                case "floordiv" or "floor_divide": return FloorDivide(left, right);
                case "trunc_divide" when left.IsFixed && right.IsFixed && right.Fixed != 0: return new Size(left.Fixed / right.Fixed);
                case "trunc_divide": return FloorDivide(left, right); // of how many pictures there are, which are not fewer than none
                case "remainder": return left - FloorDivide(left, right) * right;
                case "fmod" when left.IsFixed && right.IsFixed && right.Fixed != 0: return new Size(left.Fixed % right.Fixed);
                case "eq": return left == right;
                case "ne": return left != right;
                case "lt": return left < right;
                case "gt": return left > right;
                case "le": return left <= right;
                case "ge": return left >= right;
                case "minimum": return left < right ? left : right;
                case "maximum": return left > right ? left : right;
                case "__and__": return new Size(Integer(left) & Integer(right));
                case "__or__": return new Size(Integer(left) | Integer(right));
                case "pow" when right.IsFixed && right.Fixed is >= 0 and < 64: return new Size(checked((long)Math.Pow(Integer(left), right.Fixed)));
            }
        }
        (double x, double y) = (Real(a), Real(b));
        return name switch
        {
            "add" => x + y,
            "sub" => x - y,
            "mul" => x * y,
            "div" => y == 0 ? throw new InvalidDataException("The code divides by 0.") : x / y,
            "floordiv" or "floor_divide" => Math.Floor(x / y),
            "trunc_divide" => Math.Truncate(x / y),
            "remainder" => x - y * Math.Floor(x / y),
            "fmod" => x % y,
            "pow" => Math.Pow(x, y),
            "minimum" => Math.Min(x, y),
            "maximum" => Math.Max(x, y),
            "eq" => x == y,
            "ne" => x != y,
            "lt" => x < y,
            "gt" => x > y,
            "le" => x <= y,
            "ge" => x >= y,
            _ => throw new NotSupportedException($"{name} of two fractions"),
        };
    }

    private static Size FloorDivide(Size a, Size b)
    {
        if (!b.IsFixed)
        {
            return a / b;
        }
        if (b.Fixed == 0)
        {
            throw new InvalidDataException("The code divides by 0.");
        }
        if (a.PerPicture % b.Fixed != 0)
        {
            throw new NotSupportedException("a number that depends on how many pictures are in the batch");
        }
        long rest = ((a.Fixed % b.Fixed) + b.Fixed) % b.Fixed;
        return new Size((a.Fixed - rest) / b.Fixed, a.PerPicture / b.Fixed);
    }
}
