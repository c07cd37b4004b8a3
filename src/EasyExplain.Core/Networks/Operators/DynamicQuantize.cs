using static EasyExplain.Runtime.HeldNumbers;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>
/// How far apart the 256 steps are that reach from a picture's lowest number to its highest, and to 0: <c>[N, …]</c> to <c>[N, 1, …]</c>.
/// Each picture by itself, as if it were alone in its batch; no gradient comes through.
/// </summary>
public sealed record DynamicScale : ByDimension
{
    internal const double Highest = 255;

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [.. inputs[0].Select(_ => 1L)];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor x, long[] rest) = (inputs[0].detach(), DynamicZeroPoint.AllButPictures(inputs[0]));
        Tensor scale = (x.amax(rest, keepdim: true).Within(0, null) - x.amin(rest, keepdim: true).Within(null, 0)).Over(Highest);
        return scale.Filled(scale.eq(Zero), 1).MoveToOuterDisposeScope(); // of a picture of zeros
    }
}

/// <summary>Which of those steps stands for 0, of the picture and its scale.</summary>
public sealed record DynamicZeroPoint : ByDimension
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => inputs[1];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor lowest = inputs[0].detach().amin(AllButPictures(inputs[0]), keepdim: true).Within(null, 0);
        return (lowest.neg() / inputs[1]).Within(0, DynamicScale.Highest).round().MoveToOuterDisposeScope();
    }

    internal static long[] AllButPictures(Tensor x) => [.. Enumerable.Range(1, (int)x.ndim - 1).Select(dim => (long)dim)];
}

/// <summary>
/// Numbers to the next of those steps, counted: of the picture, the scale and the zero point. The gradient goes as in <see cref="Quantize"/>.
/// </summary>
public sealed record DynamicQuantize : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor scale, Tensor zero) = (inputs[1].detach(), inputs[2].detach());
        Tensor within = (inputs[0] / scale).clamp(zero.neg(), zero.From(DynamicScale.Highest));
        return within.Plus((within.round() - within).detach()).Plus(zero).MoveToOuterDisposeScope();
    }
}
