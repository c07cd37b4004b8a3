using System.IO.Compression;
using System.Runtime.InteropServices;
using EasyExplain.Models.Architectures;
using EasyExplain.Networks;
using EasyExplain.Tests.Weights;
using EasyExplain.Weights;
using static TorchSharp.torch;

namespace EasyExplain.Benchmarks;

/// <summary>Writes weight files of a ResNet-50, whose values are random.</summary>
internal static class ResNet50Files
{
    public const string Half = "a float16 .pth";

    /// <summary>A .pth as torch.save writes it, one in half the width, and a .safetensors file.</summary>
    public static (string Name, string Path)[] Write(string folder)
    {
        using Network network = Catalog.Find("resnet50").Build(1000);
        Parameter[] parameters = [.. network.Parameters];
        (string Name, string Path) full = ("a .pth", Path.Combine(folder, "resnet50.pth"));
        (string Name, string Path) half = (Half, Path.Combine(folder, "resnet50_half.pth"));
        (string Name, string Path) safe = ("a .safetensors", Path.Combine(folder, "resnet50.safetensors"));
        File.WriteAllBytes(full.Path, Checkpoint(parameters, "torch\nFloatStorage\n", Values));
        File.WriteAllBytes(half.Path, Checkpoint(parameters, "torch\nHalfStorage\n", count => Array.ConvertAll(Values(count), value => (Half)value)));
        using (WeightFile file = WeightFile.Open(full.Path))
        using (TorchSharp.DisposeScope scope = NewDisposeScope())
        {
            SafetensorsWriter.Write(safe.Path, [.. file.Entries.Select(entry => KeyValuePair.Create(entry.Name, file.Read(entry)))]);
        }
        return [full, safe, half];
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
            members.Add(($"archive/data/{index}", MemoryMarshal.AsBytes<T>(values(parameter.Count)).ToArray(), CompressionLevel.NoCompression));
        }
        return PickleBuilder.Zip(pickle.Bytes, [.. members]);
    }

    private static float[] Values(long count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, (int)count).Select(_ => random.NextSingle())];
    }
}
