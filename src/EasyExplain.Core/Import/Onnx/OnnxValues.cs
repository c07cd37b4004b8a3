using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Import.Onnx;

/// <summary>What a name of the graph stands for while the graph is followed.</summary>
internal abstract class OnnxValue
{
    /// <summary>What an operator would make that is not known here.</summary>
    public static OnnxValue Unknown { get; } = new UnknownValue();

    /// <summary>An optional input that is left out.</summary>
    public static OnnxValue None { get; } = new UnknownValue();

    private sealed class UnknownValue : OnnxValue;
}

/// <summary>Something that depends on the picture.</summary>
/// <param name="node">Makes it.</param>
internal sealed class PictureValue(Node node) : OnnxValue
{
    /// <summary>Makes it.</summary>
    public Node Node { get; } = node;

    /// <summary>What the graph calls the classes that it is of; null where it does not say.</summary>
    public IReadOnlyList<string>? Labels { get; init; }
}

/// <summary>Sizes of which some depend on the number of pictures.</summary>
/// <param name="sizes">The sizes.</param>
/// <param name="scalar">Whether it is a number rather than a list of one.</param>
internal sealed class SizesValue(Size[] sizes, bool scalar) : OnnxValue
{
    /// <summary>The sizes.</summary>
    public Size[] Sizes { get; } = sizes;

    /// <summary>Whether it is a number rather than a list of one.</summary>
    public bool Scalar { get; } = scalar;
}

/// <summary>A tensor that is the same for every picture: a weight, or what is computed of nothing else.</summary>
internal sealed class FixedValue : OnnxValue, IDisposable
{
    private readonly Dictionary<string, Parameter> _parameters = [];
    private readonly Func<Tensor> _read;
    private Tensor? _value;

    /// <summary>One that lies in the file, and is read when it is needed.</summary>
    public FixedValue(string name, long[] shape, Func<Tensor> read) => (Name, Shape, _read) = (name, shape, read);

    /// <summary>A new one, which takes over its value.</summary>
    public FixedValue(string name, Tensor value)
    {
        _value = value.DetachFromDisposeScope();
        (Name, Shape, _read) = (name, value.shape, () => throw new InvalidOperationException());
    }

    /// <summary>Its name in the file.</summary>
    public string Name { get; }

    /// <summary>Its sizes.</summary>
    public long[] Shape { get; }

    /// <summary>The type that the file gives its numbers, see <see cref="OnnxType"/>; <see cref="OnnxType.Undefined"/> of most that is computed.</summary>
    public int Type { get; set; }

    /// <summary>The numbers, on the CPU; owned by this object.</summary>
    public Tensor Value => _value ??= _read().DetachFromDisposeScope();

    /// <summary>The parameters that were made of it.</summary>
    public IEnumerable<Parameter> Parameters => _parameters.Values;

    /// <summary>It as a parameter of the network; always the same one.</summary>
    /// <param name="name">What the parameter is called where the file has no name that was given by a person.</param>
    /// <param name="shape">Another shape of the same numbers; null for its own.</param>
    /// <param name="transposed">Whether its two dimensions are changed over.</param>
    /// <param name="isBuffer">Whether it is no parameter that was trained.</param>
    public Parameter Parameter(string name, long[]? shape = null, bool transposed = false, bool isBuffer = false)
    {
        string key = $"{(shape is null ? "" : string.Join(',', shape))}{(transposed ? "T" : "")}";
        if (!_parameters.TryGetValue(key, out Parameter? parameter))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor value = Value.to(ScalarType.Float32);
            value = (transposed ? value.t() : shape is null ? value : value.view(shape)).contiguous();
            bool named = Name.Length > 0 && !Name.Contains(':', StringComparison.Ordinal) && !Name.All(char.IsDigit);
            parameter = _parameters[key] = new Parameter(named ? Name : name, value.shape) { IsBuffer = isBuffer };
            parameter.Load(value.alias());
        }
        return parameter;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _value?.Dispose();
        _value = null;
    }
}
