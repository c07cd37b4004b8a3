using System.Text;
using Google.Protobuf;

namespace EasyExplain.Tests.Models.Onnx;

/// <summary>Writes .onnx files, also such as nobody would: fields of onnx.proto, one call each.</summary>
internal sealed class OnnxBytes
{
    public const int Float = 1, Int64 = 7, Float16 = 10;

    private readonly List<byte[]> _graph = [];
    private readonly List<byte[]> _metadata = [];

    public long Opset { get; init; } = 13;

    /// <summary>The graph's input, −1 for an open size.</summary>
    public OnnxBytes Input(string name, params long[] shape)
    {
        _graph.Add(Bytes(11, ValueInfo(name, shape)));
        return this;
    }

    /// <summary>The same of another element type, with what each size stands for.</summary>
    public OnnxBytes Typed(string name, int type, long[] shape, string[] meanings)
    {
        byte[] sizes = Join([.. shape.Select((size, i) => Bytes(1, Join(size < 0 ? Text(2, "N") : Number(1, size), i < meanings.Length ? Text(3, meanings[i]) : [])))]);
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

    /// <summary>An operation; attributes are long, long[], float, float[], string or an <see cref="OnnxBytes"/>' tensor.</summary>
    public OnnxBytes Node(string type, string[] inputs, string[] outputs, string name = "", params (string Name, object Value)[] attributes)
    {
        _graph.Add(Bytes(1, Join([.. inputs.Select(input => Text(1, input)), .. outputs.Select(output => Text(2, output)), Text(3, name), Text(4, type), .. attributes.Select(attribute => Bytes(5, Attribute(attribute.Name, attribute.Value)))])));
        return this;
    }

    /// <summary>The same with what PyTorch notes since 2.5: the modules' names and classes.</summary>
    public OnnxBytes Noted(string type, string[] inputs, string[] outputs, string names, string classes)
    {
        byte[] Note(string key, string value) => Bytes(9, Join(Text(1, key), Text(2, value)));
        _graph.Add(Bytes(1, Join([.. inputs.Select(input => Text(1, input)), .. outputs.Select(output => Text(2, output)), Text(3, "node_" + outputs[0]), Text(4, type),
            Note("pkg.torch.onnx.name_scopes", names), Note("pkg.torch.onnx.class_hierarchy", classes)])));
        return this;
    }

    public OnnxBytes Output(string name)
    {
        _graph.Add(Bytes(12, ValueInfo(name, null)));
        return this;
    }

    public byte[] ToArray() => Join([Number(1, 8), Bytes(7, Join([.. _graph, Text(2, "g")])), Bytes(8, Number(2, Opset)), .. _metadata]);

    private static byte[] TensorHead(string name, int type, long[] shape) => Join([.. shape.Select(size => Number(1, size)), Number(2, type), Text(8, name)]);

    private static byte[] Attribute(string name, object value) => Join(Text(1, name), value switch
    {
        long number => Join(Number(3, number), Number(20, 2)),
        long[] numbers => Join([.. numbers.Select(number => Number(8, number)), Number(20, 7)]),
        float number => Join(Single(2, number), Number(20, 1)),
        float[] numbers => Join([.. numbers.Select(number => Single(7, number)), Number(20, 6)]),
        _ => Join(Text(4, (string)value), Number(20, 3)),
    });

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
