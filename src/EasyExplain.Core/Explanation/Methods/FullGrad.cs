using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>
/// FullGrad (Srinivas and Fleuret 2019, arXiv 1905.00780): what the input and every bias of the network contribute to the score,
/// S = ψ(x ⊙ ∂y/∂x) + Σ ψ(b ⊙ ∂y/∂z) over all biases b and the outputs z they are added to.
/// </summary>
/// <remarks>
/// It explains the network at its input and asks for no layer. As in pytorch-grad-cam, ψ scales every channel to [0, 1] by itself, and the
/// biases are those of convolutions and batch normalisations (less γμ/σ); where all other operations are piecewise linear, as ReLU, the
/// contributions add up to the score but for the biases of the last layers, which have no place in the picture.
/// </remarks>
internal static class FullGrad
{
    private static readonly Scalar Eps = 1e-7; // pytorch-grad-cam's ψ has it: a layer that contributes next to nothing stays small

    public static CamMethod Method { get; } =
        new("FullGrad", "The whole network at once: what the input and every bias contributed. Needs no layer.", Map)
        {
            AtInput = true,
            UsesBiases = true,
        };

    private static Tensor Map(LayerEvidence input)
    {
        (long, long) size = (input.Activations.shape[1], input.Activations.shape[2]);
        List<Tensor> parts = [Rescale(input.Gradients * input.Activations)]; // one for each colour
        foreach (var (bias, gradient) in input.Biases)
        {
            // Resizing is linear: the sum over a layer's channels is resized once.
            Tensor contributions = Rescale(bias.view(-1, 1, 1) * gradient).sum(dim: 0);
            parts.Add(Fusion.Resize(contributions, size).unsqueeze(0));
        }
        return input.Merge(cat(parts, 0));
    }

    /// <summary>The size of each contribution, each channel from 0 to 1.</summary>
    private static Tensor Rescale(Tensor contributions)
    {
        Tensor sizes = contributions.abs();
        sizes = sizes - sizes.amin([-2, -1], keepdim: true);
        return sizes / sizes.amax([-2, -1], keepdim: true).Plus(Eps);
    }
}
