using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>
/// ShapleyCAM (Cai 2025, arXiv 2501.06261): channels weighted by an estimate of their Shapley value, to the second order.
/// </summary>
internal static class ShapleyCAM
{
    public static CamMethod Method { get; } = new("ShapleyCAM", "Grad-CAM corrected by the curvature of the score: twice the work.", Map)
    {
        UsesCurvature = true,
    };

    private static Tensor Map(LayerEvidence layer)
    {
        Tensor activations = layer.Activations;
        // w = mean of ∇ − ½·H·A, with the Hessian H of the score in the activations
        Tensor weights = (layer.Gradients - layer.HessianTimes(activations) / Two).mean([-2, -1], keepdim: true);
        return layer.Merge(weights * activations).relu();
    }
}
