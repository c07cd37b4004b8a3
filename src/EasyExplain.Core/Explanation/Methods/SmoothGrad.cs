using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>SmoothGrad (Smilkov et al. 2017, arXiv 1706.03825): the mean gradient of noisy copies, summed over the colours.</summary>
internal static class SmoothGrad
{
    public static CamMethod Method { get; } = new("SmoothGrad",
        "The gradient averaged over noisy copies of the image: smoother, several times the work.",
        input => Map(input, gradients => gradients))
    {
        UsesGradients = false, // those of the copies alone
        AtInput = true,
        IsSigned = true,
        DrawsNoise = true,
        TakesSamples = true,
        UsualSamples = 16,
        AddsNoiseToInput = true,
        RunsAgain = true,
        MergesChannels = false,
    };

    /// <summary>The mean size of the gradient, as Captum's noise tunnel has it: noise does not cancel out.</summary>
    internal static CamMethod OfSizes { get; } = Method with { IsSigned = false, Map = input => Map(input, gradients => gradients.abs()) };

    private static Tensor Map(LayerEvidence input, Func<Tensor, Tensor> each)
    {
        using Generator generator = input.Noise();
        Tensor sum = input.SumOfGradients(
            input.SampleCount, (_, count) => Noisy(input, generator, count), (_, gradients) => each(gradients));
        return sum.sum(dim: 0).Over(input.SampleCount);
    }

    /// <summary>Drawn one by one, so that the numbers are the same whatever the size of a batch.</summary>
    private static Tensor Noisy(LayerEvidence input, Generator generator, int count)
    {
        Tensor x = input.Activations.unsqueeze(0);
        Tensor[] draws = [.. Enumerable.Range(0, count).Select(_ => randn(x.shape, generator: generator).Times(input.NoiseStd))];
        return x.Plus(cat(draws, 0).to(x.dtype).to(x.device));
    }
}
