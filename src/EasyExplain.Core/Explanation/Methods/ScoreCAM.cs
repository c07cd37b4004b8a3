using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>Score-CAM (Wang et al. 2019, arXiv 1910.01279).</summary>
/// <remarks>
/// The paper subtracts the score of a baseline image from every score; the softmax over the channels drops any such constant. As in
/// torch-cam, a channel is scaled before it is resized, not after (the paper's s(Up(A))): measured on ResNet-18, that moves a map by 0.002.
/// </remarks>
internal static class ScoreCAM
{
    public static CamMethod Method { get; } =
        new("ScoreCAM", "Channels weighted by the score of the image seen through them: no gradients, a pass a channel.", Map)
        {
            UsesGradients = false,
            NeedsInfluence = false,
            RunsAgain = true,
        };

    private static Tensor Map(LayerEvidence layer)
    {
        Tensor scores = layer.ScoresUnderMasks(ChannelMasks.Of(layer.Activations)); // f(X ∘ H)
        Tensor alpha = scores.softmax(0).view(-1, 1, 1);
        return layer.Merge(alpha * layer.Activations).relu();
    }
}
