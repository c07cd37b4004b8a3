using EasyExplain.Import.Onnx;
using EasyExplain.Networks;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Import.Onnx;

/// <summary>
/// Files as other exporters write them: channels last, names of TensorFlow, notes of PyTorch's newer exporter, half precision, data in
/// other files.
/// </summary>
public sealed class ExporterTests : IDisposable
{
    private readonly string _folder =
        Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"easyexplain-{Guid.NewGuid():N}")).FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void DataBesideTheModel_IsRead_AndWhatIsNotThereIsNamed()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "inside"));
        OnnxBytes model = new OnnxBytes().Input("x", -1, 3, 2, 2).External("w", [12], "inside/weights [1].bin", 4)
            .Node("Flatten", ["x"], ["f"]).Node("Mul", ["f", "w"], ["y"]).Output("y");
        Assert.Contains("which is not there", Refused(model).Message, StringComparison.Ordinal);
        File.WriteAllBytes(Path.Combine(_folder, "inside", "weights [1].bin"), new byte[50]);
        Assert.Contains("needs 48 bytes from 4 on", Refused(model).Message, StringComparison.Ordinal);
        float[] weights = [.. Enumerable.Range(1, 13).Select(i => (float)i)];
        File.WriteAllBytes(Path.Combine(_folder, "inside", "weights [1].bin"),
            System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(weights).ToArray());
        using Network network = OnnxFile.Open(Write(model)).ToNetwork(2, 2, _ => { });
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal(weights[1..], Executor.Run(network, ones(1, 3, 2, 2), [], track: false).Logits.data<float>().ToArray());
    }

    [Fact]
    public void Float16_IsWidened()
    {
        byte[] half = [.. new[] { 1.5f, -2, 0.25f }.SelectMany(value => BitConverter.GetBytes((Half)value))];
        OnnxBytes model = new OnnxBytes().Input("x", -1, 3, 1, 1).Raw("w", OnnxBytes.Float16, [1, 3], half).Node("Flatten", ["x"], ["f"])
            .Node("Mul", ["f", "w"], ["y"]).Output("y");
        using Network network = OnnxFile.Open(Write(model)).ToNetwork(1, 1, _ => { });
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal([1.5f, -2, 0.25f], Executor.Run(network, ones(1, 3, 1, 1), [], track: false).Logits.data<float>().ToArray());
    }

    [Fact]
    public void PicturesWithTheChannelsLast_AreTurned_AndNamesOfTensorFlowHaveDots()
    {
        OnnxBytes model = new OnnxBytes().Input("x", -1, 4, 6, 3)
            .Node("Transpose", ["x"], ["t"], "StatefulPartitionedCall/model/conv1/Conv2D__6", ("perm", new long[] { 0, 3, 1, 2 }))
            .Weight("w", [2, 3, 1, 1], 1, 0, 0, 0, 1, 0).Node("Conv", ["t", "w"], ["c"], "StatefulPartitionedCall/model/conv1/Conv2D")
            .Node("Relu", ["c"], ["r"], "StatefulPartitionedCall/model/relu/Relu")
            .Node("GlobalAveragePool", ["r"], ["p"], "StatefulPartitionedCall/model/pool/Mean")
            .Node("Flatten", ["p"], ["f"], "StatefulPartitionedCall/model/flat/Reshape")
            .Node("Softmax", ["f"], ["y"], "StatefulPartitionedCall/model/probabilities/Softmax").Output("y");
        OnnxFile file = OnnxFile.Open(Write(model));
        Assert.Equal((4, 6), file.DeclaredSize);
        using Network network = file.ToNetwork(4, 6, _ => { });
        Assert.Equal(new ChannelsFirst(), network.Find("relu")!.Node.Layout);
        Assert.NotNull(network.Find("conv1"));
        using DisposeScope scope = NewDisposeScope();
        Tensor picture = rand(1, 3, 4, 6);
        Assert.True((Executor.Run(network, picture, [], track: false).Logits
            - picture.narrow(1, 0, 2).mean([2, 3])).abs().max().item<float>() < 1e-6);
    }

    [Fact]
    public void NotesOfPyTorch_NameLayersAndTheirClasses()
    {
        OnnxBytes model = new OnnxBytes { Opset = 18 }.Input("x", 1, 3, 4, 4).Weight("layer1.0.conv.weight", [2, 3, 1, 1], 1, 0, 0, 0, 1, 0)
            .Noted("Conv", ["x", "layer1.0.conv.weight"], ["c"], "['', 'layer1', 'layer1.0', 'layer1.0.conv', 'conv2d']",
            "['net.Net', 'torch.nn.modules.container.Sequential', 'net.Block', 'torch.nn.modules.conv.Conv2d', 'aten.conv2d.default']")
            .Noted("Relu", ["c"], ["r"], "['', 'layer1', 'layer1.0', 'relu']",
            "['net.Net', 'torch.nn.modules.container.Sequential', 'net.Block', 'aten.relu.default']")
            .Noted("GlobalAveragePool", ["r"], ["p"], "['', 'mean']", "['net.Net', 'aten.mean.dim']").Node("Flatten", ["p"], ["y"])
            .Output("y");
        using Network network = OnnxFile.Open(Write(model)).ToNetwork(4, 4, _ => { });
        Assert.Equal([("layer1", "Sequential"), ("layer1.0", "Block"), ("layer1.0.conv", "Conv2d")],
            network.Layers.Take(3).Select(layer => (layer.Name, layer.Type)));
        Assert.Same(network.Find("layer1")!.Node, network.Find("layer1.0")!.Node);
        Assert.Equal("layer1.0.conv.weight", network.Parameters.Single().Name);
    }

    [Fact]
    public void ExportedForOnePicture_ItTakesMany()
    {
        OnnxBytes model = new OnnxBytes().Input("x", 1, 3, 2, 2).Integers("flat", [2], 1, 12).Integers("open", [3], 1, -1, 6)
            .Integers("again", [2], 1, -1)
            .Node("Reshape", ["x", "flat"], ["f"]).Node("Reshape", ["f", "open"], ["o"]).Node("Relu", ["o"], ["r"])
            .Node("Reshape", ["r", "again"], ["y"]).Output("y");
        using Network network = OnnxFile.Open(Write(model)).ToNetwork(2, 2, _ => { });
        using DisposeScope scope = NewDisposeScope();
        Tensor pictures = randn(3, 3, 2, 2);
        Assert.True(Executor.Run(network, pictures, [], track: false).Logits.equal(pictures.relu().flatten(1)).all().item<bool>());
    }

    [Fact]
    public void ActivationsThatKerasWritesOut_AreKnownAgain()
    {
        OnnxBytes model = new OnnxBytes().Input("x", -1, 3, 4, 4).Weight("three", [], 3).Weight("zero", [], 0).Weight("six", [], 6)
            .Weight("sixth", [], 1 / 6f)
            .Weight("root", [], 0.70710678f).Weight("one", [], 1).Weight("half", [], 0.5f)
            .Node("Add", ["x", "three"], ["a"]).Node("Clip", ["a", "zero", "six"], ["c"]).Node("Mul", ["c", "sixth"], ["s"])
            .Node("Mul", ["x", "s"], ["h"], "hardswish")
            .Node("Mul", ["h", "half"], ["b"]).Node("Mul", ["h", "root"], ["d"]).Node("Erf", ["d"], ["e"]).Node("Add", ["one", "e"], ["f"])
            .Node("Mul", ["b", "f"], ["g"], "gelu").Node("Flatten", ["g"], ["y"]).Output("y");
        using Network network = OnnxFile.Open(Write(model)).ToNetwork(4, 4, _ => { });
        Assert.Equal(["Input", "Hardswish", "GELU", "Flatten"], network.Nodes.Select(node => node.Operator.Type));
        Assert.Equal(["Hardswish", "GELU"], new[] { "hardswish", "gelu" }.Select(name => network.Find(name)!.Type));
    }

    private string Write(OnnxBytes model)
    {
        string path = Path.Combine(_folder, "exported.onnx");
        File.WriteAllBytes(path, model.ToArray());
        return path;
    }

    private WeightFileException Refused(OnnxBytes model)
    {
        Write(model);
        return Assert.Throws<WeightFileException>(() => OnnxFile.Open(Path.Combine(_folder, "exported.onnx")).ToNetwork(2, 2, _ => { }));
    }
}
