using EasyExplain.Networks.Operators;
using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Engines.OnnxRuntime.Forms;

/// <summary>Numbers in steps; as float32 here, so not ONNX's own QuantizeLinear.</summary>
internal static class QuantizationForms
{
    public static readonly OperatorTable<OnnxPlace, string> Table = new()
    {
        (Quantize steps, OnnxPlace at) => Counted(steps, at),
        (QuantizeGradient back, OnnxPlace at) => WithinSteps(back.Forward, at),
        (Dequantize steps, OnnxPlace at) => at.Add("Mul",
            [steps.ZeroPoint is null ? at.X : at.Add("Sub", [at.X, at.Weight(steps.ZeroPoint)]), at.Weight(steps.Scale)]),
    };

    private static string Counted(Quantize steps, OnnxPlace at)
    {
        string rounded = at.Add("Round", [at.Add("Div", [at.X, at.Weight(steps.Scale)])]);
        string counted = steps.ZeroPoint is null ? rounded : at.Add("Add", [rounded, at.Weight(steps.ZeroPoint)]);
        return at.Add("Clip", [counted, at.Number(steps.Lowest), at.Number(steps.Highest)]);
    }

    private static string WithinSteps(Quantize forward, OnnxPlace at)
    {
        string scale = at.Weight(forward.Scale), steps = at.Add("Div", [at.Inputs[1], scale]);
        Tensor zero = forward.ZeroPoint?.Value ?? tensor(0f);
        string above = at.Add("GreaterOrEqual", [steps, at.Weight(zero.From(forward.Lowest))]);
        string within = at.Add("And", [above, at.Add("LessOrEqual", [steps, at.Weight(zero.From(forward.Highest))])]);
        return at.Add("Where", [within, at.Add("Div", [at.X, scale]), at.Number(0)]);
    }
}
