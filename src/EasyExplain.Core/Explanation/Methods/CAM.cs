using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>
/// CAM (Zhou et al. 2015, arXiv 1512.04150), for networks whose last layer reads the global averages of the explained layer, or that
/// average what a 1×1 convolution makes of it (Lin et al. 2013, arXiv 1312.4400): a ReLU between them is passed over, as in torch-cam.
/// </summary>
internal static class CAM
{
    public static CamMethod Method { get; } =
        new("CAM", "The last layer's own weights: the first of its kind, where averages feed the last layer.", Map)
        {
            UsesGradients = false,
            OfWholePictures = true,
            Misfit = (network, node) => network.AveragedInto(node) is null
                ? "no linear layer or 1×1 convolution makes the classes of its global averages. Take GradCAM" : null,
        };

    private static Tensor Map(LayerEvidence layer) => layer.Merge(layer.ClassWeights.view(-1, 1, 1) * layer.Activations); // equation 2
}
