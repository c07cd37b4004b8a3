using Google.Protobuf;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Engines.OnnxRuntime;

/// <summary>Adds a node's operation to a model, and its output's name to those known; false if there is no form of it.</summary>
/// <param name="node">The node.</param>
/// <param name="values">The names of the nodes' outputs; the new one is added.</param>
/// <param name="shape">Its output's, without the batch dimension.</param>
internal delegate bool NodeWriter(Node node, Dictionary<Node, string> values, long[] shape);

/// <summary>
/// Writes operations down as an ONNX model (opset 17): float32 tensors whose first dimension, the batch, is left open. Values go by name.
/// </summary>
/// <remarks>Field numbers are those of onnx.proto. Weights are read from their tensors only when <see cref="ToBytes"/> is called.</remarks>
internal sealed class OnnxGraph
{
    private const int Opset = 17, IrVersion = 8;
    private const int Float = 1; // TensorProto.DataType

    private readonly Dictionary<string, long[]> _shapes = [];
    private readonly List<byte[]> _nodes = [];
    private readonly List<byte[]> _inputs = [];
    private readonly List<byte[]> _outputs = [];
    private readonly List<(byte[] Head, Tensor Values)> _weights = [];
    private readonly HashSet<string> _unread = []; // what operations make and nobody has asked for as a result
    private readonly Dictionary<string, int> _called = []; // how often a node's name was asked for
    private int _names;

    /// <summary>How many of a network's nodes, from the first on, have a form here and lie picture by picture.</summary>
    /// <param name="network">The network.</param>
    /// <param name="shapes">The nodes' output shapes.</param>
    public static int Reach(Network network, IReadOnlyDictionary<Node, long[]> shapes)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope(); // trying a form makes small tensors
        var graph = new OnnxGraph();
        var values = new Dictionary<Node, string> { [network.Input] = graph.Input(shapes[network.Input]) };
        return 1 + network.Nodes.Skip(1).TakeWhile(node =>
            ((node.Recorded?.BatchFirst ?? true) || node.Inputs.Count == 0) && graph.TryAdd(node, values, shapes[node])).Count();
    }

    /// <summary>Whether a node has a form here.</summary>
    /// <param name="node">The node.</param>
    /// <param name="shapes">Output shapes, without the batch dimension, of it and of what it reads.</param>
    public static bool HasForm(Node node, IReadOnlyDictionary<Node, long[]> shapes)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        var graph = new OnnxGraph();
        Dictionary<Node, string> values = node.Inputs.Distinct().ToDictionary(source => source, source => graph.Input(shapes[source]));
        return graph.TryAdd(node, values, shapes[node]);
    }

    /// <summary>The shape of a given value or of a node's, without the batch dimension.</summary>
    public long[] ShapeOf(string value) => _shapes[value];

    /// <summary>Says the shape of a value that was added by itself, for what reads it.</summary>
    public void Describe(string value, long[] shape) => _shapes[value] = shape;

    /// <summary>Adds a node's operation; false if ONNX has no form of it here.</summary>
    /// <param name="node">The node.</param>
    /// <param name="values">The names of the nodes' outputs; the new one is added.</param>
    /// <param name="shape">Its output's, without the batch dimension.</param>
    public bool TryAdd(Node node, Dictionary<Node, string> values, long[] shape)
    {
        if (OnnxForms.Table.Make(node.Operator, new OnnxPlace(this, [.. node.Inputs.Select(source => values[source])])) is not { } value)
        {
            return false;
        }
        values[node] = value;
        _shapes[value] = shape;
        return true;
    }

    /// <summary>
    /// The module that the next operations are of, such as <c>/model.0/conv</c>; empty for none: they have no names then.
    /// </summary>
    public string Module { get; set; } = "";

    /// <summary>A value that is given when the model runs.</summary>
    /// <param name="shape">Its shape, without the batch dimension.</param>
    /// <param name="name">What it is called; null if it does not matter.</param>
    public string Input(long[] shape, string? name = null)
    {
        name ??= NewName();
        _shapes[name] = shape;
        _inputs.Add(ValueInfo(name, shape));
        return name;
    }

    /// <summary>Makes a value a result of the model; returns the name under which it is one.</summary>
    public string Output(string value)
    {
        // A result is named once, and is never given or fixed.
        string name = _unread.Remove(value) ? value : Add("Identity", [value]);
        _outputs.Add(ValueInfo(name, _shapes[value]));
        return name;
    }

    /// <summary>The same, with a name of its own and a shape without the batch dimension, for what an operation made.</summary>
    public string Output(string value, string name, long[] shape)
    {
        _nodes.Add(Node("Identity", [value], [name], []));
        _outputs.Add(ValueInfo(name, shape));
        return name;
    }

    /// <summary>A fixed tensor, float32 or of integers; its values must live until <see cref="ToBytes"/>.</summary>
    public string Weight(Tensor values, string? name = null)
    {
        name ??= NewName();
        _weights.Add((Message(head => TensorHead(head, name, values.shape, TypeOf(values.dtype))), values));
        return name;
    }

    /// <summary>A fixed float32 number.</summary>
    public string Number(double value) => Weight(tensor((float)value));

    /// <summary>A fixed list of integers, such as a shape.</summary>
    public string Integers(params long[] values) => Weight(tensor(values));

    /// <summary>Adds an operation of ONNX with one output, and returns that.</summary>
    /// <param name="type">Its name, such as <c>Conv</c>.</param>
    /// <param name="inputs">What it reads; an empty name for an optional input that is left out.</param>
    /// <param name="attributes">long, long[], double or string each.</param>
    public string Add(string type, IReadOnlyList<string> inputs, params (string Name, object Value)[] attributes) =>
        Add(type, inputs, 1, attributes)[0];

    /// <summary>The same with several outputs.</summary>
    public string[] Add(string type, IReadOnlyList<string> inputs, int outputs, params (string Name, object Value)[] attributes)
    {
        string[] names = [.. Enumerable.Range(0, outputs).Select(_ => NewName())];
        _nodes.Add(Node(type, inputs, names, attributes));
        _unread.UnionWith(names);
        return names;
    }

    private byte[] Node(
        string type, IReadOnlyList<string> inputs, IReadOnlyList<string> outputs, (string Name, object Value)[] attributes) =>
        Message(node =>
        {
            foreach (string input in inputs)
            {
                Text(node, 1, input);
            }
            foreach (string output in outputs)
            {
                Text(node, 2, output);
            }
            if (Module.Length > 0)
            {
                string name = $"{Module}/{type}";
                int times = _called[name] = _called.GetValueOrDefault(name) + 1;
                Text(node, 3, times == 1 ? name : $"{name}_{times - 1}");
            }
            Text(node, 4, type);
            foreach (var (name, value) in attributes)
            {
                Embed(node, 5, Message(attribute => Attribute(attribute, name, value)));
            }
        });

    /// <summary>The model as the bytes of an .onnx file.</summary>
    /// <param name="metadata">What it says about itself.</param>
    /// <exception cref="NotSupportedException">It has more than an array may hold.</exception>
    public byte[] ToBytes(IReadOnlyDictionary<string, string>? metadata = null)
    {
        byte[] before = Message(graph =>
        {
            foreach (byte[] node in _nodes)
            {
                Embed(graph, 1, node);
            }
            Text(graph, 2, "network");
        });
        byte[] after = Message(graph =>
        {
            foreach (byte[] input in _inputs)
            {
                Embed(graph, 11, input);
            }
            foreach (byte[] output in _outputs)
            {
                Embed(graph, 12, output);
            }
        });
        // The weights are most of it, and go straight to their place: one copy, not one for each message around them.
        (byte[] Head, Tensor Values)[] weights =
            [.. _weights.Select(weight => (WeightHead(weight.Head, weight.Values), weight.Values.contiguous()))];
        long graphLength = before.Length + after.Length + weights.Sum(weight => weight.Head.Length + Bytes(weight.Values));
        byte[] model = Message(model =>
        {
            model.WriteTag(1, WireFormat.WireType.Varint);
            model.WriteInt64(IrVersion);
            Embed(model, 8, Message(opset =>
            {
                opset.WriteTag(2, WireFormat.WireType.Varint);
                opset.WriteInt64(Opset);
            }));
            foreach (var (key, value) in metadata ?? new Dictionary<string, string>())
            {
                Embed(model, 14, Message(entry =>
                {
                    Text(entry, 1, key);
                    Text(entry, 2, value);
                }));
            }
            model.WriteTag(7, WireFormat.WireType.LengthDelimited);
            model.WriteInt64(graphLength);
        });
        if (model.Length + graphLength > Array.MaxLength)
        {
            throw new NotSupportedException($"The weights take {graphLength} bytes, more than an ONNX file may have in one piece.");
        }
        byte[] all = new byte[model.Length + graphLength];
        var rest = all.AsSpan();
        Append(model, ref rest);
        Append(before, ref rest);
        foreach (var (head, values) in weights)
        {
            Append(head, ref rest);
            Append(values.bytes, ref rest);
        }
        Append(after, ref rest);
        return all;
    }

    private static void Append(ReadOnlySpan<byte> piece, ref Span<byte> rest)
    {
        piece.CopyTo(rest);
        rest = rest[piece.Length..];
    }

    private static long Bytes(Tensor values) => values.numel() * values.element_size();

    /// <summary>Everything of an initializer but its bytes, with the lengths that they make.</summary>
    private static byte[] WeightHead(byte[] head, Tensor values)
    {
        byte[] raw = Message(tensor =>
        {
            tensor.WriteTag(9, WireFormat.WireType.LengthDelimited);
            tensor.WriteInt64(Bytes(values));
        });
        return Message(graph =>
        {
            graph.WriteTag(5, WireFormat.WireType.LengthDelimited);
            graph.WriteInt64(head.Length + raw.Length + Bytes(values));
            foreach (byte one in head.Concat(raw))
            {
                graph.WriteRawTag(one);
            }
        });
    }

    /// <summary>TensorProto.DataType.</summary>
    private static int TypeOf(ScalarType type) => type switch
    {
        ScalarType.Float32 => Float,
        ScalarType.Byte => 2,
        ScalarType.Int8 => 3,
        ScalarType.Int32 => 6,
        ScalarType.Int64 => 7,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No weight is of this type."),
    };

    private static void TensorHead(CodedOutputStream tensor, string name, long[] shape, int type)
    {
        foreach (long size in shape)
        {
            tensor.WriteTag(1, WireFormat.WireType.Varint);
            tensor.WriteInt64(size);
        }
        tensor.WriteTag(2, WireFormat.WireType.Varint);
        tensor.WriteInt32(type);
        Text(tensor, 8, name);
    }

    private static byte[] ValueInfo(string name, long[] shape)
    {
        byte[] sizes = Message(sizes =>
        {
            Embed(sizes, 1, Message(batch => Text(batch, 2, "N")));
            foreach (long size in shape)
            {
                Embed(sizes, 1, Message(dimension =>
                {
                    dimension.WriteTag(1, WireFormat.WireType.Varint);
                    dimension.WriteInt64(size);
                }));
            }
        });
        byte[] tensor = Message(tensor =>
        {
            tensor.WriteTag(1, WireFormat.WireType.Varint);
            tensor.WriteInt32(Float);
            Embed(tensor, 2, sizes);
        });
        return Message(value =>
        {
            Text(value, 1, name);
            Embed(value, 2, Message(type => Embed(type, 1, tensor)));
        });
    }

    private static void Attribute(CodedOutputStream attribute, string name, object value)
    {
        const int asFloat = 1, asInt = 2, asString = 3, asInts = 7; // AttributeProto.AttributeType
        Text(attribute, 1, name);
        int type;
        switch (value)
        {
            case long number:
                attribute.WriteTag(3, WireFormat.WireType.Varint);
                attribute.WriteInt64(number);
                type = asInt;
                break;
            case long[] numbers:
                foreach (long number in numbers)
                {
                    attribute.WriteTag(8, WireFormat.WireType.Varint);
                    attribute.WriteInt64(number);
                }
                type = asInts;
                break;
            case double number:
                attribute.WriteTag(2, WireFormat.WireType.Fixed32);
                attribute.WriteFloat((float)number);
                type = asFloat;
                break;
            default:
                Text(attribute, 4, (string)value);
                type = asString;
                break;
        }
        attribute.WriteTag(20, WireFormat.WireType.Varint);
        attribute.WriteInt32(type);
    }

    private static void Text(CodedOutputStream message, int field, string text)
    {
        message.WriteTag(field, WireFormat.WireType.LengthDelimited);
        message.WriteString(text);
    }

    private static void Embed(CodedOutputStream message, int field, byte[] inner)
    {
        message.WriteTag(field, WireFormat.WireType.LengthDelimited);
        message.WriteBytes(UnsafeByteOperations.UnsafeWrap(inner));
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var message = new CodedOutputStream(bytes, leaveOpen: true))
        {
            write(message);
        }
        return bytes.ToArray();
    }

    private string NewName() => $"v{_names++}";
}
