using EasyExplain.Runtime;
using TorchSharp;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>
/// Numbers to the next of evenly spaced steps, counted: min(max(round(x / scale) + zero point, lowest), highest), halves to the even one
/// (Jacob et al. 2018, arXiv 1712.05877, section 2.1). The integers are float32 numbers here.
/// </summary>
/// <remarks>
/// Rounding has no slope. As in training of quantised networks, the gradient goes straight through it: that of x / scale where x lies
/// within the steps, 0 beyond them (Bengio et al. 2013, arXiv 1308.3432).
/// </remarks>
/// <param name="Scale">From one step to the next: one for all, or one for each entry along a dimension, <c>[C, 1, …]</c>.</param>
/// <param name="ZeroPoint">Which integer stands for 0, of the same shape or one for all; null for 0.</param>
/// <param name="Lowest">The lowest integer.</param>
/// <param name="Highest">The highest.</param>
public sealed record Quantize(Parameter Scale, Parameter? ZeroPoint, double Lowest, double Highest) : KeepsShape
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => ZeroPoint is null ? [Scale] : [Scale, ZeroPoint];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        // The bounds are integers, so what is cut off may as well be cut off before it is rounded.
        Tensor steps = inputs[0] / Scale.Value;
        Tensor within = ZeroPoint is null ? steps.Within(Lowest, Highest)
            : steps.clamp(ZeroPoint.Value.From(Lowest), ZeroPoint.Value.From(Highest));
        Tensor rounded = within.Plus((within.round() - within).detach());
        return (ZeroPoint is null ? rounded : rounded.Plus(ZeroPoint.Value)).MoveToOuterDisposeScope();
    }
}

/// <summary>The way back through <see cref="Quantize"/>: the gradient over the scale, where the second input is within the steps.</summary>
/// <param name="Forward">The way there.</param>
internal sealed record QuantizeGradient(Quantize Forward) : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor steps, Parameter? zero) = (inputs[1] / Forward.Scale.Value, Forward.ZeroPoint);
        using Scalar lowest = Forward.Lowest, highest = Forward.Highest;
        Tensor within = zero is null
            ? steps.ge(lowest) & steps.le(highest)
            : steps.ge(zero.Value.From(Forward.Lowest)) & steps.le(zero.Value.From(Forward.Highest));
        return (inputs[0] * within / Forward.Scale.Value).MoveToOuterDisposeScope();
    }
}

/// <summary>Counted steps to what they stand for: (x − zero point) · scale.</summary>
/// <param name="Scale">From one step to the next: one for all, or one for each entry along a dimension, <c>[C, 1, …]</c>.</param>
/// <param name="ZeroPoint">Which integer stands for 0, of the same shape or one for all; null for 0.</param>
public sealed record Dequantize(Parameter Scale, Parameter? ZeroPoint) : KeepsShape
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => ZeroPoint is null ? [Scale] : [Scale, ZeroPoint];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        if (ZeroPoint is null)
        {
            return inputs[0] * Scale.Value;
        }
        using Tensor shifted = inputs[0] - ZeroPoint.Value;
        return shifted * Scale.Value;
    }
}

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
/// Numbers to the next of those steps, counted: of the picture, the scale and the zero point. The gradient goes as in
/// <see cref="Quantize"/>.
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
