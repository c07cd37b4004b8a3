using System.Runtime.InteropServices;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Import.Onnx;

/// <summary>
/// ONNX's operators (github.com/onnx/onnx/blob/main/docs/Operators.md), opset 7 to 24. What is done to values that depend on the picture is
/// written down as operators of the network; what is done to others is done at once.
/// </summary>
internal sealed partial class OnnxOperators
{
    private const long LargestFixed = 1 << 28;
    private const int LongestList = 1 << 16;
    private static readonly Size Batch = new(0, 1);

    private readonly NetworkRecorder _recorder;
    private readonly string _folder;
    private readonly Dictionary<string, Func<OnnxCall, OnnxValue>> _functions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<OnnxCall, OnnxValue[]>> _several = new(StringComparer.Ordinal);
    private readonly Dictionary<FixedValue, Node> _constants = [];
    private readonly List<FixedValue> _computed = [];
    private readonly List<(string Operator, string Layer)> _missing = [];
    private long _fixedNumbers;
    private string _layer = "";

    /// <summary>Writes into <paramref name="recorder"/>; data outside of the model is in <paramref name="folder"/>.</summary>
    public OnnxOperators(NetworkRecorder recorder, string folder)
    {
        (_recorder, _folder) = (recorder, folder);
        AddLayers();
        AddElementwise();
        AddShapes();
        AddConstants();
        AddQuantization();
        AddIntegers();
        AddAttention();
        AddMicrosoft();
        AddLabels();
    }

    /// <summary>What is not known or cannot be done here, with the layers that it is in.</summary>
    public IReadOnlyList<(string Operator, string Layer)> Missing => _missing;

    /// <summary>The operators that are known here.</summary>
    public IEnumerable<string> Known => _functions.Keys.Concat(_several.Keys);

    /// <summary>Everything that was computed at once.</summary>
    public IEnumerable<FixedValue> Computed => _computed;

    /// <summary>Whether there is such an operator here.</summary>
    public bool Knows(string type) => _functions.ContainsKey(type) || _several.ContainsKey(type);

    /// <summary>Notes what cannot be done here.</summary>
    public void Lacks(string what, string layer) => _missing.Add((what, layer));

    /// <summary>A weight that lies within a branch.</summary>
    public FixedValue Weight(OnnxTensor weight)
    {
        var value = new FixedValue(weight.Name, weight.Shape, () => weight.Read(_folder)) { Type = weight.Type };
        _computed.Add(value);
        return value;
    }

    /// <summary>Whether a condition holds: a single number that is not 0.</summary>
    /// <exception cref="InvalidDataException">It is no single number.</exception>
    public bool IsTrue(FixedValue condition) => Single(condition) is { } number
        ? number != 0
        : throw new InvalidDataException($"The condition '{condition.Name}' has several numbers.");

    /// <summary>Does an operation; one that is not known is noted, and makes <see cref="OnnxValue.Unknown"/>.</summary>
    /// <param name="call">The operation.</param>
    /// <param name="layer">The layer that it is in.</param>
    public OnnxValue[] Call(OnnxCall call, string layer)
    {
        _layer = layer;
        OnnxValue[] unknown = [.. call.Node.Outputs.Select(_ => OnnxValue.Unknown)];
        if (!Knows(call.Node.Type))
        {
            _missing.Add((call.Node.Type, layer));
            return unknown;
        }
        if (call.Inputs.Contains(OnnxValue.Unknown))
        {
            return unknown;
        }
        using DisposeScope scope = NewDisposeScope();
        using IDisposable untracked = no_grad();
        try
        {
            return _several.TryGetValue(call.Node.Type, out Func<OnnxCall, OnnxValue[]>? several) ? several(call) : [_functions[call.Node.Type](call)];
        }
        catch (NotSupportedException e)
        {
            _missing.Add(($"{call.Node.Type} ({e.Message})", layer));
            return unknown;
        }
        catch (InvalidDataException e) when (layer.Length > 0 && !e.Message.Contains($"'{layer}'", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"The layer '{layer}' cannot do '{call.Node.Type}': {e.Message}", e);
        }
        catch (Exception e) when (e is ExternalException or ArgumentException)
        {
            throw new InvalidDataException($"The layer '{layer}' cannot do '{call.Node.Type}': {e.Message.Split('\n')[0]}", e);
        }
    }

    /// <summary>The integers of a fixed tensor.</summary>
    public static long[] IntegersOf(FixedValue value)
    {
        using DisposeScope scope = NewDisposeScope();
        return value.Shape.Contains(0) ? [] : value.Shape.Aggregate(1.0, (product, size) => product * size) <= LongestList
            ? value.Value.to(ScalarType.Int64).contiguous().data<long>().ToArray()
            : throw new InvalidDataException($"'{value.Name}' is taken for a list of integers, and has more than {LongestList}.");
    }

    // ---- values

    private OnnxValue Apply(Operator @operator, params OnnxValue[] inputs)
    {
        if (inputs.Any(input => input is PictureValue))
        {
            return new PictureValue(_recorder.Call(_layer, @operator, [.. inputs.Select(NodeOf)]));
        }
        _recorder.Call(_layer, @operator, [.. inputs.Select(NodeOf)]); // which says whether it fits into memory; nothing reads the node
        return Compute(() => @operator.Run([.. inputs.Select(input => FixedOf(input).Value)]));
    }

    /// <summary>Computes something at once.</summary>
    /// <param name="compute">Computes it.</param>
    /// <param name="type">The type that its numbers have in the file, where that matters.</param>
    private FixedValue Compute(Func<Tensor> compute, int type = OnnxType.Undefined)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor value = compute();
        _fixedNumbers += value.NumberOfElements;
        if (_fixedNumbers > LargestFixed)
        {
            throw new InvalidDataException($"The graph makes more than {LargestFixed} numbers that do not depend on the picture.");
        }
        var made = new FixedValue($"{_layer}:constant{_computed.Count}", value.alias()) { Type = type };
        _computed.Add(made);
        return made;
    }

    /// <summary>A size that is about to be memory must be one.</summary>
    private static long[] Bounded(params long[] shape)
    {
        double count = shape.Aggregate(1.0, (product, size) => size < 0 ? throw new InvalidDataException("The graph asks for a negative size.") : product * size);
        return count <= LargestFixed ? shape : throw new InvalidDataException($"The graph asks for a tensor of {count:0} numbers.");
    }

    /// <summary>Tensors that are computed with place by place, each repeated to the sizes of all, must become no more than memory holds.</summary>
    private static void BoundTogether(params FixedValue[] values)
    {
        int rank = values.Max(value => value.Shape.Length);
        Bounded([.. Enumerable.Range(1, rank).Select(fromEnd => values.Max(value => fromEnd <= value.Shape.Length ? value.Shape[^fromEnd] : 1))]);
    }

    private Node NodeOf(OnnxValue value)
    {
        if (value is PictureValue picture)
        {
            return picture.Node;
        }
        FixedValue known = FixedOf(value);
        if (!_constants.TryGetValue(known, out Node? constant))
        {
            _constants[known] = constant = _recorder.Call(_layer, new Constant(known.Parameter($"{_layer}.constant{_constants.Count}")));
        }
        return constant;
    }

    private FixedValue FixedOf(OnnxValue value) => value as FixedValue
        ?? throw new NotSupportedException(value is SizesValue ? "with numbers that depend on how many pictures are in the batch" : "where a constant is expected");

    /// <summary>The full shape.</summary>
    private IReadOnlyList<Size> ShapeOf(OnnxValue value) => value switch
    {
        PictureValue picture => _recorder.Shape(picture.Node),
        FixedValue known => [.. known.Shape.Select(size => new Size(size))],
        SizesValue { Scalar: false } sizes => [new Size(sizes.Sizes.Length)],
        _ => [],
    };

    private int Rank(OnnxValue value) => ShapeOf(value).Count;

    private long SizeOf(OnnxValue value, int dim) =>
        ShapeOf(value)[Dim(dim, Rank(value))] is { IsFixed: true } size ? size.Fixed : throw new NotSupportedException("along the batch");

    /// <summary>A dimension counted from the front.</summary>
    private static int Dim(long dim, int rank) => dim >= -rank && dim < Math.Max(rank, 1)
        ? (int)(dim < 0 ? dim + rank : dim)
        : throw new InvalidDataException($"The graph asks for dimension {dim} of a tensor that has {rank}.");

    private int[] Dims(IEnumerable<long> dims, int rank) => [.. dims.Select(dim => Dim(dim, rank))];

    /// <summary>A list of sizes, or a number that is one.</summary>
    private static Size[] Sizes(OnnxValue value) => value switch
    {
        SizesValue sizes => sizes.Sizes,
        FixedValue known => [.. IntegersOf(known).Select(size => new Size(size))],
        _ => throw new NotSupportedException("with a shape that depends on what the picture shows"),
    };

    /// <summary>Sizes as a value: a fixed tensor, if they do not depend on the number of pictures.</summary>
    private OnnxValue ValueOf(Size[] sizes, bool scalar) => sizes.All(size => size.IsFixed)
        ? Compute(() => scalar ? tensor(sizes[0].Fixed) : tensor([.. sizes.Select(size => size.Fixed)], ScalarType.Int64))
        : new SizesValue(sizes, scalar);

    /// <summary>The only number of a fixed tensor, if it adds no dimension to a partner of so many; else null.</summary>
    private static double? Single(OnnxValue value, int rank) => value is FixedValue known && known.Shape.Length <= rank ? Single(known) : null;

    /// <summary>The only number of a fixed tensor; null if it has several.</summary>
    private static double? Single(FixedValue value)
    {
        if (value.Shape.Any(size => size != 1))
        {
            return null;
        }
        using DisposeScope scope = NewDisposeScope();
        return value.Value.to(ScalarType.Float64).item<double>();
    }
}
