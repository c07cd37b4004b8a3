using EasyExplain.Networks.Operators;

namespace EasyExplain.Networks.Engines.OnnxRuntime.Forms;

/// <summary>Sums, products and functions, number by number.</summary>
internal static class ArithmeticForms
{
    public static readonly OperatorTable<OnnxPlace, string> Table = new()
    {
        (Add _, OnnxPlace at) => at.Add("Add"),
        (Subtract _, OnnxPlace at) => at.Add("Sub"),
        (Multiply _, OnnxPlace at) => at.Add("Mul"),
        (Divide _, OnnxPlace at) => at.Add("Div"),
        (Maximum _, OnnxPlace at) => at.Add("Max"),
        (Minimum _, OnnxPlace at) => at.Add("Min"),
        (AddNumber plus, OnnxPlace at) => at.Add("Add", [at.X, at.Number(plus.Number)]),
        (MultiplyBy times, OnnxPlace at) => at.Add("Mul", [at.X, at.Number(times.Factor)]),
        (Power power, OnnxPlace at) => power.Exponent is { } exponent ? at.Add("Pow", [at.X, at.Number(exponent)]) : at.Add("Pow"),
        (Negate _, OnnxPlace at) => at.Add("Neg"),
        (Abs _, OnnxPlace at) => at.Add("Abs"),
        (Reciprocal _, OnnxPlace at) => at.Add("Reciprocal"),
        (Sqrt _, OnnxPlace at) => at.Add("Sqrt"),
        (Floor _, OnnxPlace at) => at.Add("Floor"),
        (Rsqrt _, OnnxPlace at) => at.Add("Reciprocal", [at.Add("Sqrt")]),
        (Exp _, OnnxPlace at) => at.Add("Exp"),
        (Log _, OnnxPlace at) => at.Add("Log"),
        (Erf _, OnnxPlace at) => at.Add("Erf"),
        (Stabilize stab, OnnxPlace at) => at.Add("Add",
            [at.X, at.Add("Where", [at.Add("Less", [at.X, at.Number(0)]), at.Number(-stab.Epsilon), at.Number(stab.Epsilon)])]),
        (OnlyHighest _, OnnxPlace at) => at.Shape.Length == 1 ? OnlyHighest(at) : null,
        (Dropout _, OnnxPlace at) => at.X,
        (Detached _, OnnxPlace at) => at.X,
        (StochasticDepth _, OnnxPlace at) => at.X,
    };

    private static string OnlyHighest(OnnxPlace at)
    {
        string highest = at.Add("ArgMax", [at.X], ("axis", 1L), ("keepdims", 1L));
        string here = at.Add("Equal", [highest, at.Integers([.. Enumerable.Range(0, (int)at.Shape[0]).Select(i => (long)i)])]);
        return at.Add("Where", [here, at.X, at.Number(0)]);
    }
}
