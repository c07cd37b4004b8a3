using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>The maximum over a square window; padding never wins.</summary>
/// <param name="Kernel">The window's side, in pixels.</param>
/// <param name="Stride">Step, in pixels.</param>
/// <param name="Padding">Pixels added on every side.</param>
/// <param name="CeilMode">Whether a last window that reaches beyond the edge counts.</param>
public sealed record MaxPool2d(long Kernel, long Stride, long Padding, bool CeilMode) : Operator
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) =>
    [
        inputs[0][0],
        Window.Count(inputs[0][1], Kernel, Stride, Padding, CeilMode),
        Window.Count(inputs[0][2], Kernel, Stride, Padding, CeilMode),
    ];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.max_pool2d(inputs[0], Kernel, Stride, Padding, ceil_mode: CeilMode);
}

/// <summary>The mean over a square window; the zeros of the padding count among its pixels.</summary>
/// <param name="Kernel">The window's side, in pixels.</param>
/// <param name="Stride">Step, in pixels.</param>
/// <param name="Padding">Zeros on every side, in pixels.</param>
public sealed record AvgPool2d(long Kernel, long Stride, long Padding) : Operator
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) =>
        [inputs[0][0], Window.Count(inputs[0][1], Kernel, Stride, Padding), Window.Count(inputs[0][2], Kernel, Stride, Padding)];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.avg_pool2d(inputs[0], Kernel, Stride, Padding, count_include_pad: true);
}

/// <summary>The mean over as many windows as the output has cells: <c>[N, C, H, W]</c> to <c>[N, C, Size, Size]</c>.</summary>
public sealed record AdaptiveAvgPool2d(long Size) : Operator
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [inputs[0][0], Size, Size];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.adaptive_avg_pool2d(inputs[0], Size);
}
