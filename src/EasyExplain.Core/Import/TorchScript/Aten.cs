using System.Runtime.InteropServices;
using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Import.TorchScript;

/// <summary>
/// The functions that scripts call, by ATen's names. What is done to tensors that depend on the picture is written down as operators of the
/// network; what is done to others is done at once.
/// </summary>
internal sealed partial class Aten : Dialect
{
    private const int MostCalls = 20_000;
    private const string Copy = "_copy";

    private readonly Dictionary<string, Func<AtenCall, object?>> _functions = new(StringComparer.Ordinal);

    /// <summary>Writes into <paramref name="recorder"/>.</summary>
    public Aten(NetworkRecorder recorder) : base(recorder, "code", computesBuffers: true)
    {
        AddVocabulary();
        AddPlain();
        AddNumbers();
        AddLayers();
        AddShapes();
        AddElementwise();
        AddConstants();
        AddAttention();
        AddExported();
    }

    /// <summary>Calls a function; one that is missing is noted, and makes an <see cref="Unknown"/>.</summary>
    public object? Call(string name, IReadOnlyList<object?> arguments, IReadOnlyDictionary<string, object?> named)
    {
        string plain = name[(name.LastIndexOf('.') + 1)..];
        if (Handler(name, plain) is not { } function)
        {
            LacksOperator(name.Length > 100 ? name[..100] : name);
            Lose(plain, arguments);
            return Unknown.Value;
        }
        if (arguments.Any(plain is "__getitem__" or "TupleIndex" or "len" ? value => value is Unknown : IsUnknown)
            && plain is not ("append" or "__is__" or "__isnot__" or "warn" or "format" or "_set_item"))
        {
            Lose(plain, arguments);
            return Unknown.Value;
        }
        try
        {
            object? result = function(new AtenCall(plain, arguments, named));
            if (Recorder.Nodes.Count > MostCalls)
            {
                throw new InvalidDataException($"The model has more than {MostCalls} operations: a loop without end?");
            }
            return result is ModelValue made and not Unknown ? new ScriptTensor(made) : result;
        }
        catch (NotSupportedException e)
        {
            Lacks($"{plain} ({e.Message})");
            Lose(plain, arguments);
            return Unknown.Value;
        }
        catch (ExternalException e)
        {
            throw new InvalidDataException(
                $"{(Layer.Length == 0 ? "The model" : $"The layer '{Layer}'")} cannot do '{plain}': {FirstLine(e.Message)}", e);
        }
    }

    /// <summary>
    /// Notes what is read by an operation that cannot be taken down; what it would have written to is not known any more.
    /// </summary>
    private void Lose(string name, IReadOnlyList<object?> arguments)
    {
        Node?[] read = [.. arguments.OfType<ScriptTensor>().Select(tensor => tensor.KnownNode).OfType<Node>()];
        if (name.EndsWith('_') && !name.EndsWith("__", StringComparison.Ordinal) && arguments is [ScriptTensor written, ..])
        {
            written.Spoil();
        }
        foreach (Node? node in read.DefaultIfEmpty())
        {
            Recorder.Lose(name, node);
        }
    }

    /// <summary>What an exception of the script says.</summary>
    public static InvalidDataException Raised(object? message) =>
        new($"The model refuses the picture: {(message is string text && text.Length > 0 ? text : "an assertion does not hold")}. " +
            $"Another input size may be right.");

    /// <summary>Only what is made in the same module: what another has made is a layer.</summary>
    protected override bool MayVanish(Node node) => node.Name == Layer;

    private static bool IsUnknown(object? value) =>
        value is Unknown || (value is IEnumerable<object?> items && items.Any(item => item is Unknown));

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
        // permute_copy is permute whose result is memory of its own.
        if (plain.EndsWith(Copy, StringComparison.Ordinal) && _functions.TryGetValue(plain[..^Copy.Length], out function))
        {
            return function;
        }
        // relu_ is relu that writes its result into its argument.
        return plain.EndsWith('_') && !plain.EndsWith("__", StringComparison.Ordinal) && _functions.TryGetValue(plain[..^1], out function)
            ? call => InPlace(call, function(call))
            : null;
    }

    private static ScriptTensor InPlace(AtenCall call, object? result)
    {
        ScriptTensor target = call.Tensor(0);
        ModelValue content = (result as ScriptTensor)?.Content ?? result as ModelValue
            ?? throw new InvalidDataException($"The code has '{call.Name}' write no tensor.");
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

    /// <summary>A function whose result is a view of the first argument: the same memory, seen in another way.</summary>
    private void AddView(string name, Func<AtenCall, ModelValue> make) => _functions[name] = call => call.Tensor(0).View(make(call));

    // ---- numbers

    /// <summary>A value as an int, a float or a bool, or as the number that it is.</summary>
    /// <exception cref="NotSupportedException">It depends on what the picture shows.</exception>
    public static object NumberOf(string type, object? value)
    {
        object number = value switch
        {
            bool yes => new Size(yes ? 1 : 0),
            Size or double => value,
            ScriptTensor { Number: { } scalar } => scalar,
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
            "int" => number is double real
                ? new Size(double.IsFinite(real) && Math.Abs(real) < long.MaxValue ? (long)real
                : throw new InvalidDataException("The code takes an infinite number for an integer.")) : number,
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
