using static TorchSharp.torch;

namespace EasyExplain.Weights;

/// <summary>
/// One tensor in a weight file: its name, its element type and its shape. The values are read by <see cref="WeightFile.Read"/>.
/// </summary>
/// <param name="Name">The name in the file, such as <c>layer1.0.conv1.weight</c>.</param>
/// <param name="Type">The type of the elements.</param>
/// <param name="Shape">The sizes, outermost first; empty for a single number.</param>
public sealed record WeightEntry(string Name, ScalarType Type, IReadOnlyList<long> Shape)
{
    /// <summary>Where the values lie in the file.</summary>
    internal TensorLayout? Layout { get; init; }

    /// <summary>
    /// The entries that make this one, below one another; null among them for zeros. Null for one that is in the file itself.
    /// </summary>
    internal IReadOnlyList<WeightEntry?>? Parts { get; init; }

    /// <summary>Such as <c>conv1.weight Float32 [16, 3, 3, 3]</c>.</summary>
    public override string ToString() => $"{Name} {Type} [{string.Join(", ", Shape)}]";
}
