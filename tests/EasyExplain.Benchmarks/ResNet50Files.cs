using System.IO.Compression;
using System.Runtime.InteropServices;
using EasyExplain.Architectures;
using EasyExplain.Networks;
using EasyExplain.Tests.Weights;
using EasyExplain.Weights;
using static TorchSharp.torch;

namespace EasyExplain.Benchmarks;

/// <summary>Writes weight files of a ResNet-50, whose values are random.</summary>
internal static class ResNet50Files
{
    public const string Full = "a .pth", Safe = "a .safetensors", Half = "a float16 .pth";

    /// <summary>A .pth as torch.save writes it, a .safetensors file, and a .pth in half the width.</summary>
    public static IReadOnlyList<string> Names { get; } = [Full, Safe, Half];

    /// <summary>Writes all of them; gives the path of each by its name.</summary>
    public static IReadOnlyDictionary<string, string> Write(string folder)
    {
        using Network network = ArchitectureCatalog.Find("resnet50").Build(1000);
        Parameter[] parameters = [.. network.Parameters];
        var files = new Dictionary<string, string>
        {
            [Full] = Path.Combine(folder, "resnet50.pth"),
            [Safe] = Path.Combine(folder, "resnet50.safetensors"),
            [Half] = Path.Combine(folder, "resnet50_half.pth"),
        };
        File.WriteAllBytes(files[Full], Checkpoint(parameters, "torch\nFloatStorage\n", Values));
        File.WriteAllBytes(files[Half],
            Checkpoint(parameters, "torch\nHalfStorage\n", count => Array.ConvertAll(Values(count), value => (Half)value)));
        using (WeightFile file = WeightFile.Open(files[Full]))
        using (TorchSharp.DisposeScope scope = NewDisposeScope())
        {
            SafetensorsWriter.Write(files[Safe], [.. file.Entries.Select(entry => KeyValuePair.Create(entry.Name, file.Read(entry)))]);
        }
        return files;
    }

    private static byte[] Checkpoint<T>(Parameter[] parameters, string storage, Func<long, T[]> values) where T : unmanaged
    {
        PickleBuilder pickle = new PickleBuilder().Raw("}");
        var members = new List<(string, byte[], CompressionLevel)>();
        foreach ((int index, Parameter parameter) in parameters.Index())
        {
            long[] shape = [.. parameter.Shape];
            long[] strides = [.. shape.Select((_, i) => shape[(i + 1)..].Aggregate(1L, (product, size) => product * size))];
            pickle.Text(parameter.Name).Tensor(shape, strides, 0, parameter.Count, $"{index}", storage).Raw("s");
            members.Add(($"archive/data/{index}", MemoryMarshal.AsBytes<T>(values(parameter.Count)).ToArray(),
                CompressionLevel.NoCompression));
        }
        return PickleBuilder.Zip(pickle.Bytes, [.. members]);
    }

    private static float[] Values(long count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, (int)count).Select(_ => random.NextSingle())];
    }
}
