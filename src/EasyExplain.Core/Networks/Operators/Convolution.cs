using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>A two-dimensional convolution, <c>[N, C, H, W]</c> to <c>[N, K, H', W']</c>.</summary>
/// <param name="Weight"><c>[K, C / Groups, kernel height, kernel width]</c>.</param>
/// <param name="Bias"><c>[K]</c>, or null.</param>
/// <param name="Stride">Step, in pixels.</param>
/// <param name="Padding">Zeros above and below, left and right, in pixels.</param>
/// <param name="Groups">Into how many groups the channels fall.</param>
public sealed record Conv2d(Parameter Weight, Parameter? Bias, Extent Stride, Extent Padding, long Groups) : KeepsLayout
{
    /// <summary>From one pixel of the kernel to the next.</summary>
    public Extent Dilation { get; init; } = 1;

    /// <summary>How much of the picture the kernel reaches over.</summary>
    internal Extent Reach => (Dilation.Height * (Weight.Shape[2] - 1) + 1, Dilation.Width * (Weight.Shape[3] - 1) + 1);

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => Bias is null ? [Weight] : [Weight, Bias];

    /// <inheritdoc/>
    public override Tensor? ChannelBias => Bias?.Value.alias();

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) =>
    [
        Weight.Shape[0],
        Window.Count(inputs[0][1], Reach.Height, Stride.Height, Padding.Height),
        Window.Count(inputs[0][2], Reach.Width, Stride.Width, Padding.Width),
    ];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.conv2d(
        inputs[0], Weight.Value, Bias?.Value, [Stride.Height, Stride.Width], [Padding.Height, Padding.Width],
        [Dilation.Height, Dilation.Width], Groups);
}

/// <summary>
/// A transposed convolution, and a convolution's way back: <c>[N, K, H', W']</c> to <c>[N, C, H, W]</c>; what each output saw of an input
/// goes back to it.
/// </summary>
/// <param name="Weight">That of the convolution, <c>[K, C / Groups, kernel height, kernel width]</c>.</param>
/// <param name="Bias"><c>[C]</c>, or null.</param>
/// <param name="Stride">Step, in pixels.</param>
/// <param name="Padding">Pixels that are cut off above and below, left and right.</param>
/// <param name="Rest">Rows more below and columns on the right, in pixels: torch's output padding.</param>
/// <param name="Groups">Into how many groups the channels fall.</param>
public sealed record ConvTranspose2d(Parameter Weight, Parameter? Bias, Extent Stride, Extent Padding, Extent Rest, long Groups)
    : KeepsLayout
{
    /// <summary>From one pixel of the kernel to the next.</summary>
    public Extent Dilation { get; init; } = 1;

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => Bias is null ? [Weight] : [Weight, Bias];

    /// <inheritdoc/>
    public override Tensor? ChannelBias => Bias?.Value.alias();

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) =>
    [
        Weight.Shape[1] * Groups,
        (inputs[0][1] - 1) * Stride.Height - 2 * Padding.Height + Dilation.Height * (Weight.Shape[2] - 1) + 1 + Rest.Height,
        (inputs[0][2] - 1) * Stride.Width - 2 * Padding.Width + Dilation.Width * (Weight.Shape[3] - 1) + 1 + Rest.Width,
    ];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.conv_transpose2d(
        inputs[0], Weight.Value, Bias?.Value, [Stride.Height, Stride.Width], [Padding.Height, Padding.Width], [Rest.Height, Rest.Width],
        [Dilation.Height, Dilation.Width], Groups);
}

/// <summary>Where a sliding window stops.</summary>
internal static class Window
{
    /// <summary>
    /// How many places a window of <paramref name="kernel"/> pixels takes along a side of <paramref name="size"/> pixels.
    /// </summary>
    /// <param name="size">The side, without its padding.</param>
    /// <param name="kernel">The window.</param>
    /// <param name="stride">From one place to the next.</param>
    /// <param name="padding">Pixels added at both ends.</param>
    /// <param name="ceil">
    /// Whether the last window may reach beyond the end; it must still start before the padding there, as torch has it.
    /// </param>
    /// <exception cref="ArgumentException">The side, with its padding, is smaller than the window.</exception>
    public static long Count(long size, long kernel, long stride, long padding, bool ceil = false)
    {
        long room = size + 2 * padding - kernel + (ceil ? stride - 1 : 0);
        if (room < 0)
        {
            throw new ArgumentException($"a side of {size} pixels is too small for a window of {kernel}");
        }
        long last = room / stride;
        return ceil && last * stride >= size + padding ? last : last + 1;
    }
}
