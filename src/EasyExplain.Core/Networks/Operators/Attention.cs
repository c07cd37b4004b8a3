using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>
/// Every token looks at every token: softmax(q·kᵀ/√d)·v in each head (Vaswani et al. 2017, arXiv 1706.03762, section 3.2);
/// queries, keys and values side by side, <c>[N, T, 3·C]</c>, to <c>[N, T, C]</c>. A second input, <c>[1, heads, T, T]</c>, is what pairs
/// of tokens are worth whatever they hold.
/// </summary>
/// <param name="Heads">Into how many heads the channels fall.</param>
public sealed record SelfAttention(long Heads) : KeepsLayout
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [inputs[0][0], inputs[0][1] / 3];

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => true;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] parts = inputs[0].unflatten(2, [3, Heads, -1]).permute(2, 0, 3, 1, 4).unbind(0); // queries, keys, values: [N, heads, T, d]
        // Not libtorch's fused operator: that has no second derivative, and asking for one would end the process.
        Tensor scores = MatMul.Product(parts[0].Over(Math.Sqrt(parts[0].shape[^1])), parts[1].transpose(-2, -1));
        scores = inputs.Count > 1 ? scores.Plus(inputs[1]) : scores;
        return MatMul.Product(scores.softmax(-1), parts[2]).transpose(1, 2).flatten(2).MoveToOuterDisposeScope();
    }
}

/// <summary>
/// softmax(q·kᵀ·scale)·v (Vaswani et al. 2017, arXiv 1706.03762, equation 1): queries <c>[…, L, d]</c>, keys <c>[…, S, d]</c> and values
/// <c>[…, S, e]</c> to <c>[…, L, e]</c>.
/// </summary>
/// <param name="Scale">What the products are multiplied by; null for 1/√d.</param>
public sealed record ScaledDotProductAttention(double? Scale) : ByDimension
{
    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => true;

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [.. inputs[0][..^1], inputs[2][^1]];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        // Not libtorch's fused operator: that has no second derivative, and asking for one would end the process.
        Tensor queries = inputs[0].Times(Scale ?? 1 / Math.Sqrt(inputs[0].shape[^1]));
        return MatMul.Product(MatMul.Product(queries, inputs[1].transpose(-2, -1)).softmax(-1), inputs[2]).MoveToOuterDisposeScope();
    }
}
