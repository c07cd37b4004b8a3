using EasyExplain.Runtime;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>Occlusion (Zeiler and Fergus 2013, arXiv 1311.2901): what the score loses where a window covers the image.</summary>
/// <remarks>
/// As in Captum, a pixel has the mean of f(x) − f(x with the window) over the windows that cover it, in each colour; the map is the sum of
/// the colours. Of a thing that a detector found, the score is D-RISE's (see <see cref="Detectors.LikenessTarget"/>).
/// </remarks>
internal static class Occlusion
{
    public static CamMethod Method { get; } =
        new("Occlusion", "What the score loses where a sliding window covers the image: no gradients, a pass a window.", Map)
        {
            UsesGradients = false,
            AtInput = true,
            IsSigned = true,
            SlidesWindow = true,
            RunsAgain = true,
            MergesChannels = false,
        };

    private static Tensor Map(LayerEvidence input)
    {
        Tensor lost = input.ScoresWithoutWindows().From(input.ScoreAsChanged);
        return input.MeanOverWindows(lost).Times(input.Activations.shape[0]);
    }
}
