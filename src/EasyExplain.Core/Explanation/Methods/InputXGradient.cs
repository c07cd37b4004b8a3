namespace EasyExplain.Explanation.Methods;

/// <summary>Input × gradient (Shrikumar et al. 2016, arXiv 1605.01713): x · ∂f/∂x, summed over the colours.</summary>
internal static class InputXGradient
{
    public static CamMethod Method { get; } = new("InputXGradient",
        "Each pixel times its gradient: its share of the score, to first order.",
        input => (input.Activations * input.Gradients).sum(dim: 0))
    {
        AtInput = true,
        IsSigned = true,
        MergesChannels = false,
    };
}
