namespace EasyExplain.Import.TorchScript;

// Integers and fractions: worked out at import. A traced script keeps them in tensors of no dimensions.
internal sealed partial class Aten
{
    private void AddNumbers()
    {
        _functions["NumToTensor"] = call =>
            ScriptTensor.FromNumber(ScalarOf(call[0]) ?? throw new InvalidDataException("The code makes a tensor of what is no number."));
        _functions["Int"] = _functions["IntImplicit"] = call => NumberOf("int", call[0]);
        _functions["Float"] = _functions["FloatImplicit"] = call => NumberOf("float", call[0]);
        _functions["Bool"] = call => NumberOf("bool", call[0]);
        _functions["int"] = _functions["Int"];
        _functions["float"] = _functions["Float"];
        _functions["bool"] = _functions["Bool"];
        _functions["item"] = _functions["Scalar"] = _functions["ScalarImplicit"] = call => ScalarOf(call[0]) ?? NumberOf("float", call[0]);
        Rounded("ceil", Math.Ceiling);
        Rounded("floor", Math.Floor);
        Rounded("round", value => Math.Round(value));
        Rounded("trunc", Math.Truncate);
        Rounded("fix", Math.Truncate);
        Only("round", call => call[1, "decimals"] is null || call.Integer(1, 0, "decimals") == 0,
            _ => throw new NotSupportedException("to some decimals"));

        void Rounded(string name, Func<double, double> round) => Only(
            name, call => call[0] is ScriptTensor { Content: PictureValue or FixedTensor { Shape.Length: > 0 } },
            call => Whole(call, round));

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
        _ => null,
    };

    /// <summary>Arithmetic with numbers.</summary>
    private static object Arithmetic(PairOperation operation, object a, object b)
    {
        object result = a is Size left && b is Size right && operation.OfSizes?.Invoke(left, right) is { } size ? size
            : operation.OfNumbers?.Invoke(Real(a), Real(b)) ?? throw new NotSupportedException($"{operation.Aten[0]} of two fractions");
        return operation.IsQuestion ? NumberOf("bool", result) : result;
    }
}
