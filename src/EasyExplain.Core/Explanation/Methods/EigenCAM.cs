using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>
/// Eigen-CAM (Muhammad and Yeasin 2020, arXiv 2008.00299): the activations' first principal component, whatever the class.
/// </summary>
internal static class EigenCAM
{
    public static CamMethod Method { get; } =
        new("EigenCAM", "The layer's principal component: no gradients, the same map for every class.", Map)
        {
            UsesGradients = false,
            NeedsInfluence = false,
            NeedsClass = false,
            MergesChannels = false,
        };

    private static Tensor Map(LayerEvidence layer) => PrincipalComponent.Of(layer.Activations).relu();
}
