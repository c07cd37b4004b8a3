using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>The masks of Score-CAM and its kin.</summary>
internal static class ChannelMasks
{
    /// <summary>Each channel of <c>[C, H, W]</c> scaled to [0, 1]; one without height is 0.</summary>
    public static Tensor Of(Tensor activations) => Fusion.ScaleChannels(activations);
}
