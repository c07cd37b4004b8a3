using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>Grad-CAM (Selvaraju et al. 2017, arXiv 1610.02391).</summary>
internal static class GradCAM
{
    public static CamMethod Method { get; } =
        new("GradCAM", "Channels weighted by their mean gradient: robust, coarse, for the last layers.", Map);

    private static Tensor Map(LayerEvidence layer)
    {
        Tensor alpha = layer.Gradients.mean([-2, -1], keepdim: true); // equation 1
        return layer.Merge(alpha * layer.Activations).relu();       // equation 2
    }
}
