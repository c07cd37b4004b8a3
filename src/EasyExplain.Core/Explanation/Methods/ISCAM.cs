using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>
/// IS-CAM (Naidu et al. 2020, arXiv 2010.03023): Score-CAM with scores averaged along a path from the dark to the masked image and beyond.
/// </summary>
/// <remarks>
/// The factors are torch-cam's: at step i of N the sum of 1/N to i/N. They end at (N + 1)/2, not at 1.
/// What <see cref="ScoreCAM"/> says of the baseline and the scaling holds here too.
/// </remarks>
internal static class ISCAM
{
    public static CamMethod Method { get; } =
        new("ISCAM", "Score-CAM averaged over masks that grow step by step: sharper, several times the work.", Map)
        {
            UsesGradients = false,
            NeedsInfluence = false,
            TakesSamples = true,
            RunsAgain = true,
        };

    private static Tensor Map(LayerEvidence layer)
    {
        int steps = layer.SampleCount;
        double Factor(int step) => (step + 1) * (step + 2) / 2.0 / steps; // 1/N + 2/N + … + (step + 1)/N
        Tensor scores = layer.ScoresUnderMasks(ChannelMasks.Of(layer.Activations), steps, (step, masks) => masks.Times(Factor(step)));
        Tensor alpha = scores.softmax(0).view(-1, 1, 1);
        return layer.Merge(alpha * layer.Activations).relu();
    }
}
