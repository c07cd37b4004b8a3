using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

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
