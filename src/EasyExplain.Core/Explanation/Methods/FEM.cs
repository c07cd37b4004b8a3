using EasyExplain.Runtime;
using TorchSharp;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>FEM (Fuad et al. 2020, "Features Understanding in 3D CNNs for Actions Recognition in Video", IPTA 2020).</summary>
internal static class FEM
{
    private static readonly Scalar K = 2; // the paper's k-sigma rule

    public static CamMethod Method { get; } =
        new("FEM", "Channels weighted by how often they are unusually strong: no gradients, no class.", Map)
        {
            UsesGradients = false,
            NeedsInfluence = false,
            NeedsClass = false,
        };

    private static Tensor Map(LayerEvidence layer)
    {
        Tensor activations = layer.Activations;
        Tensor mean = activations.mean([-2, -1], keepdim: true);
        Tensor sigma = (activations - mean).pow(Two).mean([-2, -1], keepdim: true).sqrt();
        Tensor strong = (activations > mean.Plus(K * sigma)).to(activations.dtype);
        return layer.Merge(strong.mean([-2, -1], keepdim: true) * activations).relu();
    }
}
