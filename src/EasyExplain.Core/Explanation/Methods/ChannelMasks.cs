using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>The masks of Score-CAM and its kin.</summary>
internal static class ChannelMasks
{
    private const double Eps = 1e-8;

    /// <summary>Each channel of <c>[C, H, W]</c> scaled to [0, 1]; one without height is 0.</summary>
    public static Tensor Of(Tensor activations)
    {
        Tensor above = activations - activations.amin([-2, -1], keepdim: true);
        return above / (above.amax([-2, -1], keepdim: true) + Eps);
    }
}
