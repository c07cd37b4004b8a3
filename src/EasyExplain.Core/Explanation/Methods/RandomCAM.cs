using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>
/// The control: channels weighted by chance. A method that does not look better than this tells what the layer sees, not what the
/// decision was made of (compare Adebayo et al. 2018, arXiv 1810.03292).
/// </summary>
internal static class RandomCAM
{
    public static CamMethod Method { get; } = new("RandomCAM", "Random weights: the control that others must beat.", Map)
    {
        UsesGradients = false,
        NeedsInfluence = false,
        NeedsClass = false,
        DrawsNoise = true,
    };

    private static Tensor Map(LayerEvidence layer)
    {
        Tensor weights = Two * layer.Random(layer.Activations.shape[0], 1, 1) - One; // uniform in [-1, 1)
        return layer.Merge(weights * layer.Activations).relu();
    }
}
