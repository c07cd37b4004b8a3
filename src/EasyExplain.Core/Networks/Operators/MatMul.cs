using EasyExplain.Networks.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>The product of matrices over the last two dimensions: <c>[…, L, K]</c> and <c>[…, K, M]</c> to <c>[…, L, M]</c>.</summary>
public sealed record MatMul : Operator
{
    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => true; // each place of the output reads all of the second

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].matmul(inputs[1]);

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("MatMul", inputs);
}

/// <summary>softmax(q·kᵀ·scale)·v (Vaswani et al. 2017, arXiv 1706.03762, equation 1): queries <c>[…, L, d]</c>, keys <c>[…, S, d]</c> and values <c>[…, S, e]</c> to <c>[…, L, e]</c>.</summary>
/// <param name="Scale">What the products are multiplied by; null for 1/√d.</param>
public sealed record ScaledDotProductAttention(double? Scale) : Operator
{
    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => true;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        // Not libtorch's fused operator: that has no second derivative, and asking for one would end the process.
        Tensor queries = inputs[0] * (Scale ?? 1 / Math.Sqrt(inputs[0].shape[^1]));
        return queries.matmul(inputs[1].transpose(-2, -1)).softmax(-1).matmul(inputs[2]).MoveToOuterDisposeScope();
    }
}

/// <summary>e^(xᵢ) / Σⱼ e^(xⱼ) along a dimension.</summary>
/// <param name="Dim">The dimension; the batch is 0.</param>
public sealed record Softmax(int Dim) : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].softmax(Dim);

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Softmax", inputs, ("axis", (long)Dim));
}

/// <summary>The logarithm of softmax along a dimension.</summary>
/// <param name="Dim">The dimension; the batch is 0.</param>
public sealed record LogSoftmax(int Dim) : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].log_softmax(Dim);

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("LogSoftmax", inputs, ("axis", (long)Dim));
}
