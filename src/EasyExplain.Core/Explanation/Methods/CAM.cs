using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>CAM (Zhou et al. 2015, arXiv 1512.04150), for networks whose last layer reads the global averages of the explained layer.</summary>
internal static class CAM
{
    public static CamMethod Method { get; } = new("CAM", "The last layer's own weights: the first of its kind, where averages feed the last layer.", Map)
    {
        UsesGradients = false,
        Misfit = (network, node) => network.AveragedInto(node) is null ? "the last layer does not read its global averages. Take GradCAM" : null,
    };

    private static Tensor Map(LayerEvidence layer) => layer.Merge(layer.ClassWeights.view(-1, 1, 1) * layer.Activations); // equation 2
}
