using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>
/// XGrad-CAM (Fu et al. 2020, arXiv 2008.02312): the weights that come nearest to its axioms of sensitivity and conservation.
/// </summary>
internal static class XGradCAM
{
    private static readonly Scalar Eps = 1e-7;

    public static CamMethod Method { get; } = new("XGradCAM", "Grad-CAM whose mean gradient is weighted by the activation.", Map);

    private static Tensor Map(LayerEvidence layer)
    {
        Tensor activations = layer.Activations;
        // w = Σ (A / ΣA) · ∂score/∂A, of each channel
        Tensor share = activations / activations.sum([-2, -1], keepdim: true).Plus(Eps);
        Tensor weights = (share * layer.Gradients).sum([-2, -1], keepdim: true);
        return layer.Merge(weights * activations).relu();
    }
}
