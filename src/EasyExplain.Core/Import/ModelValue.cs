using EasyExplain.Networks;

namespace EasyExplain.Import;

/// <summary>
/// What a name of a graph, or a tensor of a script, stands for while a model is followed: <see cref="PictureValue"/>,
/// <see cref="FixedTensor"/>, <see cref="SizesValue"/>, <see cref="NumberValue"/>, <see cref="Unknown"/> or <see cref="Absent"/>.
/// </summary>
internal abstract class ModelValue;

/// <summary>Something that depends on the picture.</summary>
/// <param name="node">Makes it.</param>
internal sealed class PictureValue(Node node) : ModelValue
{
    /// <summary>Makes it.</summary>
    public Node Node { get; } = node;

    /// <summary>What the graph calls the classes that it is of; null where it does not say.</summary>
    public IReadOnlyList<string>? Labels { get; init; }
}

/// <summary>Sizes of which some may depend on the number of pictures.</summary>
/// <param name="sizes">The sizes.</param>
/// <param name="scalar">Whether it is a number rather than a list of one.</param>
internal sealed class SizesValue(Size[] sizes, bool scalar) : ModelValue
{
    /// <summary>The sizes.</summary>
    public Size[] Sizes { get; } = sizes;

    /// <summary>Whether it is a number rather than a list of one.</summary>
    public bool Scalar { get; } = scalar;
}

/// <summary>A single fraction.</summary>
/// <param name="number">The fraction.</param>
internal sealed class NumberValue(double number) : ModelValue
{
    /// <summary>The fraction.</summary>
    public double Number { get; } = number;
}

/// <summary>What an operator that is missing would have made.</summary>
internal sealed class Unknown : ModelValue
{
    public static Unknown Value { get; } = new();
}

/// <summary>An optional input that is left out.</summary>
internal sealed class Absent : ModelValue
{
    public static Absent Value { get; } = new();
}
