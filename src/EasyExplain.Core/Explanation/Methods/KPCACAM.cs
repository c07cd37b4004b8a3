using EasyExplain.Runtime;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>KPCA-CAM (Karmani et al. 2024, arXiv 2410.00267): Eigen-CAM with a kernel, so that the component may be curved.</summary>
/// <remarks>
/// The kernel is pytorch-grad-cam's usual one, tanh(x·y/C + 1). Of a component's two signs it is the one whose largest value is positive,
/// as there.
/// </remarks>
internal static class KPCACAM
{
    public static CamMethod Method { get; } = new("KPCACAM", "Eigen-CAM with a kernel: no gradients, the same map for every class.", Map)
    {
        UsesGradients = false,
        NeedsInfluence = false,
        NeedsClass = false,
        MergesChannels = false,
    };

    private static Tensor Map(LayerEvidence layer)
    {
        Tensor places = layer.Activations.flatten(1).T; // [H·W, C]
        places = places - places.mean([0], keepdim: true);
        Tensor kernel = places.mm(places.T).Over(places.shape[1]).Plus(One).tanh();
        Tensor centred = kernel - kernel.mean([0], keepdim: true) - kernel.mean([1], keepdim: true).Plus(kernel.mean());
        (Tensor eigenvalues, Tensor eigenvectors) = linalg.eigh(centred); // ascending
        Tensor first = eigenvectors.select(1, -1), largest = first[first.abs().argmax()];
        Tensor projection = first * largest.sign() * eigenvalues[-1].Within(0, null).sqrt();
        return projection.view(layer.Activations.shape[1], layer.Activations.shape[2]).relu();
    }
}
