using System.Runtime.InteropServices;
using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Import.Onnx;

/// <summary>
/// ONNX's operators (github.com/onnx/onnx/blob/main/docs/Operators.md), opset 7 to 24. What is done to values that depend on the picture is
/// written down as operators of the network; what is done to others is done at once.
/// </summary>
internal sealed partial class OnnxOperators : Dialect
{
    private readonly string _folder;
    private readonly Dictionary<string, Func<OnnxCall, ModelValue>> _functions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<OnnxCall, ModelValue[]>> _several = new(StringComparer.Ordinal);

    /// <summary>Writes into <paramref name="recorder"/>; data outside of the model is in <paramref name="folder"/>.</summary>
    public OnnxOperators(NetworkRecorder recorder, string folder) : base(recorder, "graph", computesBuffers: false)
    {
        _folder = folder;
        AddVocabulary();
        AddLayers();
        AddElementwise();
        AddShapes();
        AddConstants();
        AddQuantization();
        AddIntegers();
        AddAttention();
        AddMicrosoft();
        AddLabels();
        AddQueries();
    }

    /// <summary>The operators that are known here.</summary>
    public IEnumerable<string> Known => _functions.Keys.Concat(_several.Keys);

    /// <summary>Whether there is such an operator here.</summary>
    public bool Knows(string type) => _functions.ContainsKey(type) || _several.ContainsKey(type);

    /// <summary>A weight that lies within a branch.</summary>
    public FixedTensor Weight(OnnxTensor weight) => Kept(weight.ToFixed(_folder));

    /// <summary>Whether a condition holds: a single number that is not 0.</summary>
    /// <exception cref="InvalidDataException">It is no single number.</exception>
    public bool IsTrue(FixedTensor condition) => Single(condition) is { } number
        ? number != 0
        : throw new InvalidDataException($"The condition '{condition.Name}' has several numbers.");

    /// <summary>Does an operation; one that is not known is noted, and makes <see cref="Unknown.Value"/>.</summary>
    /// <param name="call">The operation.</param>
    /// <param name="layer">The layer that it is in.</param>
    public ModelValue[] Call(OnnxCall call, string layer)
    {
        Layer = layer;
        ModelValue[] unknown = [.. call.Node.Outputs.Select(_ => Unknown.Value)];
        if (!Knows(call.Node.Type)
            || call.Inputs.Any(input => input is not (PictureValue or FixedTensor or SizesValue or NumberValue or Absent)))
        {
            Lose(call);
        }
        if (!call.Inputs.Contains(Unknown.Value) && Loosely(call) is { } loose)
        {
            return loose;
        }
        if (!Knows(call.Node.Type))
        {
            LacksOperator(call.Node.Type);
            return unknown;
        }
        if (call.Inputs.Contains(Unknown.Value))
        {
            return unknown;
        }
        using DisposeScope scope = NewDisposeScope();
        try
        {
            return _several.TryGetValue(call.Node.Type, out Func<OnnxCall, ModelValue[]>? several) ? several(call)
                : [_functions[call.Node.Type](call)];
        }
        catch (NotSupportedException e)
        {
            Lacks($"{call.Node.Type} ({e.Message})");
            Lose(call);
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

    /// <summary>Notes what is read by an operation that cannot be taken down.</summary>
    private void Lose(OnnxCall call)
    {
        foreach (Node? node in call.Inputs.OfType<PictureValue>().Select(value => value.Node).DefaultIfEmpty())
        {
            Recorder.Lose(call.Node.Type, node);
        }
    }

    /// <summary>The integers of a fixed tensor.</summary>
    public static long[] IntegersOf(FixedTensor value)
    {
        using DisposeScope scope = NewDisposeScope();
        return value.Shape.Contains(0) ? [] : value.Shape.Aggregate(1.0, (product, size) => product * size) <= LongestList
            ? value.Value.to(ScalarType.Int64).contiguous().data<long>().ToArray()
            : throw new InvalidDataException($"'{value.Name}' is taken for a list of integers, and has more than {LongestList}.");
    }

    /// <summary>A list of sizes, or a number that is one.</summary>
    private static Size[] Sizes(ModelValue value) => value switch
    {
        SizesValue sizes => sizes.Sizes,
        FixedTensor known => [.. IntegersOf(known).Select(size => new Size(size))],
        _ => throw new NotSupportedException("with a shape that depends on what the picture shows"),
    };
}
