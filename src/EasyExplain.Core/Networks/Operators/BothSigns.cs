using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>The one logit <c>[N, 1]</c> of a yes or no as those of two classes, <c>[N, 2]</c>: −z for no, z for yes.</summary>
/// <remarks>The logistic function of each is then the probability of its class, and both add up to 1.</remarks>
public sealed record BothSigns : Operator
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [2];

    /// <inheritdoc/>
    public override Layout? OutputLayout(IReadOnlyList<Layout?> inputs) => null;

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => ofOutput;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using Tensor no = -inputs[0];
        return cat([no, inputs[0]], 1);
    }
}
