using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>Saliency (Simonyan et al. 2013, arXiv 1312.6034): the largest |∂f/∂x| of the colours.</summary>
internal static class Saliency
{
    public static CamMethod Method { get; } = new("Saliency", "How much a pixel moves the score: the size of its gradient.",
        input => SizeOf(input.Gradients).amax([0]))
    {
        AtInput = true,
        MergesChannels = false,
    };

    /// <summary>The sum of the colours in place of the largest.</summary>
    internal static CamMethod Summed { get; } = Method with { Map = input => SizeOf(input.Gradients).sum(dim: 0) };

    private static Tensor SizeOf(Tensor gradients) => gradients.abs();
}
