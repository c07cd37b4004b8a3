using EasyExplain.Runtime;
using TorchSharp;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>
/// Smooth Grad-CAM++ (Omeiza et al. 2019, arXiv 1908.01224): Grad-CAM++ with derivatives averaged over noisy copies of the input.
/// </summary>
/// <remarks>
/// As the paper has it, the averaged derivatives meet the activations of the clean image; torch-cam takes the last noisy sample's
/// instead, so its maps differ. α has a pole where the sum in its denominator is negative: with gradients around 1e-4 the map then
/// depends on rounding, and means little.
/// </remarks>
internal static class SmoothGradCAMPlusPlus
{
    private static readonly Scalar Eps = 1e-8;

    public static CamMethod Method { get; } =
        new("SmoothGradCAMPlusPlus", "Grad-CAM++ averaged over noisy copies of the image: smoother, several times the work.", Map)
        {
            DrawsNoise = true,
            TakesSamples = true,
            AddsNoiseToInput = true,
            RunsAgain = true,
        };

    private static Tensor Map(LayerEvidence layer)
    {
        Tensor activations = layer.Activations;
        Tensor d1 = layer.MeanNoisyGradient(power: 1), d2 = layer.MeanNoisyGradient(power: 2), d3 = layer.MeanNoisyGradient(power: 3);
        // α = D² / (2 D² + Σ A·D³), w = Σ α·ReLU(D¹), with the derivatives D averaged over the samples
        Tensor alpha = d2 / (Two * d2).Plus((d3 * activations).sum([-2, -1], keepdim: true)).Plus(Eps);
        Tensor weights = (alpha * d1.relu()).sum([-2, -1], keepdim: true);
        return layer.Merge(weights * activations).relu();
    }
}
