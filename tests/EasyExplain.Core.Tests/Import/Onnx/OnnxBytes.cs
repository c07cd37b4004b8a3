using System.Text;
using Google.Protobuf;

namespace EasyExplain.Tests.Import.Onnx;

/// <summary>Writes .onnx files, also such as nobody would: fields of onnx.proto, one call each.</summary>
internal sealed class OnnxBytes
{
    public const int Float = 1, Int64 = 7, Float16 = 10;

    private readonly List<byte[]> _graph = [];
    private readonly List<byte[]> _metadata = [];
    private readonly List<byte[]> _nodes = [];
    private readonly List<byte[]> _functions = [];
    private readonly List<byte[]> _domains = [];

    public long Opset { get; init; } = 13;

    public long IrVersion { get; init; } = 8;

    /// <summary>The graph's input, −1 for an open size.</summary>
    public OnnxBytes Input(string name, params long[] shape)
    {
        _graph.Add(Bytes(11, ValueInfo(name, shape)));
        return this;
    }

    /// <summary>The same of another element type, with what each size stands for.</summary>
    public OnnxBytes Typed(string name, int type, long[] shape, string[] meanings)
    {
        byte[] sizes = Join([.. shape.Select((size, i) =>
            Bytes(1, Join(size < 0 ? Text(2, "N") : Number(1, size), i < meanings.Length ? Text(3, meanings[i]) : [])))]);
        _graph.Add(Bytes(11, Join(Text(1, name), Bytes(2, Join(Bytes(1, Join(Number(1, type), Bytes(2, sizes))), Text(6, "IMAGE"))))));
        return this;
    }

    /// <summary>What the file says of itself.</summary>
    public OnnxBytes Metadata(string key, string value)
    {
        _metadata.Add(Bytes(14, Join(Text(1, key), Text(2, value))));
        return this;
    }

    public OnnxBytes Weight(string name, long[] shape, params float[] values) =>
        Raw(name, Float, shape, System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values).ToArray());

    public OnnxBytes Integers(string name, long[] shape, params long[] values) =>
        Raw(name, Int64, shape, System.Runtime.InteropServices.MemoryMarshal.AsBytes<long>(values).ToArray());

    public OnnxBytes Raw(string name, int type, long[] shape, byte[] values)
    {
        _graph.Add(Bytes(5, Join(TensorHead(name, type, shape), Bytes(9, values))));
        return this;
    }

    /// <summary>A weight in another file.</summary>
    public OnnxBytes External(string name, long[] shape, string location, long offset, int type = Float)
    {
        byte[] Entry(string key, string value) => Bytes(13, Join(Text(1, key), Text(2, value)));
        _graph.Add(Bytes(5, Join(TensorHead(name, type, shape), Entry("location", location), Entry("offset", $"{offset}"), Number(14, 1))));
        return this;
    }

    /// <summary>
    /// An operation; attributes are long, long[], float, float[] or string, an <see cref="OnnxBytes"/> for a graph, or an
    /// <see cref="Argument"/>. Of a domain, type is <c>domain::name</c>.
    /// </summary>
    public OnnxBytes Node(string type, string[] inputs, string[] outputs, string name = "", params (string Name, object Value)[] attributes)
    {
        string[] parts = type.Split("::");
        byte[] node = Join([.. inputs.Select(input => Text(1, input)), .. outputs.Select(output => Text(2, output)), Text(3, name),
            Text(4, parts[^1]),
            .. attributes.Select(attribute => Bytes(5, Attribute(attribute.Name, attribute.Value))), parts.Length > 1 ? Text(7, parts[0])
            : []]);
        _nodes.Add(node);
        _graph.Add(Bytes(1, node));
        return this;
    }

    /// <summary>A function of the model's own.</summary>
    public OnnxBytes Function(
        string type, string[] inputs, string[] outputs, Action<OnnxBytes> body, string[]? arguments = null,
        (string Name, object Value)[]? defaults = null, long? opset = null)
    {
        var written = new OnnxBytes();
        body(written);
        string[] parts = type.Split("::");
        _functions.Add(Bytes(25, Join([Text(1, parts[1]), .. inputs.Select(input => Text(4, input)),
            .. outputs.Select(output => Text(5, output)),
            .. (arguments ?? []).Select(argument => Text(6, argument)), .. written._nodes.Select(node => Bytes(7, node)),
            Bytes(9, Number(2, opset ?? Opset)),
            Bytes(9, Join(Text(1, parts[0]), Number(2, 1))), Text(10, parts[0]),
            .. (defaults ?? []).Select(value => Bytes(11, Attribute(value.Name, value.Value)))])));
        return Domain(parts[0]);
    }

    /// <summary>Says that operators of another domain are used.</summary>
    public OnnxBytes Domain(string domain)
    {
        _domains.Add(Bytes(8, Join(Text(1, domain), Number(2, 1))));
        return this;
    }

    /// <summary>The same with what PyTorch notes since 2.5: the modules' names and classes.</summary>
    public OnnxBytes Noted(string type, string[] inputs, string[] outputs, string names, string classes)
    {
        byte[] Note(string key, string value) => Bytes(9, Join(Text(1, key), Text(2, value)));
        _graph.Add(Bytes(1, Join([.. inputs.Select(input => Text(1, input)), .. outputs.Select(output => Text(2, output)),
            Text(3, "node_" + outputs[0]), Text(4, type),
            Note("pkg.torch.onnx.name_scopes", names), Note("pkg.torch.onnx.class_hierarchy", classes)])));
        return this;
    }

    public OnnxBytes Output(string name)
    {
        _graph.Add(Bytes(12, ValueInfo(name, null)));
        return this;
    }

    public byte[] ToArray() =>
        Join([Number(1, IrVersion), Bytes(7, Join([.. _graph, Text(2, "g")])), Bytes(8, Number(2, Opset)),
            .. _domains.DistinctBy(Convert.ToHexString), .. _functions, .. _metadata]);

    private static byte[] TensorHead(string name, int type, long[] shape) =>
        Join([.. shape.Select(size => Number(1, size)), Number(2, type), Text(8, name)]);

    private static byte[] Attribute(string name, object value) => Join(Text(1, name), value switch
    {
        long number => Join(Number(3, number), Number(20, 2)),
        long[] numbers => Join([.. numbers.Select(number => Number(8, number)), Number(20, 7)]),
        float number => Join(Single(2, number), Number(20, 1)),
        float[] numbers => Join([.. numbers.Select(number => Single(7, number)), Number(20, 6)]),
        OnnxBytes graph => Join(Bytes(6, Join([.. graph._graph, Text(2, "branch")])), Number(20, 5)),
        Argument argument => Join(Text(21, argument.Name), Number(20, (long)argument.Type)),
        _ => Join(Text(4, (string)value), Number(20, 3)),
    });

    /// <summary>In a function: what stands for one of its arguments.</summary>
    public sealed record Argument(string Name, ArgumentType Type);

    public enum ArgumentType : long
    {
        Float = 1,
        Integer = 2,
        Integers = 7,
    }

    private static byte[] ValueInfo(string name, long[]? shape)
    {
        byte[] sizes = shape is null ? [] : Bytes(2, Join([.. shape.Select(size => Bytes(1, size < 0 ? Text(2, "N") : Number(1, size)))]));
        return Join(Text(1, name), Bytes(2, Bytes(1, Join(Number(1, Float), sizes))));
    }

    private static byte[] Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Number(int field, long value) => Write(message =>
    {
        message.WriteTag(field, WireFormat.WireType.Varint);
        message.WriteInt64(value);
    });

    private static byte[] Single(int field, float value) => Write(message =>
    {
        message.WriteTag(field, WireFormat.WireType.Fixed32);
        message.WriteFloat(value);
    });

    private static byte[] Bytes(int field, byte[] content) => Write(message =>
    {
        message.WriteTag(field, WireFormat.WireType.LengthDelimited);
        message.WriteBytes(ByteString.CopyFrom(content));
    });

    private static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(part => part)];

    private static byte[] Write(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var message = new CodedOutputStream(bytes, leaveOpen: true))
        {
            write(message);
        }
        return bytes.ToArray();
    }
}
