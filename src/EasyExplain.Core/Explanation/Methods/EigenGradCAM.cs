using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>
/// Eigen-Grad-CAM, pytorch-grad-cam's method of this name: Eigen-CAM (arXiv 2008.00299) of gradient times activation, which makes it
/// speak of a class.
/// </summary>
internal static class EigenGradCAM
{
    public static CamMethod Method { get; } =
        new("EigenGradCAM", "Eigen-CAM of gradient times activation: as clean, but about the class.", Map)
        {
            MergesChannels = false,
        };

    private static Tensor Map(LayerEvidence layer) => PrincipalComponent.Of(layer.Gradients * layer.Activations).relu();
}
