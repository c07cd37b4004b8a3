namespace EasyExplain.Import.Onnx;

/// <summary>What a graph takes or makes (ValueInfoProto).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">The declared sizes, −1 for an open one; null where there are none.</param>
/// <param name="ElementType">
/// The kind of its numbers, as TensorProto counts them: 1 for float, 2 for uint8; 0 where it is no tensor.
/// </param>
/// <param name="Meanings">What each size stands for (DimensionDenotation.md), such as DATA_CHANNEL; empty where it does not say.</param>
internal sealed record OnnxInput(string Name, long[]? Shape, int ElementType, IReadOnlyList<string> Meanings)
{
    private const string Channel = "DATA_CHANNEL";

    /// <summary>
    /// The element types of whole numbers that can hold a pixel's byte: uint8, uint16, int16, int32, int64, uint32, uint64.
    /// </summary>
    private static readonly int[] Whole = [2, 4, 5, 6, 7, 12, 13];

    /// <summary>Whether it takes whole numbers, so that a pixel is its byte.</summary>
    public bool TakesBytes => Whole.Contains(ElementType);

    /// <summary>Whether the colours are its last dimension, as it says or its sizes tell.</summary>
    public bool IsChannelsLast => Meanings.Contains(Channel) ? Meanings is [_, _, _, Channel] : Shape is [_, not (3 or 1), _, 3 or 1];

    /// <summary>Whether it takes a picture without a batch around it, as torchvision's detectors do.</summary>
    public bool IsOnePicture => Shape is [3 or 1 or -1, not (3 or 1), not (3 or 1)];

    /// <summary>Channels, height and width, −1 for those that are open; null where it does not take pictures.</summary>
    public long[]? PictureShape => IsOnePicture ? Shape
        : Shape is not [_, var second, var third, var fourth] ? null : IsChannelsLast ? [fourth, second, third] : [second, third, fourth];

    /// <summary>Reads one.</summary>
    public static OnnxInput Parse(ReadOnlyMemory<byte> bytes)
    {
        string name = "";
        long[]? shape = null;
        int type = 0;
        string[] meanings = [];
        foreach (ProtobufField field in Protobuf.Fields(bytes))
        {
            if (field.Number == 1)
            {
                name = field.Text;
            }
            foreach (ProtobufField part in field.Number == 2
                ? Protobuf.Fields(field.Bytes).Where(kind => kind.Number == 1).SelectMany(tensor => Protobuf.Fields(tensor.Bytes)) : [])
            {
                if (part.Number == 1)
                {
                    type = (int)part.Integer;
                }
                else if (part.Number == 2)
                {
                    ProtobufField[][] sizes = [.. Protobuf.Fields(part.Bytes).Where(size => size.Number == 1)
                        .Select(size => Protobuf.Fields(size.Bytes).ToArray())];
                    shape = [.. sizes.Select(size =>
                        size.Where(value => value.Number == 1).Select(value => (long)value.Integer).FirstOrDefault(-1))];
                    meanings = [.. sizes.Select(size =>
                        size.Where(value => value.Number == 3).Select(value => value.Text).FirstOrDefault(""))];
                }
            }
        }
        return new OnnxInput(name, shape, type, meanings);
    }
}
