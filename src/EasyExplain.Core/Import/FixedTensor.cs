using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Import;

/// <summary>A tensor that is the same whatever the picture: a weight of the file, or what the model computes of nothing else.</summary>
internal sealed class FixedTensor : ModelValue, IDisposable
{
    private readonly Dictionary<string, Parameter> _parameters = [];
    private readonly Func<Tensor>? _read;
    private readonly ScalarType? _type;
    private Tensor? _value;

    /// <summary>One that lies in the file, and is read when it is needed.</summary>
    /// <param name="name">Its name in the file.</param>
    /// <param name="shape">Its sizes.</param>
    /// <param name="read">Reads its numbers.</param>
    /// <param name="type">The type that they will have; null where only reading them tells.</param>
    public FixedTensor(string name, long[] shape, Func<Tensor> read, ScalarType? type = null) =>
        (Name, Shape, _read, _type) = (name, shape, read, type);

    /// <summary>A new one, which takes over its value.</summary>
    public FixedTensor(string name, Tensor value)
    {
        _value = value.DetachFromDisposeScope();
        (Name, Shape) = (name, value.shape);
    }

    /// <summary>Its name in the file, such as the attribute path in the module tree; that of what was computed has a colon in it.</summary>
    public string Name { get; set; }

    /// <summary>The sizes, outermost first.</summary>
    public long[] Shape { get; }

    /// <summary>Whether it is no parameter that was trained.</summary>
    public bool IsBuffer { get; set; }

    /// <summary>The weight that this one is, with its two dimensions changed over; null if it is none.</summary>
    public FixedTensor? TransposeOf { get; init; }

    /// <summary>The type that an ONNX file gives its numbers, see <see cref="Onnx.OnnxType"/>; 0 of most that is computed.</summary>
    public int DeclaredType { get; set; }

    /// <summary>The type of its numbers here, where all fractions are float32.</summary>
    public ScalarType Type => _value?.dtype ?? _type ?? Value.dtype;

    /// <summary>The numbers, on the CPU; owned by this object.</summary>
    /// <exception cref="InvalidDataException">They cannot be read.</exception>
    public Tensor Value
    {
        get
        {
            if (_value is null)
            {
                using DisposeScope scope = NewDisposeScope();
                _value = (_read ?? throw new ObjectDisposedException(Name))().DetachFromDisposeScope();
            }
            return _value;
        }
    }

    /// <summary>The parameters that were made of it.</summary>
    public IEnumerable<Parameter> Parameters => _parameters.Values;

    /// <summary>It as a parameter of the network, of float32; always the same one. It shares the numbers, and lives on by itself.</summary>
    /// <param name="name">What the parameter is called where the file has no name that was given by a person.</param>
    /// <param name="shape">Another shape of the same numbers; null for its own.</param>
    /// <param name="transposed">Whether its two dimensions are changed over.</param>
    /// <param name="isBuffer">Whether it is certainly none that was trained.</param>
    public Parameter Parameter(string name, long[]? shape = null, bool transposed = false, bool isBuffer = false)
    {
        if (transposed && TransposeOf is not null)
        {
            return TransposeOf.Parameter(name, isBuffer: isBuffer);
        }
        string key = $"{(shape is null ? "" : string.Join(',', shape))}{(transposed ? "T" : "")}";
        if (!_parameters.TryGetValue(key, out Parameter? parameter))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor value = Value.to(ScalarType.Float32);
            value = (transposed ? value.t() : shape is null ? value : value.view(shape)).contiguous();
            bool named = Name.Length > 0 && !Name.Contains(':', StringComparison.Ordinal) && !Name.All(char.IsDigit);
            parameter = _parameters[key] = new Parameter(named ? Name : name, value.shape) { IsBuffer = isBuffer || IsBuffer };
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
