namespace EasyExplain.Import.Onnx;

/// <summary>What of an .onnx file matters here (ModelProto and GraphProto of onnx.proto).</summary>
internal sealed record OnnxModel
{
    private const int MostNodes = 20_000;

    /// <summary>The version of the operators.</summary>
    public long Opset { get; private init; }

    /// <summary>Who wrote it, such as <c>pytorch</c>.</summary>
    public string Producer { get; private init; } = "";

    /// <summary>The operations, each after those it reads.</summary>
    public required IReadOnlyList<OnnxNode> Nodes { get; init; }

    /// <summary>The weights.</summary>
    public required IReadOnlyList<OnnxTensor> Weights { get; init; }

    /// <summary>What is given.</summary>
    public required IReadOnlyList<OnnxInput> Inputs { get; init; }

    /// <summary>The names of what comes out.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }

    /// <summary>What the file says of itself (metadata_props), by keys.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>The model's own functions, by <see cref="OnnxFunction.Key"/>.</summary>
    public IReadOnlyDictionary<string, OnnxFunction> Functions { get; private init; } = new Dictionary<string, OnnxFunction>();

    /// <summary>Reads a file's bytes; weights are only found, not read.</summary>
    /// <exception cref="InvalidDataException">It is no ONNX model.</exception>
    public static OnnxModel Parse(ReadOnlyMemory<byte> file)
    {
        (long? opset, string producer) = (null, "");
        ReadOnlyMemory<byte>? graph = null;
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var functions = new Dictionary<string, OnnxFunction>(StringComparer.Ordinal);
        foreach (ProtobufField field in Protobuf.Fields(file))
        {
            switch (field.Number)
            {
                case 2: producer = field.Text; break;
                case 7: graph = field.Bytes; break;
                case 8: opset = OpsetOf(field.Bytes) ?? opset; break;
                case 14:
                    (string key, string value) = OnnxTensor.Entry(field.Bytes);
                    metadata[key] = value;
                    break;
                case 25:
                    OnnxFunction function = OnnxFunction.Parse(field.Bytes);
                    functions[function.Key] = function;
                    break;
            }
        }
        if (graph is not { } found || opset is not { } version)
        {
            throw new InvalidDataException("It is no ONNX model: it has no graph, or does not say of which version its operators are.");
        }
        var nodes = new List<OnnxNode>();
        var weights = new List<OnnxTensor>();
        var inputs = new List<OnnxInput>();
        var outputs = new List<string>();
        foreach (ProtobufField field in Protobuf.Fields(found))
        {
            switch (field.Number)
            {
                case 1 when nodes.Count == MostNodes: throw new InvalidDataException($"It has more than {MostNodes} operations.");
                case 1: nodes.Add(OnnxNode.Parse(field.Bytes)); break;
                case 5: weights.Add(OnnxTensor.Parse(field.Bytes)); break;
                case 11: inputs.Add(OnnxInput.Parse(field.Bytes)); break;
                case 12: outputs.Add(OnnxInput.Parse(field.Bytes).Name); break;
                case 15: throw new InvalidDataException("It has sparse weights, which are not known here.");
            }
        }
        return new OnnxModel
        {
            Opset = version,
            Producer = producer,
            Nodes = nodes,
            Weights = weights,
            Inputs = inputs,
            Outputs = outputs,
            Metadata = metadata,
            Functions = functions,
        };
    }

    /// <summary>The version of ONNX's own operators; null of other domains'.</summary>
    internal static long? OpsetOf(ReadOnlyMemory<byte> bytes)
    {
        (string domain, long version) = ("", 0);
        foreach (ProtobufField field in Protobuf.Fields(bytes))
        {
            (domain, version) = field.Number switch
            {
                1 => (field.Text, version),
                2 => (domain, (long)field.Integer),
                _ =>
                (domain, version)
            };
        }
        return domain is "" or "ai.onnx" ? version : null;
    }
}

/// <summary>An operation of the graph (NodeProto).</summary>
/// <param name="Name">The exporter's, often with the path of the module that it was in.</param>
/// <param name="Type">The operator, such as <c>Conv</c>; with its domain, if that is not ONNX's own.</param>
/// <param name="Inputs">The names of the values it reads; empty for one that is left out.</param>
/// <param name="Outputs">The names of the values it makes.</param>
/// <param name="Attributes">By their names.</param>
/// <param name="Notes">What the exporter noted, by keys.</param>
internal sealed record OnnxNode(
    string Name, string Type, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, OnnxAttribute> Attributes, IReadOnlyDictionary<string, string> Notes)
{
    /// <summary>Which of a function's variants it calls.</summary>
    public string Overload { get; private init; } = "";

    /// <summary>The call of a function, or the choice of a branch, that it is part of; null in the graph itself.</summary>
    public OnnxCaller? Caller { get; init; }

    /// <summary>Reads one.</summary>
    public static OnnxNode Parse(ReadOnlyMemory<byte> bytes)
    {
        (string name, string type, string domain, string overload) = ("", "", "", "");
        List<string> inputs = [], outputs = [];
        var attributes = new Dictionary<string, OnnxAttribute>();
        var notes = new Dictionary<string, string>();
        foreach (ProtobufField field in Protobuf.Fields(bytes))
        {
            switch (field.Number)
            {
                case 1: inputs.Add(field.Text); break;
                case 2: outputs.Add(field.Text); break;
                case 3: name = field.Text; break;
                case 4: type = field.Text; break;
                case 5:
                    OnnxAttribute attribute = OnnxAttribute.Parse(field.Bytes);
                    attributes[attribute.Name] = attribute;
                    break;
                case 7: domain = field.Text; break;
                case 8: overload = field.Text; break;
                case 9:
                    (string key, string value) = OnnxTensor.Entry(field.Bytes);
                    notes[key] = value;
                    break;
            }
        }
        return new OnnxNode(name, TypeIn(domain, type), inputs, outputs, attributes, notes) { Overload = overload };
    }

    /// <summary>An operator's or a function's name, with its domain, if that is not ONNX's own.</summary>
    public static string TypeIn(string domain, string name) => domain is "" or "ai.onnx" ? name : $"{domain}.{name}";
}

/// <summary>The call of a function, or the choice of a branch, that an operation is part of.</summary>
/// <param name="IsFunction">Whether it is a function's.</param>
/// <param name="Scopes">The modules that it is in, and itself as the last.</param>
internal sealed record OnnxCaller(bool IsFunction, IReadOnlyList<(string Name, string? Type)> Scopes);

/// <summary>An attribute of an operation (AttributeProto).</summary>
internal sealed record OnnxAttribute
{
    /// <summary>Its name.</summary>
    public string Name { get; private set; } = "";

    /// <summary>A number.</summary>
    public float Single { get; private set; }

    /// <summary>An integer.</summary>
    public long Integer { get; private set; }

    /// <summary>A text.</summary>
    public string Text { get; private set; } = "";

    /// <summary>A tensor.</summary>
    public OnnxTensor? Tensor { get; private set; }

    /// <summary>Numbers.</summary>
    public List<float> Singles { get; } = [];

    /// <summary>Integers.</summary>
    public List<long> Integers { get; } = [];

    /// <summary>Texts.</summary>
    public List<string> Texts { get; } = [];

    /// <summary>A graph, such as a branch (GraphProto), to be parsed when it is followed.</summary>
    public ReadOnlyMemory<byte>? Graph { get; private set; }

    /// <summary>In a function: the name of the argument that stands here. Empty for none.</summary>
    public string Argument { get; private set; } = "";

    /// <summary>Reads one.</summary>
    public static OnnxAttribute Parse(ReadOnlyMemory<byte> bytes)
    {
        var attribute = new OnnxAttribute();
        foreach (ProtobufField field in Protobuf.Fields(bytes))
        {
            switch (field.Number)
            {
                case 1: attribute.Name = field.Text; break;
                case 2: attribute.Single = field.Single; break;
                case 3: attribute.Integer = (long)field.Integer; break;
                case 4: attribute.Text = field.Text; break;
                case 5: attribute.Tensor = OnnxTensor.Parse(field.Bytes); break;
                case 6: attribute.Graph = field.Bytes; break;
                case 7: attribute.Singles.AddRange(field.Singles); break;
                case 8: attribute.Integers.AddRange(field.Integers); break;
                case 9: attribute.Texts.Add(field.Text); break;
                case 21: attribute.Argument = field.Text; break;
            }
        }
        return attribute;
    }

    /// <summary>The same under another name: that of an argument, as what stands for it.</summary>
    public OnnxAttribute As(string name) => this with { Name = name };
}
