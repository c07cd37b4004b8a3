namespace EasyExplain.Import.Onnx;

/// <summary>A function that a model brings with it (FunctionProto): operations under a name, with inputs, outputs and arguments.</summary>
internal sealed record OnnxFunction
{
    /// <summary>More than these are nobody's.</summary>
    public const int MostNodes = 20_000;

    /// <summary>Its name, without the domain.</summary>
    public required string Name { get; init; }

    /// <summary>What it is found by: domain, name and variant.</summary>
    public required string Key { get; init; }

    /// <summary>The version of ONNX's operators within it; null for the model's.</summary>
    public long? Opset { get; init; }

    /// <summary>The names of what it takes; a call may leave out the last ones.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>The names of what it makes.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }

    /// <summary>Its operations, each after those it reads.</summary>
    public required IReadOnlyList<OnnxNode> Nodes { get; init; }

    /// <summary>Arguments that a call may leave out, as they are then.</summary>
    public required IReadOnlyDictionary<string, OnnxAttribute> Defaults { get; init; }

    /// <summary>What a call's function is found by.</summary>
    public static string KeyOf(OnnxNode call) => $"{call.Type}:{call.Overload}";

    /// <summary>Reads one.</summary>
    public static OnnxFunction Parse(ReadOnlyMemory<byte> bytes)
    {
        (string name, string domain, string overload) = ("", "", "");
        long? opset = null;
        List<string> inputs = [], outputs = [];
        var nodes = new List<OnnxNode>();
        var defaults = new Dictionary<string, OnnxAttribute>(StringComparer.Ordinal);
        foreach (ProtobufField field in Protobuf.Fields(bytes))
        {
            switch (field.Number)
            {
                case 1: name = field.Text; break;
                case 4: inputs.Add(field.Text); break;
                case 5: outputs.Add(field.Text); break;
                case 7 when nodes.Count == MostNodes:
                    throw new InvalidDataException($"The function '{name}' has more than {MostNodes} operations.");
                case 7: nodes.Add(OnnxNode.Parse(field.Bytes)); break;
                case 9: opset = OnnxModel.OpsetOf(field.Bytes) ?? opset; break;
                case 10: domain = field.Text; break;
                case 11:
                    OnnxAttribute attribute = OnnxAttribute.Parse(field.Bytes);
                    defaults[attribute.Name] = attribute;
                    break;
                case 13: overload = field.Text; break;
            }
        }
        return new OnnxFunction
        {
            Name = name,
            Key = $"{OnnxNode.TypeIn(domain, name)}:{overload}",
            Opset = opset,
            Inputs = inputs,
            Outputs = outputs,
            Nodes = nodes,
            Defaults = defaults,
        };
    }
}

/// <summary>A graph within a graph (an attribute's GraphProto): a branch of an <c>If</c>. It may read what is made outside of it.</summary>
/// <param name="Nodes">Its operations.</param>
/// <param name="Weights">Weights of its own.</param>
/// <param name="Outputs">The names of what it makes.</param>
internal sealed record OnnxBranch(IReadOnlyList<OnnxNode> Nodes, IReadOnlyList<OnnxTensor> Weights, IReadOnlyList<string> Outputs)
{
    /// <summary>Reads one.</summary>
    public static OnnxBranch Parse(ReadOnlyMemory<byte> bytes)
    {
        var nodes = new List<OnnxNode>();
        var weights = new List<OnnxTensor>();
        var outputs = new List<string>();
        foreach (ProtobufField field in Protobuf.Fields(bytes))
        {
            switch (field.Number)
            {
                case 1 when nodes.Count == OnnxFunction.MostNodes:
                    throw new InvalidDataException($"A branch has more than {OnnxFunction.MostNodes} operations.");
                case 1: nodes.Add(OnnxNode.Parse(field.Bytes)); break;
                case 5: weights.Add(OnnxTensor.Parse(field.Bytes)); break;
                case 12:
                    outputs.Add(Protobuf.Fields(field.Bytes).Where(part => part.Number == 1).Select(part => part.Text).FirstOrDefault(""));
                    break;
                case 15: throw new InvalidDataException("It has sparse weights, which are not known here.");
            }
        }
        return new OnnxBranch(nodes, weights, outputs);
    }
}
