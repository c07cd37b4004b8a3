using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>LayerCAM (Jiang et al. 2021, IEEE TIP 30, "LayerCAM: Exploring Hierarchical Class Activation Maps for Localization").</summary>
internal static class LayerCAM
{
    private static readonly Scalar Gamma = 2; // of equation 9, the paper's value

    public static CamMethod Method { get; } =
        new("LayerCAM", "Every pixel weighted by its own positive gradient: fine detail, for early layers too.", Map)
        {
            Fuse = (maps, _) => Fusion.Strongest([.. maps.Select(map => (Gamma * map).tanh())]), // equation 9
        };

    // Σ w·A with w = ReLU(∂score/∂A), one for every place of every channel
    private static Tensor Map(LayerEvidence layer) => layer.MergePositive(layer.Gradients).relu();
}
