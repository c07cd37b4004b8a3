using TorchSharp;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>The maximum over a window; padding never wins.</summary>
/// <param name="Kernel">The window, in pixels.</param>
/// <param name="Stride">Step, in pixels.</param>
/// <param name="Padding">Pixels added above and below, left and right.</param>
/// <param name="CeilMode">Whether a last window that reaches beyond the edge counts.</param>
public sealed record MaxPool2d(Extent Kernel, Extent Stride, Extent Padding, bool CeilMode) : KeepsLayout
{
    /// <summary>From one pixel of the window to the next.</summary>
    public Extent Dilation { get; init; } = 1;

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) =>
    [
        inputs[0][0],
        Window.Count(inputs[0][1], Dilation.Height * (Kernel.Height - 1) + 1, Stride.Height, Padding.Height, CeilMode),
        Window.Count(inputs[0][2], Dilation.Width * (Kernel.Width - 1) + 1, Stride.Width, Padding.Width, CeilMode),
    ];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.max_pool2d(inputs[0],
        [Kernel.Height, Kernel.Width], [Stride.Height, Stride.Width], [Padding.Height, Padding.Width], [Dilation.Height, Dilation.Width],
        CeilMode);
}

/// <summary>
/// A maximum's way back: the gradient of each window, <c>[N, C, H', W']</c>, goes to that pixel of the input <c>[N, C, H, W]</c> that won.
/// </summary>
/// <param name="Forward">The maximum.</param>
internal sealed record MaxPool2dGradient(MaxPool2d Forward) : KeepsLayout
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => inputs[1];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable tracked = enable_grad();
        Tensor input = inputs[1].detach().requires_grad_(true);
        return autograd.grad([Forward.Run([input])], [input], [inputs[0]])[0].MoveToOuterDisposeScope();
    }
}

/// <summary>The mean over a window.</summary>
/// <param name="Kernel">The window, in pixels.</param>
/// <param name="Stride">Step, in pixels.</param>
/// <param name="Padding">Zeros above and below, left and right, in pixels.</param>
public sealed record AvgPool2d(Extent Kernel, Extent Stride, Extent Padding) : KeepsLayout
{
    /// <summary>Whether a last window that reaches beyond the edge counts.</summary>
    public bool CeilMode { get; init; }

    /// <summary>Whether the zeros of the padding count among a window's pixels.</summary>
    public bool CountIncludePad { get; init; } = true;

    /// <summary>What sums are divided by in place of the number of pixels; null for that.</summary>
    public long? Divisor { get; init; }

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) =>
    [
        inputs[0][0],
        Window.Count(inputs[0][1], Kernel.Height, Stride.Height, Padding.Height, CeilMode),
        Window.Count(inputs[0][2], Kernel.Width, Stride.Width, Padding.Width, CeilMode),
    ];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.avg_pool2d(inputs[0],
        [Kernel.Height, Kernel.Width], [Stride.Height, Stride.Width], [Padding.Height, Padding.Width], CeilMode, CountIncludePad, Divisor);
}

/// <summary>The mean over as many windows as the output has cells: <c>[N, C, H, W]</c> to <c>[N, C, Size.Height, Size.Width]</c>.</summary>
/// <param name="Size">The output's rows and columns.</param>
public sealed record AdaptiveAvgPool2d(Extent Size) : KeepsLayout
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [inputs[0][0], Size.Height, Size.Width];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.adaptive_avg_pool2d(inputs[0], [Size.Height, Size.Width]);
}

/// <summary>
/// The way back of a mean over a whole channel, <c>[N, C, 1, 1]</c> to <c>[N, C, H, W]</c>: every place has the same share.
/// </summary>
/// <param name="Shape"><c>[C, H, W]</c>.</param>
internal sealed record SpreadEvenly(long[] Shape) : KeepsLayout
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => Shape;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0] * Shares().to(inputs[0].device);

    internal Tensor Shares() => FullOf(1f / (Shape[1] * Shape[2]), [1, 1, Shape[1], Shape[2]]);
}

/// <summary>
/// The maximum over as many windows as the output has cells: <c>[N, C, H, W]</c> to <c>[N, C, Size.Height, Size.Width]</c>.
/// </summary>
/// <param name="Size">The output's rows and columns.</param>
public sealed record AdaptiveMaxPool2d(Extent Size) : KeepsLayout
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [inputs[0][0], Size.Height, Size.Width];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.adaptive_max_pool2d(inputs[0], [Size.Height, Size.Width]);
}
