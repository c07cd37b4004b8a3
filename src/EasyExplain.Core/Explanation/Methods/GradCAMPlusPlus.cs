using EasyExplain.Runtime;
using TorchSharp;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>Grad-CAM++ (Chattopadhay et al. 2017, arXiv 1710.11063).</summary>
/// <remarks>torch-cam's version divides a copy and so leaves the denominator of α out; this is the paper's equation 19.</remarks>
internal static class GradCAMPlusPlus
{
    private static readonly Scalar Eps = 1e-6;

    public static CamMethod Method { get; } = new("GradCAMPlusPlus", "Grad-CAM that also finds several objects of the class.", Map);

    private static Tensor Map(LayerEvidence layer)
    {
        Tensor gradients = layer.Gradients;
        Tensor g2 = gradients.pow(Two), g3 = g2 * gradients, sum = layer.Activations.sum([-2, -1], keepdim: true);
        Tensor alpha = g2 / (Two * g2).Plus(sum * g3).Plus(Eps);                              // equation 19
        Tensor weights = (alpha * gradients.relu()).sum([-2, -1], keepdim: true);          // equation 7
        return layer.Merge(weights * layer.Activations).relu();
    }
}
