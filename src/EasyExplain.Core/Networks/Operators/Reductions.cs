using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>The mean over some dimensions.</summary>
/// <param name="Dims">Which; the batch is 0.</param>
/// <param name="Keep">Whether they stay, as dimensions of one.</param>
public sealed record Mean(long[] Dims, bool Keep) : ByDimension
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => Reduction.Shape(inputs[0], Dims, Keep);

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].mean(Dims, Keep);
}

/// <summary>The sum over some dimensions.</summary>
/// <param name="Dims">Which; the batch is 0.</param>
/// <param name="Keep">Whether they stay, as dimensions of one.</param>
public sealed record Sum(long[] Dims, bool Keep) : ByDimension
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => Reduction.Shape(inputs[0], Dims, Keep);

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].sum(Dims, Keep);
}

/// <summary>The largest number over some dimensions.</summary>
/// <param name="Dims">Which; the batch is 0.</param>
/// <param name="Keep">Whether they stay, as dimensions of one.</param>
public sealed record Max(long[] Dims, bool Keep) : ByDimension
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => Reduction.Shape(inputs[0], Dims, Keep);

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].amax(Dims, Keep);
}

/// <summary>The smallest number over some dimensions.</summary>
/// <param name="Dims">Which; the batch is 0.</param>
/// <param name="Keep">Whether they stay, as dimensions of one.</param>
public sealed record Min(long[] Dims, bool Keep) : ByDimension
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => Reduction.Shape(inputs[0], Dims, Keep);

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].amin(Dims, Keep);
}

/// <summary>The square root of the sum of the squares over some dimensions.</summary>
/// <param name="Dims">Which; the batch is 0.</param>
/// <param name="Keep">Whether they stay, as dimensions of one.</param>
public sealed record L2Norm(long[] Dims, bool Keep) : ByDimension
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => Reduction.Shape(inputs[0], Dims, Keep);

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        return (inputs[0] * inputs[0]).sum(Dims, Keep).sqrt().MoveToOuterDisposeScope();
    }
}

/// <summary>log Σ eˣ over some dimensions, without eˣ ever becoming too large.</summary>
/// <param name="Dims">Which; the batch is 0.</param>
/// <param name="Keep">Whether they stay, as dimensions of one.</param>
public sealed record LogSumExp(long[] Dims, bool Keep) : ByDimension
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => Reduction.Shape(inputs[0], Dims, Keep);

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor highest = inputs[0].amax(Dims, keepdim: true).detach();
        Tensor sum = (inputs[0] - highest).exp().sum(Dims, keepdim: true).log().Plus(highest);
        return (Keep ? sum : sum.sum(Dims)).MoveToOuterDisposeScope(); // of one number each
    }
}

/// <summary>What reductions have in common.</summary>
internal static class Reduction
{
    /// <summary>A shape without the batch dimension (which is dimension 0) after a reduction.</summary>
    public static long[] Shape(long[] input, long[] dims, bool keep) => keep
        ? [.. input.Select((size, i) => dims.Contains(i + 1) ? 1 : size)]
        : [.. input.Where((_, i) => !dims.Contains(i + 1))];
}
