using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>
/// Integrated gradients (Sundararajan et al. 2017, arXiv 1703.01365): x · ∫₀¹ ∂f/∂x(α·x) dα, summed over the colours. The path begins at 0,
/// the mean colour; the sum of the map is f(x) − f(0), as exactly as the steps give the integral.
/// </summary>
internal static class IntegratedGradients
{
    /// <summary>By Gauss and Legendre's rule, as Captum has it.</summary>
    public static CamMethod Method { get; } = new("IntegratedGradients",
        "Each pixel's share of the score: gradients on the way from the mean colour to the image.",
        input => Map(input, Quadrature.GaussLegendre(input.SampleCount)))
    {
        UsesGradients = false, // those of further passes, but not of the image itself
        HasOwnGradients = true,
        AtInput = true,
        IsSigned = true,
        TakesSamples = true,
        UsualSamples = 50,
        RunsAgain = true,
        MergesChannels = false,
    };

    /// <summary>By the middles of equal steps.</summary>
    internal static CamMethod Middles { get; } = Method with { Map = input => Map(input, Quadrature.Middles(input.SampleCount)) };

    private static Tensor Map(LayerEvidence input, IReadOnlyList<(double At, double Weight)> steps)
    {
        Tensor x = input.Activations;
        Tensor integral = input.SumOfGradients(steps.Count,
            (first, count) => cat([.. steps.Skip(first).Take(count).Select(step => x.Times(step.At).unsqueeze(0))], 0),
            (first, gradients) => gradients * tensor(steps.Skip(first).Take((int)gradients.shape[0]).Select(step => step.Weight).ToArray())
                .to(gradients.dtype).to(gradients.device).view(-1, 1, 1, 1));
        return (x * integral).sum(dim: 0);
    }
}
