namespace EasyExplain.Networks;

/// <summary>
/// An operator whose output lies on the picture as its first input does, be it in another size: rows stay rows, columns columns, and a
/// class token stays apart from the places.
/// </summary>
public abstract record KeepsLayout : Operator
{
    /// <inheritdoc/>
    public sealed override Layout? OutputLayout(IReadOnlyList<Layout?> inputs) => inputs[0];

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => ofOutput;
}

/// <summary>One that also leaves the size as it is: every number of its (first) input becomes another in the same place.</summary>
public abstract record KeepsShape : KeepsLayout
{
    /// <inheritdoc/>
    public sealed override long[] OutputShape(IReadOnlyList<long[]> inputs) => inputs[0];
}

/// <summary>One that takes several inputs place by place, where what is one number along a dimension stands for the whole of it.</summary>
public abstract record Broadcasts : KeepsLayout
{
    /// <inheritdoc/>
    public sealed override long[] OutputShape(IReadOnlyList<long[]> inputs) => Shape(inputs);

    /// <summary>The shape that several have together: of each dimension, counted from the last, the size that is not 1.</summary>
    internal static long[] Shape(IReadOnlyList<long[]> shapes) =>
    [
        .. Enumerable.Range(1, shapes.Max(shape => shape.Length)).Reverse().Select(fromEnd => shapes.Where(shape => shape.Length >= fromEnd)
            .Select(shape => shape[^fromEnd]).Aggregate(1L, (size, other) => size == 1 ? other : size)),
    ];
}

/// <summary>
/// One that goes by the numbers of dimensions and knows of no picture. Where there are rows and columns afterwards, the importer finds out;
/// it also sees where nothing but a class token is left.
/// </summary>
public abstract record ByDimension : Operator
{
    /// <inheritdoc/>
    public sealed override Layout? OutputLayout(IReadOnlyList<Layout?> inputs) => null;

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => ofOutput;
}
