using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>From what a layer shows all over an image to a number for each channel.</summary>
internal static class ChannelSums
{
    /// <summary>The mean of each channel of <c>[C, H, W]</c>.</summary>
    public static ChannelVector MeanOf(Tensor activations)
    {
        using DisposeScope scope = NewDisposeScope();
        return Kept(activations.to(float32).mean([-2, -1]));
    }

    /// <summary>The sum of gradient × activation of each channel, both <c>[C, H, W]</c>.</summary>
    public static ChannelVector RelevanceOf(Tensor gradients, Tensor activations)
    {
        using DisposeScope scope = NewDisposeScope();
        return Kept((gradients.to(float32) * activations.to(float32)).sum([-2, -1]));
    }

    private static ChannelVector Kept(Tensor channels) => ChannelVector.Of(channels.to(CPU).contiguous().data<float>().ToArray());
}
