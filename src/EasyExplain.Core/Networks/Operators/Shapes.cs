using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary><c>[N, C, H, W]</c> to <c>[N, C·H·W]</c>.</summary>
public sealed record Flatten : ByDimension
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [inputs[0].Aggregate(1L, (product, size) => product * size)];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].flatten(1);
}

/// <summary>A vector's numbers as the shape that they were flattened from.</summary>
/// <param name="Shape">That, without the batch dimension.</param>
internal sealed record Unflatten(long[] Shape) : KeepsLayout
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => Shape;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].reshape([-1, .. Shape]);
}

/// <summary>The same numbers in another shape.</summary>
/// <param name="Shape">The full shape; −1 once, for what follows from the rest, such as the batch.</param>
public sealed record Reshape(long[] Shape) : ByDimension
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs)
    {
        // Of one picture; where the batch is not first, no shape without it is right.
        long numbers = inputs[0].Aggregate(Math.Max(1, Shape[0]), (product, size) => product * size);
        long known = Shape.Where(size => size != -1).Aggregate(1L, (product, size) => product * size);
        return [.. Shape.Skip(1).Select(size => size == -1 ? numbers / Math.Max(1, known) : size)];
    }

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].reshape(Shape);
}

/// <summary>The dimensions in another order: a view.</summary>
/// <param name="Order">Which dimension of the input comes first, second, …, counted as torch does: the batch is 0 and stays first.</param>
public sealed record Permute(IReadOnlyList<long> Order) : Operator
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [.. Order.Skip(1).Select(dimension => inputs[0][dimension - 1])];

    /// <inheritdoc/>
    public override Layout? OutputLayout(IReadOnlyList<Layout?> inputs) => (inputs[0], Order) switch
    {
        (ChannelsFirst, [0, 2, 3, 1]) => new ChannelsLast(),
        (ChannelsLast, [0, 3, 1, 2]) => new ChannelsFirst(),
        _ => null,
    };

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => ofOutput;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].permute([.. Order]);
}

/// <summary>A new dimension of one.</summary>
/// <param name="Dim">Its place in the result; the batch is 0.</param>
public sealed record Unsqueeze(int Dim) : ByDimension
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) =>
        Dim == 0 ? inputs[0] : [.. inputs[0][..(Dim - 1)], 1, .. inputs[0][(Dim - 1)..]];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].unsqueeze(Dim);
}

/// <summary>Without a dimension of one.</summary>
/// <param name="Dim">Which; the batch is 0.</param>
public sealed record Squeeze(int Dim) : ByDimension
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [.. inputs[0].Where((size, i) => i + 1 != Dim || size != 1)];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].squeeze(Dim);
}

/// <summary>Some of the entries along a dimension, each so many after the one before.</summary>
/// <param name="Dim">The dimension; the batch is 0.</param>
/// <param name="Start">The first.</param>
/// <param name="End">The one that is too many.</param>
/// <param name="Step">From one to the next, at least 1.</param>
public sealed record Slice(int Dim, long Start, long End, long Step) : ByDimension
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) =>
        [.. inputs[0].Select((size, i) => i + 1 == Dim ? Math.Max(0, (Math.Min(End, size) - Start + Step - 1) / Step) : size)];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].slice(Dim, Start, End, Step);
}

/// <summary>One entry of a dimension, which is gone then.</summary>
/// <param name="Dim">The dimension; the batch is 0.</param>
/// <param name="Index">The entry.</param>
public sealed record Select(int Dim, long Index) : ByDimension
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [.. inputs[0].Where((_, i) => i + 1 != Dim)];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].select(Dim, Index);
}

/// <summary>Entries along a dimension, by their numbers.</summary>
/// <param name="Dim">The dimension; the batch is 0.</param>
/// <param name="Indices">The entries, in the order of the result.</param>
public sealed record IndexSelect(int Dim, long[] Indices) : ByDimension
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) =>
        [.. inputs[0].Select((size, i) => i + 1 == Dim ? Indices.Length : size)];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using Tensor indices = tensor(Indices, device: inputs[0].device);
        return inputs[0].index_select(Dim, indices);
    }
}

/// <summary>Dimensions of one repeated.</summary>
/// <param name="Sizes">The full shape; −1 where a dimension stays what it is.</param>
public sealed record Expand(long[] Sizes) : ByDimension
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) =>
        [.. Sizes.Skip(1).Select((size, i) => size == -1 ? inputs[0][i] : size)];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].expand(Sizes);
}

/// <summary>The first input, <c>[1, …]</c>, once for each entry that the second has along its first dimension: <c>[N, …]</c>.</summary>
public sealed record ExpandToBatch : ByDimension
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => inputs[0];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].expand([inputs[1].shape[0], .. inputs[0].shape[1..]]);
}

/// <summary>Entries moved along dimensions; what leaves at the end comes in at the beginning.</summary>
/// <param name="Dims">The dimensions; the batch is 0.</param>
/// <param name="Shifts">How far, for each of them.</param>
public sealed record Roll(long[] Dims, long[] Shifts) : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].roll(Shifts, Dims);
}
