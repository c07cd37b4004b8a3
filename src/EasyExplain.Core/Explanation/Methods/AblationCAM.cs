using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>
/// Ablation-CAM (Desai and Ramaswamy, WACV 2020, "Ablation-CAM: Visual Explanations for Deep Convolutional Network via Gradient-free
/// Localization").
/// </summary>
/// <remarks>
/// A channel is set to 0, as in the paper; pytorch-grad-cam takes a number far below all others where activations can be negative.
/// Of a grid of tokens only those of the picture lose the channel: a class token is no place that a map could show.
/// For a class with a negative score the quotient turns round, as it stands: the map then shows what speaks against the class.
/// </remarks>
internal static class AblationCAM
{
    public static CamMethod Method { get; } =
        new("AblationCAM", "Channels weighted by what the score loses without them: no gradients, part of a pass a channel.", Map)
        {
            UsesGradients = false,
            RunsAgain = true,
        };

    private static Tensor Map(LayerEvidence layer)
    {
        Tensor weights = layer.ScoresWithoutChannel().From(layer.Score).Over(layer.Score); // (y − yₖ) / y
        return layer.Merge(weights.view(-1, 1, 1) * layer.Activations).relu();
    }
}
