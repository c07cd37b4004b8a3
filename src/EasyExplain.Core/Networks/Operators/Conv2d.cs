using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>A two-dimensional convolution, <c>[N, C, H, W]</c> to <c>[N, K, H', W']</c>.</summary>
/// <param name="Weight"><c>[K, C / Groups, kernel height, kernel width]</c>.</param>
/// <param name="Bias"><c>[K]</c>, or null.</param>
/// <param name="Stride">Step, in pixels.</param>
/// <param name="Padding">Zeros above and below, left and right, in pixels.</param>
/// <param name="Groups">Into how many groups the channels fall.</param>
public sealed record Conv2d(Parameter Weight, Parameter? Bias, long Stride, Extent Padding, long Groups) : Operator
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => Bias is null ? [Weight] : [Weight, Bias];

    /// <inheritdoc/>
    public override Tensor? ChannelBias => Bias?.Value.alias();

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) =>
    [
        Weight.Shape[0],
        Window.Count(inputs[0][1], Weight.Shape[2], Stride, Padding.Height),
        Window.Count(inputs[0][2], Weight.Shape[3], Stride, Padding.Width),
    ];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.conv2d(
        inputs[0], Weight.Value, Bias?.Value, [Stride, Stride], [Padding.Height, Padding.Width], groups: Groups);
}
