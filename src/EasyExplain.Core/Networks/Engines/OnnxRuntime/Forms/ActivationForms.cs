using EasyExplain.Networks.Operators;

namespace EasyExplain.Networks.Engines.OnnxRuntime.Forms;

/// <summary>What bends, cuts off and decides.</summary>
internal static class ActivationForms
{
    public static readonly OperatorTable<OnnxPlace, string> Table = new()
    {
        (ReLU _, OnnxPlace at) => at.Add("Relu"),
        (ReLU6 _, OnnxPlace at) => at.Add("Clip", [at.X, at.Number(0), at.Number(6)]),
        (Clamp clamp, OnnxPlace at) => at.Add("Clip",
            [at.X, clamp.Min is { } min ? at.Number(min) : "", .. clamp.Max is { } max ? new[] { at.Number(max) } : []]),
        (LeakyReLU relu, OnnxPlace at) => at.Add("LeakyRelu", ("alpha", relu.Slope)),
        (PReLU relu, OnnxPlace at) => at.Add("PRelu",
            [at.X, at.Weight(relu.Slope.Value.view([-1, .. Enumerable.Repeat(1L, at.Shape.Length - 1)]))]),
        (ELU elu, OnnxPlace at) => at.Add("Elu", ("alpha", elu.Alpha)),
        (SELU _, OnnxPlace at) => at.Add("Selu"),
        (CELU celu, OnnxPlace at) => at.Add("Celu", ("alpha", celu.Alpha)),
        (Sigmoid _, OnnxPlace at) => at.Add("Sigmoid"),
        (Hardsigmoid _, OnnxPlace at) => at.Add("HardSigmoid", ("alpha", 1.0 / 6), ("beta", 0.5)),
        (SiLU silu, OnnxPlace at) =>
            at.Add("Mul", [at.X, at.Add("Sigmoid", [silu.Alpha == 1 ? at.X : at.Add("Mul", [at.X, at.Number(silu.Alpha)])])]),
        (Hardswish _, OnnxPlace at) => at.Add("HardSwish"),
        (GELU gelu, OnnxPlace at) => gelu.Tanh ? Curved(at) : Exact(at),
        (Mish _, OnnxPlace at) => at.Add("Mul", [at.X, at.Add("Tanh", [at.Add("Softplus")])]),
        (Softplus _, OnnxPlace at) => at.Add("Softplus"),
        (Tanh _, OnnxPlace at) => at.Add("Tanh"),
        (Softmax softmax, OnnxPlace at) => at.Add("Softmax", ("axis", (long)softmax.Dim)),
        (LogSoftmax softmax, OnnxPlace at) => at.Add("LogSoftmax", ("axis", (long)softmax.Dim)),
        (Compare compare, OnnxPlace at) => at.Add("Where", [Holds(compare.Relation, at), at.Number(1), at.Number(0)]),
        (Where _, OnnxPlace at) => at.Add("Where", [at.Add("Equal", [at.X, at.Number(0)]), at.Inputs[2], at.Inputs[1]]),
        // As steep as float32 goes: a HardSigmoid runs on all threads, and Where on one.
        (Step _, OnnxPlace at) => at.Add("HardSigmoid", ("alpha", (double)float.MaxValue), ("beta", 0.0)),
        (WhereBetween where, OnnxPlace at) => at.Add("Where", [Between(where, at), at.X, at.Number(0)]),
    };

    /// <summary>Φ(x) = (1 + erf(x / √2)) / 2; in these steps ONNX Runtime knows it again and makes one operation of it.</summary>
    private static string Exact(OnnxPlace at)
    {
        string erf = at.Add("Erf", [at.Add("Div", [at.X, at.Number(Math.Sqrt(2))])]);
        string twice = at.Add("Mul", [at.X, at.Add("Add", [erf, at.Number(1)])]);
        return at.Add("Mul", [twice, at.Number(0.5)]);
    }

    private static string Curved(OnnxPlace at)
    {
        string cube = at.Add("Mul", [at.Add("Mul", [at.X, at.X]), at.Add("Mul", [at.X, at.Number(GELU.TanhCube)])]);
        string inner = at.Add("Mul", [at.Add("Add", [at.X, cube]), at.Number(GELU.TanhScale)]);
        return at.Add("Mul", [at.Add("Mul", [at.X, at.Number(0.5)]), at.Add("Add", [at.Add("Tanh", [inner]), at.Number(1)])]);
    }

    private static string Holds(Relation relation, OnnxPlace at) => relation switch
    {
        Relation.NotEqual => at.Add("Not", [at.Add("Equal")]),
        _ => at.Add(relation.ToString()), // ONNX has the same names
    };

    private static string Between(WhereBetween where, OnnxPlace at)
    {
        string between = at.Add(where.WithBounds ? "GreaterOrEqual" : "Greater", [at.Inputs[1], at.Number(where.Low)]);
        return double.IsFinite(where.High)
            ? at.Add("And", [between, at.Add(where.WithBounds ? "LessOrEqual" : "Less", [at.Inputs[1], at.Number(where.High)])])
            : between;
    }
}
