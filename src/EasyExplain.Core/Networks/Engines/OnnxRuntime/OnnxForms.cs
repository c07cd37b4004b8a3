using EasyExplain.Networks.Engines.OnnxRuntime.Forms;

namespace EasyExplain.Networks.Engines.OnnxRuntime;

/// <summary>
/// How ONNX writes an operator: what is added to a model, of which the output's name comes back. An operator without a form, or set in a
/// way that its form does not cover, is libtorch's to run.
/// </summary>
internal static class OnnxForms
{
    /// <summary>All of them.</summary>
    public static OperatorTable<OnnxPlace, string> Table { get; } = new()
    {
        ActivationForms.Table, ArithmeticForms.Table, LayerForms.Table, NormalisationForms.Table, PoolingForms.Table,
        QuantizationForms.Table, ReductionForms.Table, ResizeForms.Table, ShapeForms.Table,
    };
}
