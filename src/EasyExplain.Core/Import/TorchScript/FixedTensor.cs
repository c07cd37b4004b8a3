using EasyExplain.Networks;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Import.TorchScript;

/// <summary>A tensor that is the same whatever the picture: a weight of the file, or what the script computes of nothing else.</summary>
internal sealed class FixedTensor : IDisposable
{
    private readonly WeightEntry? _entry;
    private Tensor? _value;
    private Parameter? _parameter;

    /// <summary>One that lies in the file, and is read when it is needed.</summary>
    public FixedTensor(WeightEntry entry, bool isBuffer)
    {
        _entry = entry;
        (Name, IsBuffer) = (entry.Name, isBuffer);
    }

    /// <summary>A new one, which takes over its value.</summary>
    public FixedTensor(string name, Tensor value)
    {
        _value = value.DetachFromDisposeScope();
        (Name, IsBuffer) = (name, true);
    }

    /// <summary>The attribute path in the module tree; what was computed has the name of the module that did.</summary>
    public string Name { get; set; }

    /// <summary>Whether it is no parameter that was trained.</summary>
    public bool IsBuffer { get; set; }

    /// <summary>The weight that this one is, with its two dimensions changed over; null if it is none.</summary>
    public FixedTensor? TransposeOf { get; set; }

    /// <summary>The sizes, outermost first.</summary>
    public IReadOnlyList<long> Shape => _value?.shape ?? _entry!.Shape;

    /// <summary>The type of its elements; all fractions are float32 here.</summary>
    public ScalarType Type => _value?.dtype ?? (IsReal(_entry!.Type) ? ScalarType.Float32 : _entry.Type);

    /// <summary>The values, on the CPU; owned by this object.</summary>
    /// <exception cref="InvalidDataException">They cannot be read.</exception>
    public Tensor Value
    {
        get
        {
            if (_value is null)
            {
                using DisposeScope scope = NewDisposeScope();
                TensorLayout layout = _entry!.Layout!;
                _value = (IsReal(_entry.Type) ? layout.ReadFloat32() : layout.Read()).DetachFromDisposeScope();
            }
            return _value;
        }
    }

    /// <summary>It as a parameter of the network, of float32; always the same one. It shares the values, and lives on by itself.</summary>
    public Parameter Parameter
    {
        get
        {
            if (_parameter is null)
            {
                using DisposeScope scope = NewDisposeScope();
                _parameter = new Parameter(Name, [.. Shape]) { IsBuffer = IsBuffer };
                _parameter.Load(Type == ScalarType.Float32 ? Value.contiguous().alias() : Value.to(ScalarType.Float32));
            }
            return _parameter;
        }
    }

    /// <summary>The parameter, if there is one already.</summary>
    public Parameter? ParameterIfAny => _parameter;

    /// <inheritdoc/>
    public void Dispose()
    {
        _value?.Dispose();
        _value = null;
    }

    private static bool IsReal(ScalarType type) =>
        type is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;
}
