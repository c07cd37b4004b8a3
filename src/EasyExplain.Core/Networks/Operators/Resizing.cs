using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>How pixels between pixels are made.</summary>
public enum ResizeKind
{
    /// <summary>The one at or before the place, ⌊x · from / to⌋.</summary>
    Nearest,

    /// <summary>By straight lines between the two next ones.</summary>
    Bilinear,

    /// <summary>By cubic curves through four, with a = −0.75 (Keys 1981).</summary>
    Bicubic,
}

/// <summary><c>[N, C, H, W]</c> to another height and width.</summary>
/// <param name="Size">The new height and width; null where factors are given.</param>
/// <param name="Scale">Factors of height and width; the result is rounded down.</param>
/// <param name="Kind">How pixels are made.</param>
/// <param name="AlignCorners">
/// Whether the corners' pixels keep their values, rather than the pictures' edges their places; not of <see cref="ResizeKind.Nearest"/>.
/// </param>
public sealed record Resize(Extent? Size, (double Height, double Width)? Scale, ResizeKind Kind, bool AlignCorners) : KeepsLayout
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => Size is { } size ? [inputs[0][0], size.Height, size.Width]
        : [inputs[0][0], (long)(inputs[0][1] * Scale!.Value.Height), (long)(inputs[0][2] * Scale.Value.Width)];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.interpolate(
        inputs[0], Size is { } size ? [size.Height, size.Width] : null, Scale is { } scale ? [scale.Height, scale.Width] : null,
        Kind switch
        {
            ResizeKind.Nearest => InterpolationMode.Nearest,
            ResizeKind.Bilinear => InterpolationMode.Bilinear,
            _ =>
            InterpolationMode.Bicubic
        },
        Kind == ResizeKind.Nearest ? null : AlignCorners);
}

/// <summary>Each entry along a dimension a sum of those that were there, with fixed weights: resizing, one dimension at a time.</summary>
/// <param name="Dim">The dimension; the batch is 0.</param>
/// <param name="Weights"><c>[entries, entries that were there]</c>.</param>
public sealed record Interpolate(int Dim, Parameter Weights) : KeepsLayout
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => [Weights];

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) =>
        [.. inputs[0].Select((size, i) => i == Dim - 1 ? Weights.Shape[0] : size)];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        return inputs[0].transpose(Dim, -1).matmul(Weights.Value.t()).transpose(Dim, -1).contiguous().MoveToOuterDisposeScope();
    }
}
