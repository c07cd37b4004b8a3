using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>The product of matrices over the last two dimensions: <c>[…, L, K]</c> and <c>[…, K, M]</c> to <c>[…, L, M]</c>.</summary>
public sealed record MatMul : ByDimension
{
    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => true; // each place of the output reads all of the second

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => (inputs[0], inputs[1]) switch
    {
        ([.., _, _] x, [.., _, _] y) => [.. Broadcasts.Shape([x[..^2], y[..^2]]), x[^2], y[^1]],
        var (x, y) => [.. x[..^1], y[^1]],
    };

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => Product(inputs[0], inputs[1]);

    /// <summary>The product, also of vectors, as NumPy has it.</summary>
    /// <remarks>
    /// TorchSharp's matmul has no handler for libtorch's errors, of memory or of shapes without numbers, say: they would end the process.
    /// Its products of two matrices, and of two batches of them, have one.
    /// </remarks>
    /// <exception cref="ArgumentException">They do not fit.</exception>
    internal static Tensor Product(Tensor x, Tensor y)
    {
        (long[] a, long[] b) = (x.shape, y.shape);
        bool fit = a.Length > 0 && b.Length > 0 && x.dtype == y.dtype && a[^1] == b[b.Length == 1 ? 0 : ^2];
        for (int i = 3; fit && i <= Math.Min(a.Length, b.Length); i++)
        {
            fit = a[^i] == b[^i] || a[^i] == 1 || b[^i] == 1;
        }
        if (!fit)
        {
            throw new ArgumentException($"[{string.Join(", ", a)}] and [{string.Join(", ", b)}] are no matrices that can be multiplied");
        }
        using DisposeScope scope = NewDisposeScope();
        (Tensor left, Tensor right) = (a.Length == 1 ? x.unsqueeze(0) : x, b.Length == 1 ? y.unsqueeze(1) : y);
        (long rows, long inner, long columns) = (left.shape[^2], left.shape[^1], right.shape[^1]);
        long[] outer = [.. Enumerable.Range(3, Math.Max(0, Math.Max(a.Length, b.Length) - 2)).Reverse()
            .Select(fromEnd => fromEnd > a.Length ? b[^fromEnd] : fromEnd > b.Length || b[^fromEnd] == 1 ? a[^fromEnd] : b[^fromEnd])];
        long count = outer.Aggregate(1L, (product, size) => product * size);
        Tensor made = right.ndim == 2
            ? left.reshape(count * rows, inner).mm(right) // one large product in place of many small ones
            : left.expand([.. outer, rows, inner]).reshape(count, rows, inner)
                .bmm(right.expand([.. outer, inner, columns]).reshape(count, inner, columns));
        long[] own = (a.Length, b.Length) switch { (1, 1) => [], (1, _) => [columns], (_, 1) => [rows], _ => [rows, columns] };
        return made.reshape([.. outer, .. own]).MoveToOuterDisposeScope();
    }
}

/// <summary>softmax(q·kᵀ·scale)·v (Vaswani et al. 2017, arXiv 1706.03762, equation 1): queries <c>[…, L, d]</c>, keys <c>[…, S, d]</c> and values <c>[…, S, e]</c> to <c>[…, L, e]</c>.</summary>
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

/// <summary>e^(xᵢ) / Σⱼ e^(xⱼ) along a dimension.</summary>
/// <param name="Dim">The dimension; the batch is 0.</param>
public sealed record Softmax(int Dim) : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].softmax(Dim);
}

/// <summary>The logarithm of softmax along a dimension.</summary>
/// <param name="Dim">The dimension; the batch is 0.</param>
public sealed record LogSoftmax(int Dim) : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].log_softmax(Dim);
}
