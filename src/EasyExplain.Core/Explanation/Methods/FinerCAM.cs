using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>
/// Finer-CAM (Zhang et al. 2025, arXiv 2501.11309): Grad-CAM of what tells a class from similar ones, y − yₛ, not of the class alone.
/// </summary>
/// <remarks>
/// Several similar classes are weighted by their probabilities, as in the authors' code and pytorch-grad-cam, through which the gradient
/// flows, too. They are the other classes that were asked for, or the three whose scores are nearest. The comparison strength is 1. Of what
/// a detector found or a segmenter tells, they are the three whose scores are nearest at the same candidate, or over the same places.
/// </remarks>
internal static class FinerCAM
{
    private static readonly Scalar Eps = 1e-9;

    public static CamMethod Method { get; } = GradCAM.Method with
    {
        Name = "FinerCAM",
        Summary = "Grad-CAM of what tells the class from the others asked for, or from the most similar: fine differences.",
        Score = Difference,
    };

    private static Tensor Difference(Tensor logits, Tensor probabilities, long @class, long[] others)
    {
        Tensor similar = tensor(others, device: logits.device);
        Tensor weights = probabilities.index_select(1, similar);
        Tensor differences = logits.narrow(1, @class, 1) - logits.index_select(1, similar);
        return (weights * differences).sum(1) / weights.sum(1).Plus(Eps);
    }
}
