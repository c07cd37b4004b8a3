using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace EasyExplain.Tests.Weights;

/// <summary>Writes pickles, and the files around them, that PyTorch would not write.</summary>
internal sealed class PickleBuilder
{
    private readonly List<byte> _bytes = [0x80, 2];

    public byte[] Bytes => [.. _bytes, (byte)'.'];

    public PickleBuilder Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>Instructions that are a letter, such as <c>}</c>, and the lines behind them.</summary>
    public PickleBuilder Raw(string ascii) => Raw(Encoding.Latin1.GetBytes(ascii));

    public PickleBuilder Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return Raw("X").Raw(BitConverter.GetBytes(bytes.Length)).Raw(bytes);
    }

    public PickleBuilder Integer(long value) => Raw([0x8a, 8]).Raw(BitConverter.GetBytes(value));

    public PickleBuilder Tuple(params long[] values)
    {
        Raw("(");
        foreach (long value in values)
        {
            Integer(value);
        }
        return Raw("t");
    }

    /// <summary>A float32 tensor over the storage <paramref name="key"/> of <paramref name="stored"/> elements.</summary>
    public PickleBuilder Tensor(long[] shape, long[] strides, long offset = 0, long stored = 6, string key = "0",
        string storage = "torch\nFloatStorage\n") =>
        Raw("ctorch._utils\n_rebuild_tensor_v2\n((").Text("storage").Raw("c" + storage).Text(key).Text("cpu").Integer(stored).Raw("tQ")
            .Integer(offset).Tuple(shape).Tuple(strides).Raw([0x89]).Raw("}tR");

    /// <summary>A dictionary with one tensor, called w.</summary>
    public static PickleBuilder StateDict(long[] shape, long[] strides, long offset = 0, long stored = 6, string key = "0",
        string storage = "torch\nFloatStorage\n") =>
        new PickleBuilder().Raw("}").Text("w").Tensor(shape, strides, offset, stored, key, storage).Raw("s");

    /// <summary>A zip archive as torch.save writes it; by default with one storage, "0", of six floats.</summary>
    public static byte[] Zip(byte[] pickle, params (string Name, byte[] Content, CompressionLevel Level)[] members)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create))
        {
            Add("archive/data.pkl", pickle, CompressionLevel.NoCompression);
            foreach ((string name, byte[] content, CompressionLevel level) in members is []
                ? [("archive/data/0", new byte[24], CompressionLevel.NoCompression)] : members)
            {
                Add(name, content, level);
            }

            void Add(string name, byte[] content, CompressionLevel level)
            {
                using Stream member = archive.CreateEntry(name, level).Open();
                member.Write(content);
            }
        }
        return stream.ToArray();
    }

    /// <summary>A file in the legacy format: the object's pickle, the keys, and what follows them.</summary>
    public static byte[] Legacy(byte[] pickle, string[] keys, params byte[] storages)
    {
        PickleBuilder keyList = new PickleBuilder().Raw("](");
        foreach (string key in keys)
        {
            keyList.Text(key);
        }
        return
        [
            0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.',
            .. new PickleBuilder().Integer(1001).Bytes, .. new PickleBuilder().Raw("}").Bytes, .. pickle, .. keyList.Raw("e").Bytes,
            .. storages,
        ];
    }

    /// <summary>A safetensors file.</summary>
    public static byte[] Safetensors(string header, int dataLength, long? announced = null)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        var prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, announced ?? json.Length);
        return [.. prefix, .. json, .. new byte[dataLength]];
    }
}
