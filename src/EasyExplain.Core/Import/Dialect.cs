using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Import;

/// <summary>
/// What following a model does in whatever language it is written: what is done to values that depend on the picture is written down as
/// operators of the network; what is done to others is done at once. A dialect says how its operations are called, and in which order they
/// take what.
/// </summary>
internal abstract partial class Dialect
{
    /// <summary>The longest list of integers.</summary>
    protected const int LongestList = 1 << 16;

    private const long LargestFixed = 1 << 28;

    private readonly string _source;
    private readonly bool _computesBuffers;
    private readonly Fusions _fusions;
    private readonly Dictionary<FixedTensor, Node> _constants = [];
    private readonly Dictionary<Node, FixedTensor> _forEach = []; // matrices that are the same for each picture
    private readonly List<FixedTensor> _computed = [];
    private readonly List<(string Operator, string Layer)> _missing = [];
    private long _fixedNumbers;
    private bool _lacksForms;

    /// <summary>Starts to follow a model.</summary>
    /// <param name="recorder">Takes down the network.</param>
    /// <param name="source">What the model is written as, for messages: <c>graph</c> or <c>code</c>.</param>
    /// <param name="computesBuffers">Whether what is computed at once counts as no parameter that was trained.</param>
    protected Dialect(NetworkRecorder recorder, string source, bool computesBuffers)
    {
        (Recorder, _source, _computesBuffers) = (recorder, source, computesBuffers);
        _fusions = new Fusions(recorder, MayVanish);
    }

    /// <summary>The layer that is being followed; empty for the model itself.</summary>
    public string Layer { get; set; } = "";

    /// <summary>What is not known or cannot be done here, with the layers that it is in.</summary>
    public IReadOnlyList<(string Operator, string Layer)> Missing => _missing;

    /// <summary>Everything that was computed at once.</summary>
    public IEnumerable<FixedTensor> Computed => _computed;

    /// <summary>Takes down the network.</summary>
    protected NetworkRecorder Recorder { get; }

    /// <summary>Whether all that is missing are operators that are not known at all, for however many pictures.</summary>
    public bool LacksOperators => _missing.Count > 0 && !_lacksForms;

    /// <summary>Notes what cannot be done here, with the layer.</summary>
    public void Lacks(string what)
    {
        _lacksForms = true;
        _missing.Add((what, Layer));
    }

    /// <summary>Notes an operator that is not known at all, with the layer.</summary>
    protected void LacksOperator(string name) => _missing.Add((name, Layer));

    /// <summary>Whether an output may be lost in an operator that it is part of (see <see cref="Fusions"/>).</summary>
    protected virtual bool MayVanish(Node node) => true;

    // ---- doing

    /// <summary>Does something to values: writes it down if one of them depends on the picture, else does it at once.</summary>
    protected ModelValue Apply(Operator @operator, params ModelValue[] inputs)
    {
        Node[] nodes = [.. inputs.Select(NodeOf)];
        if (inputs.Any(input => input is PictureValue))
        {
            (@operator, nodes) = _fusions.Completed(@operator, nodes) ?? (@operator, nodes);
            return new PictureValue(Recorder.Call(Layer, @operator, nodes));
        }
        Recorder.Demand(Layer, @operator, nodes); // which says whether it fits into memory
        return Compute(() => @operator.Run([.. inputs.Select(input => FixedOf(input).Value)]));
    }

    /// <summary>Computes something at once.</summary>
    /// <param name="compute">Computes it.</param>
    /// <param name="declared">The type that its numbers have in an ONNX file, where that matters.</param>
    /// <param name="transposeOf">The weight that it is with its dimensions changed over.</param>
    protected FixedTensor Compute(Func<Tensor> compute, int declared = 0, FixedTensor? transposeOf = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable untracked = no_grad();
        Tensor value = compute();
        _fixedNumbers += value.NumberOfElements;
        if (_fixedNumbers > LargestFixed)
        {
            throw new InvalidDataException($"The {_source} makes more than {LargestFixed} numbers that do not depend on the picture.");
        }
        return Kept(new FixedTensor($"{Layer}:constant{_computed.Count}", value.alias())
        {
            IsBuffer = _computesBuffers,
            DeclaredType = declared,
            TransposeOf = transposeOf,
        });
    }

    /// <summary>A tensor that is done away with when the model has been followed.</summary>
    protected FixedTensor Kept(FixedTensor tensor)
    {
        _computed.Add(tensor);
        return tensor;
    }

    // ---- bounds

    /// <summary>A size that is about to be memory must be one.</summary>
    protected long[] Bounded(params long[] shape)
    {
        double count = shape.Aggregate(1.0, (product, size) =>
            size < 0 ? throw new InvalidDataException($"The {_source} asks for a negative size.") : product * size);
        return count <= LargestFixed ? shape : throw new InvalidDataException($"The {_source} asks for a tensor of {count:0} numbers.");
    }

    /// <summary>
    /// Tensors that are computed with place by place, each repeated to the sizes of all, must become no more than memory holds.
    /// </summary>
    protected void BoundTogether(params FixedTensor[] values)
    {
        int rank = values.Max(value => value.Shape.Length);
        Bounded([.. Enumerable.Range(1, rank)
            .Select(fromEnd => values.Max(value => fromEnd <= value.Shape.Length ? value.Shape[^fromEnd] : 1))]);
    }

    /// <summary>0, 1, 2, … below a number that must not be too large.</summary>
    protected static IEnumerable<long> Range(long count) =>
        Enumerable.Range(0, count <= LongestList ? (int)count : throw new NotSupportedException($"over {count} numbers"))
            .Select(i => (long)i);

    // ---- values

    /// <summary>What makes a value; one that does not depend on the picture becomes a constant.</summary>
    protected Node NodeOf(ModelValue value)
    {
        if (value is PictureValue picture)
        {
            return picture.Node;
        }
        FixedTensor known = FixedOf(value);
        if (!_constants.TryGetValue(known, out Node? constant))
        {
            _constants[known] = constant = Recorder.Call(Layer, new Constant(known.Parameter($"{Layer}.constant{_constants.Count}")));
        }
        return constant;
    }

    /// <summary>A value that does not depend on the picture, as a tensor.</summary>
    protected FixedTensor FixedOf(ModelValue value) => value switch
    {
        FixedTensor known => known,
        NumberValue { Number: var number } => Compute(() => tensor((float)number)),
        SizesValue { Sizes: var sizes, Scalar: var scalar } => Compute(() =>
        {
            long[] numbers = Array.ConvertAll(sizes, Fixed);
            return scalar ? tensor(numbers[0]) : tensor(numbers);
        }),
        _ => throw new NotSupportedException("a tensor that depends on the picture where a constant is expected"),
    };

    /// <summary>The shape, outermost first; the batch's size may be in it.</summary>
    protected IReadOnlyList<Size> ShapeOf(ModelValue value) => value switch
    {
        PictureValue picture => Recorder.Shape(picture.Node),
        FixedTensor known => [.. known.Shape.Select(size => new Size(size))],
        SizesValue { Scalar: false } sizes => [new Size(sizes.Sizes.Length)],
        _ => [],
    };

    /// <summary>How many dimensions a value has.</summary>
    protected int Rank(ModelValue value) => ShapeOf(value).Count;

    /// <summary>A size that must not depend on how many pictures there are.</summary>
    protected long SizeOf(ModelValue value, long dim) =>
        ShapeOf(value)[Dim(dim, Rank(value))] is { IsFixed: true } size ? size.Fixed : throw new NotSupportedException("along the batch");

    /// <summary>A dimension counted from the front.</summary>
    protected int Dim(long dim, int rank) => dim >= -rank && dim < Math.Max(rank, 1)
        ? (int)(dim < 0 ? dim + rank : dim)
        : throw new InvalidDataException($"The {_source} asks for dimension {dim} of a tensor that has {rank}.");

    /// <summary>Dimensions counted from the front.</summary>
    protected int[] Dims(IEnumerable<long> dims, int rank) => [.. dims.Select(dim => Dim(dim, rank))];

    /// <summary>Sizes as a value: a fixed tensor, if they do not depend on the number of pictures.</summary>
    protected ModelValue ValueOf(Size[] sizes, bool scalar)
    {
        var value = new SizesValue(sizes, scalar);
        return sizes.All(size => size.IsFixed) ? FixedOf(value) : value;
    }

    /// <summary>An integer that does not depend on the batch.</summary>
    protected static long Fixed(Size size) =>
        size.IsFixed ? size.Fixed : throw new NotSupportedException("a number that depends on how many pictures are in the batch");

    /// <summary>The product of sizes.</summary>
    protected static Size Product(IEnumerable<Size> sizes) => sizes.Aggregate(new Size(1), (product, size) => product * size);

    /// <summary>
    /// The only number of what is the same for every picture, if it adds no dimension to a partner of so many; else null.
    /// </summary>
    protected static double? Single(ModelValue value, int rank) => value switch
    {
        SizesValue { Scalar: true, Sizes: [var size] } => Fixed(size),
        NumberValue { Number: var number } => number,
        FixedTensor known when known.Shape.Length <= rank => Single(known),
        _ => null,
    };

    /// <summary>The only number of a fixed tensor; null if it has several.</summary>
    protected static double? Single(FixedTensor value)
    {
        if (value.Shape.Any(size => size != 1))
        {
            return null;
        }
        using DisposeScope scope = NewDisposeScope();
        return value.Value.to(ScalarType.Float64).item<double>();
    }
}
