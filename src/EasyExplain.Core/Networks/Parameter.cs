using static TorchSharp.torch;

namespace EasyExplain.Networks;

/// <summary>
/// A named tensor that an operator computes with. It is declared with its shape and gets its value when weights are loaded.
/// </summary>
/// <param name="name">The name in torchvision's state dict, such as <c>layer1.0.conv1.weight</c>.</param>
/// <param name="shape">The shape a value must have.</param>
public sealed class Parameter(string name, params long[] shape) : IDisposable
{
    [ThreadStatic]
    private static IReadOnlyDictionary<Parameter, Tensor>? s_exchanged;

    private Tensor? _value;

    /// <summary>The name in the state dict.</summary>
    public string Name { get; } = name;

    /// <summary>The declared shape.</summary>
    public IReadOnlyList<long> Shape { get; } = shape;

    /// <summary>True for running statistics: part of the state dict, not counted among the parameters.</summary>
    public bool IsBuffer { get; init; }

    /// <summary>Makes, of a weight file's numbers, those that are computed with; null where these are the same.</summary>
    public Func<Tensor, Tensor>? Prepared { get; init; }

    /// <summary>The number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The weights, float32, owned by this parameter.</summary>
    /// <exception cref="InvalidOperationException">No value was loaded yet, or the network was disposed.</exception>
    public Tensor Value => s_exchanged?.GetValueOrDefault(this) ?? _value ?? throw new InvalidOperationException(
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
    /// Gives parameters other values for whatever this thread runs until the result is disposed; the values stay the caller's. Other
    /// threads see nothing of it, and neither do engines that have copies of the weights.
    /// </summary>
    internal static IDisposable Exchanged(IReadOnlyDictionary<Parameter, Tensor> values)
    {
        var before = new GiveBack(s_exchanged);
        s_exchanged = values;
        return before;
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

    private sealed class GiveBack(IReadOnlyDictionary<Parameter, Tensor>? before) : IDisposable
    {
        public void Dispose() => s_exchanged = before;
    }
}
