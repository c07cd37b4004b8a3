using System.Runtime.InteropServices;
using Google.Protobuf;

namespace EasyExplain.Import.Onnx;

/// <summary>A field of a protobuf message, as it lies in the file.</summary>
/// <param name="Number">The field's number.</param>
/// <param name="Integer">Its value, if it is a number: a varint, or the bits of a fixed one.</param>
/// <param name="Bytes">Its content, if it has a length: a text, packed numbers or a message.</param>
internal readonly record struct ProtobufField(int Number, ulong Integer, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>As a text.</summary>
    public string Text => System.Text.Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>As a float32.</summary>
    public float Single => BitConverter.UInt32BitsToSingle((uint)Integer);

    /// <summary>As integers: packed ones, or the only one.</summary>
    public long[] Integers => Bytes.IsEmpty ? [(long)Integer] : [.. Protobuf.Packed(Bytes, input => input.ReadInt64())];

    /// <summary>As float32 numbers: packed ones, or the only one.</summary>
    public float[] Singles => Bytes.IsEmpty ? [Single] : MemoryMarshal.Cast<byte, float>(Bytes.Span).ToArray();
}

/// <summary>Reads protobuf messages without a copy of what they hold: weights stay where they are until they are needed.</summary>
internal static class Protobuf
{
    /// <summary>The fields of a message, in the order of the file.</summary>
    /// <exception cref="InvalidProtocolBufferException">It is none, or cut off.</exception>
    public static IEnumerable<ProtobufField> Fields(ReadOnlyMemory<byte> message)
    {
        ArraySegment<byte> bytes = Segment(message);
        var input = new CodedInputStream(bytes.Array!, bytes.Offset, bytes.Count);
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            int number = WireFormat.GetTagFieldNumber(tag);
            switch (WireFormat.GetTagWireType(tag))
            {
                case WireFormat.WireType.Varint:
                    yield return new ProtobufField(number, input.ReadUInt64(), default);
                    break;
                case WireFormat.WireType.Fixed32:
                    yield return new ProtobufField(number, input.ReadFixed32(), default);
                    break;
                case WireFormat.WireType.Fixed64:
                    yield return new ProtobufField(number, input.ReadFixed64(), default);
                    break;
                case WireFormat.WireType.LengthDelimited:
                    int from = (int)input.Position; // in the whole array
                    input.SkipLastField(); // which checks that all of it is there
                    int to = (int)input.Position;
                    int length = new CodedInputStream(bytes.Array!, from, to - from).ReadLength();
                    yield return new ProtobufField(number, 0, message.Slice(to - bytes.Offset - length, length));
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }
    }

    /// <summary>Numbers one after the other.</summary>
    public static IEnumerable<T> Packed<T>(ReadOnlyMemory<byte> numbers, Func<CodedInputStream, T> read)
    {
        ArraySegment<byte> bytes = Segment(numbers);
        var input = new CodedInputStream(bytes.Array!, bytes.Offset, bytes.Count);
        while (!input.IsAtEnd)
        {
            yield return read(input);
        }
    }

    private static ArraySegment<byte> Segment(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> segment) && segment.Array is not null ? segment
        : new ArraySegment<byte>([]);
}
