using System.Buffers.Binary;
using System.Text.Json;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Weights;

/// <summary>Writes safetensors files.</summary>
public static class SafetensorsWriter
{
    // The key under which the header keeps texts about the whole file.
    internal const string MetadataName = "__metadata__";
    private const int HeaderAlignment = 8;

    /// <summary>
    /// Writes <paramref name="tensors"/> to <paramref name="path"/>. The file appears whole or not at all: it is written under another
    /// name beside, then moved, in place of what may have been there.
    /// </summary>
    /// <param name="path">The file to write; its folder must exist.</param>
    /// <param name="tensors">Names and tensors, of any shape and layout, on any device; they stay the caller's.</param>
    /// <param name="metadata">Texts that describe the file, or null.</param>
    /// <exception cref="ArgumentException">
    /// A name appears twice or is reserved, or a tensor's type (complex, quantized) is not supported.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        // Wide elements first: then every tensor starts at a multiple of its element's size, which other readers rely on.
        List<KeyValuePair<string, Tensor>> ordered = [.. tensors.OrderByDescending(pair => ElementTypes.Size(pair.Value.dtype))];
        byte[] header = Header(ordered, metadata);
        WholeFile.Write(path, overwrite: true, file =>
        {
            Span<byte> prefix = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
            file.Write(prefix);
            file.Write(header);
            foreach ((_, Tensor tensor) in ordered)
            {
                WriteValues(file, tensor);
            }
        });
    }

    private static byte[] Header(List<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var names = new HashSet<string> { MetadataName };
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WritePropertyName(MetadataName);
                JsonSerializer.Serialize(json, metadata);
            }
            long start = 0;
            foreach ((string name, Tensor tensor) in tensors)
            {
                if (!names.Add(name))
                {
                    throw new ArgumentException(
                        $"The name '{name}' appears twice or is reserved; every tensor needs one of its own.", nameof(tensors));
                }
                long end = start + tensor.NumberOfElements * ElementTypes.Size(tensor.dtype);
                json.WritePropertyName(name);
                JsonSerializer.Serialize(json, new
                {
                    dtype = ElementTypes.SafetensorsName(tensor.dtype),
                    shape = tensor.shape,
                    data_offsets = new[] { start, end },
                });
                start = end;
            }
            json.WriteEndObject();
        }
        while (buffer.Length % HeaderAlignment != 0)
        {
            buffer.WriteByte((byte)' ');
        }
        return buffer.ToArray();
    }

    private static void WriteValues(Stream file, Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        TensorMemory.ForEachChunk(tensor.detach().cpu().contiguous().view(-1), bytes => file.Write(bytes));
    }
}
