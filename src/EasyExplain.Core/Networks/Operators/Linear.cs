using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>
/// A fully connected layer over the last dimension: <c>[N, F]</c> to <c>[N, K]</c>, <c>[N, H, W, F]</c> to <c>[N, H, W, K]</c>.
/// </summary>
/// <param name="Weight"><c>[K, F]</c>.</param>
/// <param name="Bias"><c>[K]</c>, or null.</param>
public sealed record Linear(Parameter Weight, Parameter? Bias) : KeepsLayout
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => Bias is null ? [Weight] : [Weight, Bias];

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [.. inputs[0][..^1], Weight.Shape[0]];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.linear(inputs[0], Weight.Value, Bias?.Value);
}

/// <summary>
/// How near a picture is to each of some texts, <c>[N, D]</c> to <c>[N, K]</c>: the cosine of their embeddings, times e^scale (Radford et
/// al. 2021, arXiv 2103.00020, figure 3).
/// </summary>
/// <param name="Texts"><c>[K, D]</c>, of any length.</param>
/// <param name="LogScale">The scale, <c>[1]</c>.</param>
/// <param name="Shift">What is added, <c>[1]</c> (Zhai et al. 2023, arXiv 2303.15343); null for nothing.</param>
public sealed record TextScores(Parameter Texts, Parameter LogScale, Parameter? Shift) : ByDimension
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => Shift is null ? [Texts, LogScale] : [Texts, LogScale, Shift];

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [Texts.Shape[0]];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor cosines = MatMul.Product(nn.functional.normalize(inputs[0], dim: -1), nn.functional.normalize(Texts.Value, dim: -1).t());
        Tensor scores = cosines * LogScale.Value.exp();
        return (Shift is null ? scores : scores.Plus(Shift.Value)).MoveToOuterDisposeScope();
    }
}

/// <summary>A fully connected layer's way back, <c>[N, K]</c> to <c>[N, F]</c>.</summary>
/// <param name="Weight">That of the layer, <c>[K, F]</c>.</param>
internal sealed record LinearTranspose(Parameter Weight) : KeepsLayout
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [.. inputs[0][..^1], Weight.Shape[1]];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => MatMul.Product(inputs[0], Weight.Value);
}

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
