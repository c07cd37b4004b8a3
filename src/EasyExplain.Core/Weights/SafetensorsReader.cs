using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace EasyExplain.Weights;

/// <summary>
/// Reads safetensors: eight bytes with the length of the header, the header (JSON: for each tensor its type, shape and place), the data.
/// </summary>
/// <remarks>As the format's own library does, it is strict: the data belongs to the tensors without overlaps and without gaps.</remarks>
internal static class SafetensorsReader
{
    // The limit of the format's own library.
    private const long LargestHeader = 100_000_000;

    public static WeightTable Read(FileStream file)
    {
        file.Position = 0;
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        file.ReadExactly(prefix);
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        long rest = file.Length - prefix.Length;
        if (headerLength > LargestHeader || (long)headerLength > rest)
        {
            throw new InvalidDataException(
                $"The safetensors header is announced with {headerLength} bytes, but {rest} follow (and {LargestHeader} is the format's " +
                $"limit); " +
                "the file may have been cut off.");
        }
        var header = new byte[headerLength];
        file.ReadExactly(header);
        var data = new FileBytes(file, prefix.Length + header.Length, rest - header.Length);
        try
        {
            using JsonDocument json = JsonDocument.Parse(header);
            return Table(json.RootElement, file, data);
        }
        // The last three: another kind of value than expected or text that is not Unicode, a number that is none, a missing property.
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new InvalidDataException($"The safetensors header is not the JSON that the format prescribes: {e.Message}", e);
        }
    }

    private static WeightTable Table(JsonElement header, FileStream file, FileBytes data)
    {
        var entries = new List<WeightEntry>();
        var ranges = new List<(long Start, long End, string Name)>();
        var names = new HashSet<string>();
        IReadOnlyDictionary<string, string> metadata = new Dictionary<string, string>();
        foreach (JsonProperty property in header.EnumerateObject())
        {
            string name = property.Name;
            if (!names.Add(name))
            {
                throw new InvalidDataException($"The safetensors header has two entries '{name}'.");
            }
            if (name == SafetensorsWriter.MetadataName)
            {
                metadata = property.Value.EnumerateObject().ToDictionary(pair => pair.Name, pair => Text(pair.Value));
                continue;
            }
            try
            {
                (WeightEntry entry, long start, long end) = Entry(name, property.Value, file, data);
                entries.Add(entry);
                ranges.Add((start, end, name));
            }
            catch (InvalidDataException e)
            {
                throw new InvalidDataException($"The tensor '{name}' cannot be read: {e.Message}", e);
            }
        }
        CheckSeamless(ranges, data.Length);
        return new WeightTable("safetensors", entries) { Metadata = metadata };
    }

    private static (WeightEntry Entry, long Start, long End) Entry(string name, JsonElement description, FileStream file, FileBytes data)
    {
        string typeName = Text(description.GetProperty("dtype"));
        ScalarType type = ElementTypes.FromSafetensors(typeName)
            ?? throw new InvalidDataException($"its type is {typeName}; read are {ElementTypes.SafetensorsNames}.");
        long[] shape = Integers(description.GetProperty("shape"), TensorLayout.MaxDimensions);
        long count = TensorLayout.CountElements(shape);
        if (Integers(description.GetProperty("data_offsets"), 2) is not [long start, long end] || start < 0 || end < start
            || end > data.Length)
        {
            throw new InvalidDataException(
                $"its data_offsets do not lie in the {data.Length} bytes of data; the file may have been cut off.");
        }
        if (end - start != count * ElementTypes.Size(type))
        {
            throw new InvalidDataException(
                $"{typeName} [{string.Join(", ", shape)}] needs {count * ElementTypes.Size(type)} bytes, its data_offsets hold " +
                $"{end - start}.");
        }
        var bytes = data.Part(start, end - start);
        TensorLayout layout = TensorLayout.Create(bytes, type, 0, shape, TensorLayout.ContiguousStrides(shape));
        return (new WeightEntry(name, type, shape) { Layout = layout }, start, end);
    }

    private static void CheckSeamless(List<(long Start, long End, string Name)> ranges, long length)
    {
        long reached = 0;
        foreach ((long start, long end, string name) in ranges.OrderBy(range => range.Start).ThenBy(range => range.End))
        {
            if (start != reached)
            {
                throw new InvalidDataException(
                    $"The data of the tensor '{name}' starts at byte {start}, where {reached} is next: tensors overlap or leave a gap.");
            }
            reached = end;
        }
        if (reached != length)
        {
            throw new InvalidDataException($"The tensors take {reached} bytes, but {length} bytes of data follow the header.");
        }
    }

    private static long[] Integers(JsonElement array, int most) =>
        array.GetArrayLength() <= most
            ? [.. array.EnumerateArray().Select(number => number.GetInt64())]
            : throw new InvalidDataException($"it has {array.GetArrayLength()} sizes or offsets where at most {most} are possible.");

    // GetString gives null for JSON's null.
    private static string Text(JsonElement value) => value.GetString() ?? throw new FormatException("null where a text is expected.");
}
