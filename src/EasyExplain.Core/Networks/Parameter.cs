using static TorchSharp.torch;

namespace EasyExplain.Networks;

/// <summary>
/// A named tensor that an operator computes with. It is declared with its shape and gets its value when weights are loaded.
/// </summary>
/// <param name="name">The name in torchvision's state dict, such as <c>layer1.0.conv1.weight</c>.</param>
/// <param name="shape">The shape a value must have.</param>
public sealed class Parameter(string name, params long[] shape) : IDisposable
{
    private Tensor? _value;

    /// <summary>The name in the state dict.</summary>
    public string Name { get; } = name;

    /// <summary>The declared shape.</summary>
    public IReadOnlyList<long> Shape { get; } = shape;

    /// <summary>True for running statistics: part of the state dict, not counted among the parameters.</summary>
    public bool IsBuffer { get; init; }

    /// <summary>The number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The weights, float32, owned by this parameter.</summary>
    /// <exception cref="InvalidOperationException">No value was loaded yet, or the network was disposed.</exception>
    public Tensor Value => _value ?? throw new InvalidOperationException(
        $"'{Name}' has no weights: none were loaded, or the model was disposed.");

    /// <summary>Takes over <paramref name="value"/>, which must have the declared shape.</summary>
    /// <exception cref="ArgumentException">The shape differs.</exception>
    public void Load(Tensor value)
    {
        if (!value.shape.SequenceEqual(Shape))
        {
            throw new ArgumentException($"'{Name}' has shape [{string.Join(", ", Shape)}], not [{string.Join(", ", value.shape)}].",
                nameof(value));
        }
        _value?.Dispose();
        _value = value.DetachFromDisposeScope();
    }

    /// <summary>
    /// Takes <paramref name="value"/> in place of the one it has, and gives that back: for a run with nothing but shapes.
    /// </summary>
    internal Tensor Exchange(Tensor value)
    {
        Tensor had = Value;
        _value = value;
        return had;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _value?.Dispose();
        _value = null;
    }
}
