using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>The maximum over a square window.</summary>
public sealed record MaxPool2d(long Kernel, long Stride, long Padding) : Operator
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) =>
        [inputs[0][0], Window.Count(inputs[0][1], Kernel, Stride, Padding), Window.Count(inputs[0][2], Kernel, Stride, Padding)];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.max_pool2d(inputs[0], Kernel, Stride, Padding);
}

/// <summary>The mean over as many windows as the output has cells: <c>[N, C, H, W]</c> to <c>[N, C, Size, Size]</c>.</summary>
public sealed record AdaptiveAvgPool2d(long Size) : Operator
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [inputs[0][0], Size, Size];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.adaptive_avg_pool2d(inputs[0], Size);
}
