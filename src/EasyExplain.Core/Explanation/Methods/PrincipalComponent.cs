using EasyExplain.Networks.Operators;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>What the channels have most in common, for the Eigen methods.</summary>
internal static class PrincipalComponent
{
    /// <summary>
    /// The projection of each place's channels, <c>[C, H, W]</c>, on their first principal component, <c>[H, W]</c>; NaN counts as 0.
    /// </summary>
    /// <remarks>
    /// A component has two signs. pytorch-grad-cam takes the one that its library's SVD happens to give; here it is the one that agrees
    /// with the channels' mean, so that the map is high where there is more of what is usual, on every machine.
    /// </remarks>
    public static Tensor Of(Tensor channels)
    {
        Tensor places = where(channels.isnan(), zeros_like(channels), channels).flatten(1).T; // [H·W, C]
        Tensor mean = places.mean([0], keepdim: true);
        (_, _, Tensor components) = linalg.svd(places - mean, fullMatrices: false);
        Tensor first = components[0];
        first = MatMul.Product(mean, first).to(float64).item<double>() < 0 ? -first : first;
        return MatMul.Product(places - mean, first).view(channels.shape[1], channels.shape[2]);
    }
}
