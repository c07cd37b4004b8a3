using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>The last step of every weighted map.</summary>
internal static class ChannelSum
{
    /// <summary>The sum over channels, <c>[C, H, W]</c> to <c>[H, W]</c>; NaN counts as 0.</summary>
    public static Tensor Of(Tensor weighted) => where(weighted.isnan(), zeros_like(weighted), weighted).sum(dim: 0);
}
