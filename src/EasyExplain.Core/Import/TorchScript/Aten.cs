using System.Runtime.InteropServices;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Import.TorchScript;

/// <summary>
/// The functions that scripts call, by ATen's names. What is done to tensors that depend on the picture is written down as operators of the
/// network; what is done to others is done at once.
/// </summary>
internal sealed partial class Aten
{
    private const int MostCalls = 20_000;
    private const long LargestFixed = 1 << 28;
    private const int LongestList = 1 << 16;

    private readonly NetworkRecorder _recorder;
    private readonly Dictionary<string, Func<AtenCall, object?>> _functions = new(StringComparer.Ordinal);
    private readonly Dictionary<FixedTensor, Node> _constants = new(ReferenceEqualityComparer.Instance);
    private readonly List<FixedTensor> _computed = [];
    private readonly List<(string Operator, string Layer)> _missing = [];
    private int _calls;
    private long _fixedNumbers;

    /// <summary>Writes into <paramref name="recorder"/>.</summary>
    public Aten(NetworkRecorder recorder)
    {
        _recorder = recorder;
        AddPlain();
        AddNumbers();
        AddLayers();
        AddShapes();
        AddElementwise();
        AddConstants();
        AddAttention();
    }

    /// <summary>Which module is being followed.</summary>
    public Func<string> Path { get; set; } = () => "";

    /// <summary>What is not known or cannot be done here, with the layers that it is in.</summary>
    public IReadOnlyList<(string Operator, string Layer)> Missing => _missing;

    /// <summary>What was written down, in order; without the constants.</summary>
    public List<Node> Recorded { get; } = [];

    /// <summary>The tensors that were computed at once.</summary>
    public IEnumerable<FixedTensor> Computed => _computed;

    /// <summary>Calls a function; one that is missing is noted, and makes an <see cref="Unknown"/>.</summary>
    public object? Call(string name, IReadOnlyList<object?> arguments, IReadOnlyDictionary<string, object?> named)
    {
        string plain = name[(name.LastIndexOf('.') + 1)..];
        if (Handler(name, plain) is not { } function)
        {
            Miss(name.Length > 100 ? name[..100] : name);
            return Unknown.Value;
        }
        if (arguments.Any(plain is "__getitem__" or "TupleIndex" or "len" ? value => value is Unknown : IsUnknown) && plain is not ("append" or "__is__" or "__isnot__" or "warn" or "format" or "_set_item"))
        {
            return Unknown.Value;
        }
        try
        {
            return function(new AtenCall(plain, arguments, named));
        }
        catch (NotSupportedException e)
        {
            Miss($"{plain} ({e.Message})");
            return Unknown.Value;
        }
        catch (ExternalException e)
        {
            throw new InvalidDataException($"{(Path().Length == 0 ? "The model" : $"The layer '{Path()}'")} cannot do '{plain}': {FirstLine(e.Message)}", e);
        }
    }

    /// <summary>Notes what is missing, with the layer.</summary>
    public void Miss(string what) => _missing.Add((what, Path()));

    /// <summary>What an exception of the script says.</summary>
    public static InvalidDataException Raised(object? message) =>
        new($"The model refuses the picture: {(message is string text && text.Length > 0 ? text : "an assertion does not hold")}. Another input size may be right.");

    private static bool IsUnknown(object? value) => value is Unknown || (value is IEnumerable<object?> items && items.Any(item => item is Unknown));

    private static string FirstLine(string message) => message.Split('\n')[0];

    private Func<AtenCall, object?>? Handler(string name, string plain)
    {
        if (!(name.StartsWith("torch.", StringComparison.Ordinal) || name.StartsWith("ops.aten.", StringComparison.Ordinal)
            || name.StartsWith("ops.prim.", StringComparison.Ordinal) || name == plain))
        {
            return null;
        }
        if (_functions.TryGetValue(plain, out Func<AtenCall, object?>? function))
        {
            return function;
        }
        // relu_ is relu that writes its result into its argument.
        return plain.EndsWith('_') && !plain.EndsWith("__", StringComparison.Ordinal) && _functions.TryGetValue(plain[..^1], out function)
            ? call => InPlace(call, function(call))
            : null;
    }

    private ScriptTensor InPlace(AtenCall call, object? result)
    {
        ScriptTensor target = call.Tensor(0);
        object content = result is ScriptTensor made ? made.Content : throw new InvalidDataException($"The code has '{call.Name}' write no tensor.");
        if (target.Content is FixedTensor old && content is FixedTensor @new)
        {
            using DisposeScope scope = NewDisposeScope();
            old.Value.copy_(@new.Value);
        }
        else if (!ReferenceEquals(content, target.Content))
        {
            target.Write(content);
        }
        return target;
    }

    // ---- operators of the network

    /// <summary>Does something to tensors: writes it down if one of them depends on the picture, else does it at once.</summary>
    private ScriptTensor Apply(Operator @operator, params ScriptTensor[] inputs) => new(Output(@operator, inputs));

    /// <summary>The same, where the result is another view of the first.</summary>
    private ScriptTensor ApplyView(Operator @operator, ScriptTensor input) => input.View(Output(@operator, [input]));

    private object Output(Operator @operator, ScriptTensor[] inputs)
    {
        if (inputs.All(input => input.Node is null))
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable untracked = no_grad();
            _recorder.Call(Path(), @operator, [.. inputs.Select(NodeOf)]); // which says whether it fits into memory; nothing reads the node
            return Computation(@operator.Run([.. inputs.Select(input => FixedOf(input).Value)]));
        }
        return Record(@operator, [.. inputs.Select(NodeOf)]);
    }

    private Node Record(Operator @operator, params Node[] inputs)
    {
        if (++_calls > MostCalls)
        {
            throw new InvalidDataException($"The model has more than {MostCalls} operations: a loop without end?");
        }
        Node node = _recorder.Call(Path(), @operator, inputs);
        // What is done to one picture must be possible at all.
        if (_recorder.Shape(node).Aggregate(1.0, (product, size) => product * (size.Fixed + (double)size.PerPicture)) > 1L << 32)
        {
            throw new InvalidDataException($"The layer '{Path()}' would make more than {1L << 32} numbers of a picture.");
        }
        if (inputs.Length > 0)
        {
            Recorded.Add(node);
        }
        return node;
    }

    /// <summary>A new tensor that does not depend on the picture.</summary>
    private FixedTensor Computation(Tensor value)
    {
        _fixedNumbers += value.NumberOfElements;
        if (_fixedNumbers > LargestFixed)
        {
            throw new InvalidDataException($"The code makes more than {LargestFixed} numbers that do not depend on the picture.");
        }
        string path = Path();
        var made = new FixedTensor($"{(path.Length == 0 ? "" : path + ".")}constant{_computed.Count}", value);
        _computed.Add(made);
        return made;
    }

    /// <summary>Computes something at once; the function's result becomes the tensor's.</summary>
    private ScriptTensor Compute(Func<Tensor> compute)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable untracked = no_grad();
        return new ScriptTensor(Computation(compute()));
    }

    /// <summary>A size that is about to be memory must be one.</summary>
    private static long[] Bounded(long[] shape)
    {
        double count = shape.Aggregate(1.0, (product, size) => size < 0 ? throw new InvalidDataException("The code asks for a negative size.") : product * size);
        return count <= LargestFixed ? shape : throw new InvalidDataException($"The code asks for a tensor of {count:0} numbers.");
    }

    /// <summary>Two tensors that are computed with place by place, each repeated to the other's sizes, must become no more than memory holds.</summary>
    private static void BoundTogether(FixedTensor a, FixedTensor b) => Bounded(
    [
        .. Enumerable.Range(1, Math.Max(a.Shape.Count, b.Shape.Count))
            .Select(fromEnd => Math.Max(fromEnd <= a.Shape.Count ? a.Shape[^fromEnd] : 1, fromEnd <= b.Shape.Count ? b.Shape[^fromEnd] : 1)),
    ]);

    private Node NodeOf(ScriptTensor tensor)
    {
        if (tensor.Node is { } node)
        {
            return node;
        }
        FixedTensor value = FixedOf(tensor);
        if (!_constants.TryGetValue(value, out Node? constant))
        {
            _constants[value] = constant = Record(new Constant(value.Parameter));
        }
        return constant;
    }

    private FixedTensor FixedOf(ScriptTensor tensor)
    {
        switch (tensor.Content)
        {
            case FixedTensor known: return known;
            case Size size: return Computation(torch.tensor(Integer(size)));
            case double number: return Computation(torch.tensor((float)number));
            default: throw new NotSupportedException("a tensor that depends on the picture where a constant is expected");
        }
    }

    /// <summary>The shape, outermost first; the batch's size may be in it.</summary>
    private IReadOnlyList<Size> ShapeOf(ScriptTensor tensor) => tensor.Content switch
    {
        Node node => _recorder.Shape(node),
        FixedTensor known => [.. known.Shape.Select(size => new Size(size))],
        _ => [],
    };

    private int Rank(ScriptTensor tensor) => ShapeOf(tensor).Count;

    /// <summary>A dimension counted from the front.</summary>
    private long Dim(ScriptTensor tensor, long dim) => Dim(dim, Rank(tensor));

    private static long Dim(long dim, int rank) => dim >= -rank && dim < Math.Max(rank, 1)
        ? dim < 0 ? dim + rank : dim
        : throw new InvalidDataException($"The code asks for dimension {dim} of a tensor that has {rank}.");

    // ---- numbers

    /// <summary>A value as an int, a float or a bool.</summary>
    public object Number(string type, object? value) => NumberOf(type, value);

    /// <summary>A value as an int, a float or a bool, or as the number that it is.</summary>
    /// <exception cref="NotSupportedException">It depends on what the picture shows.</exception>
    public static object NumberOf(string type, object? value)
    {
        object number = value switch
        {
            bool yes => new Size(yes ? 1 : 0),
            Size or double => value,
            ScriptTensor { Content: Size or double } scalar => scalar.Content,
            ScriptTensor { Content: FixedTensor { Value: { NumberOfElements: 1 } single } } => single.is_floating_point()
                ? (double)Item<float>(single, ScalarType.Float32)
                : new Size(Item<long>(single, ScalarType.Int64)),
            ScriptTensor => throw new NotSupportedException("a number or a decision that depends on the picture"),
            string text when double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out double parsed) => parsed,
            "inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            _ => throw new InvalidDataException("The code takes something for a number that is none."),
        };
        return type switch
        {
            "bool" => number is double real ? real != 0 : (Size)number != new Size(0),
            "int" => number is double real ? new Size(double.IsFinite(real) && Math.Abs(real) < long.MaxValue ? (long)real : throw new InvalidDataException("The code takes an infinite number for an integer.")) : number,
            "float" => number is Size size ? (double)Integer(size) : number,
            _ => number,
        };

        static T Item<T>(Tensor single, ScalarType type) where T : unmanaged
        {
            using DisposeScope scope = NewDisposeScope();
            return single.alias().to(type).data<T>()[0];
        }
    }

    /// <summary>An integer that may depend on the batch.</summary>
    public static Size SizeOf(object? value) => value is Size size ? size : (Size)NumberOf("int", value);

    /// <summary>An integer that does not.</summary>
    /// <exception cref="NotSupportedException">It depends on the batch.</exception>
    public static long Integer(object? value)
    {
        Size size = SizeOf(value);
        return size.IsFixed ? size.Fixed : throw new NotSupportedException("a number that depends on how many pictures are in the batch");
    }

    /// <summary>A number.</summary>
    public static double Real(object? value) => value is double real ? real : (double)NumberOf("float", value);
}
