using System.IO.Compression;
using System.Runtime.InteropServices;
using EasyExplain.Architectures;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Tests.Import.Exported;
using EasyExplain.Tests.Weights;
using EasyExplain.Weights;
using static TorchSharp.torch;

namespace EasyExplain.Benchmarks;

/// <summary>Writes weight files of a ResNet-50, whose values are random.</summary>
internal static class ResNet50Files
{
    public const string Full = "a .pth", Safe = "a .safetensors", Half = "a float16 .pth", Folder = "a folder of timm", Graph = "a .pt2";

    /// <summary>
    /// A .pth as torch.save writes it, a .safetensors file, a .pth in half the width, a folder as the Hugging Face Hub has it, and a whole
    /// model as torch.export.save writes it.
    /// </summary>
    public static IReadOnlyList<string> Names { get; } = [Full, Safe, Half, Folder, Graph];

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
            [Folder] = Directory.CreateDirectory(Path.Combine(folder, "resnet50.a1_in1k")).FullName,
            [Graph] = Path.Combine(folder, "resnet50.pt2"),
        };
        File.WriteAllBytes(files[Full], Checkpoint(parameters, "torch\nFloatStorage\n", Values));
        File.WriteAllBytes(files[Half],
            Checkpoint(parameters, "torch\nHalfStorage\n", count => Array.ConvertAll(Values(count), value => (Half)value)));
        using (WeightFile file = WeightFile.Open(files[Full]))
        using (TorchSharp.DisposeScope scope = NewDisposeScope())
        {
            SafetensorsWriter.Write(files[Safe], [.. file.Entries.Select(entry => KeyValuePair.Create(entry.Name, file.Read(entry)))]);
        }
        File.Copy(files[Safe], Path.Combine(files[Folder], "model.safetensors"));
        File.WriteAllText(Path.Combine(files[Folder], "config.json"), """{ "architecture": "resnet50", "num_classes": 1000 }""");
        File.WriteAllBytes(files[Graph], Exported(network, parameters));
        return files;
    }

    /// <summary>The file in which a model's weights are.</summary>
    public static string WeightsOf(string path) => Directory.Exists(path) ? Path.Combine(path, "model.safetensors") : path;

    /// <summary>The network as a graph of ATen's operators.</summary>
    private static byte[] Exported(Network network, Parameter[] parameters)
    {
        var archive = new WrittenArchive { Picture = [null, 3, 224, 224] };
        foreach (Parameter parameter in parameters)
        {
            archive.Weight(parameter.Name, parameter.Shape, Values(parameter.Count), parameter.IsBuffer ? "buffer" : "parameter");
        }
        var names = new Dictionary<Node, string> { [network.Input] = "x" };
        var lines = new List<string>();
        foreach (Node node in network.Nodes.Skip(1))
        {
            names[node] = $"n{names.Count}";
            string read = string.Join(", ", node.Inputs.Select(input => "%" + names[input]));
            string weights = string.Join(", ", node.Operator.Parameters.Select(parameter => "%p_" + parameter.Name.Replace('.', '_')));
            lines.Add($"{names[node]} = torch.ops.aten." + node.Operator switch
            {
                Conv2d { Bias: null } conv => $"conv2d.default ({read}, {weights}, None, {Pair(conv.Stride)}, {Pair(conv.Padding)})",
                BatchNorm2d norm => $"batch_norm.default ({read}, {weights}, False, 0.1, {norm.Eps:0.0######}, True)",
                ReLU => $"relu.default ({read})",
                MaxPool2d pool => $"max_pool2d.default ({read}, {Pair(pool.Kernel)}, {Pair(pool.Stride)}, {Pair(pool.Padding)})",
                Add => $"add.Tensor ({read})",
                AdaptiveAvgPool2d => $"adaptive_avg_pool2d.default ({read}, [1, 1])",
                Flatten => $"flatten.using_ints ({read}, 1)",
                Linear => $"linear.default ({read}, {weights})",
                var other => throw new NotSupportedException(other.Type),
            });
        }
        return archive.Graph([.. lines, $"return ({names[network.Output]},)"]).ToBytes();

        static string Pair(Extent extent) => $"[{extent.Height}, {extent.Width}]";
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
