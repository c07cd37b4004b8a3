using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>SS-CAM (Naidu and Michael 2020, arXiv 2006.14255): Score-CAM with noise on the masks, its scores averaged.</summary>
/// <remarks>
/// σ is torch-cam's, in units of a mask from 0 to 1. What <see cref="ScoreCAM"/> says of the baseline and the scaling holds here too.
/// </remarks>
internal static class SSCAM
{
    private const double Sigma = 2; // of a mask's noise

    public static CamMethod Method { get; } = new("SSCAM", "Score-CAM averaged over noisy masks: smoother, several times the work.", Map)
    {
        UsesGradients = false,
        NeedsInfluence = false,
        DrawsNoise = true,
        TakesSamples = true,
        RunsAgain = true,
    };

    private static Tensor Map(LayerEvidence layer)
    {
        using ChannelNoise noise = layer.DrawMaskNoise();
        Tensor scores = layer.ScoresUnderMasks(
            ChannelMasks.Of(layer.Activations), layer.SampleCount, (_, masks) =>
                masks.Plus(noise.Next(masks.shape[0]).to(masks.device).Times(Sigma)), ofEach: true);
        Tensor alpha = scores.softmax(0).view(-1, 1, 1);
        return layer.Merge(alpha * layer.Activations).relu();
    }
}
