using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>Scale·x + shift, with a fixed scale and shift for each channel of <c>[N, C, H, W]</c>.</summary>
/// <param name="Scale">One factor a channel.</param>
/// <param name="Shift">What is added afterwards, one number a channel.</param>
public sealed record ChannelAffine(IReadOnlyList<double> Scale, IReadOnlyList<double> Shift) : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using Tensor scale = PerChannel(Scale, inputs[0]), shift = PerChannel(Shift, inputs[0]);
        return shift.addcmul(inputs[0], scale, One);
    }

    private static Tensor PerChannel(IReadOnlyList<double> values, Tensor like) =>
        tensor([.. values], [values.Count, 1, 1], dtype: like.dtype, device: like.device);
}
