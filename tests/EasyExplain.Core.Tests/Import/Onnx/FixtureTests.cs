using System.Text.Json;
using EasyExplain.Import.Onnx;
using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Import.Onnx;

/// <summary>Small models that make_onnx.py has exported, with what PyTorch 1.13 makes of a picture.</summary>
public sealed class FixtureTests
{
    private static readonly JsonElement Expected =
        JsonDocument.Parse(File.ReadAllBytes(Repository.Data("torchscript", "expected.json"))).RootElement;

    public static TheoryData<string> Names =>
        [.. Directory.GetFiles(Repository.Data("onnx"), "*.onnx").Select(path => Path.GetFileNameWithoutExtension(path)!)
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void AnExportedModel_MakesWhatPyTorchMakes(string name)
    {
        JsonElement expected = Expected.GetProperty(name[..name.LastIndexOf('_')] + "_traced");
        long size = expected.GetProperty("size").GetInt64();
        using Network network = OnnxFile.Open(Repository.Data("onnx", name + ".onnx")).ToNetwork(size, size, _ => { });
        using DisposeScope scope = NewDisposeScope();
        Tensor pictures = ((arange(2 * 3 * size * size) * 37 % 101).to(ScalarType.Float32) / 50 - 1).view(2, 3, size, size);
        float[] right = [.. expected.GetProperty("logits").EnumerateArray().SelectMany(row => row.EnumerateArray())
            .Select(value => value.GetSingle())];
        Tensor logits = Executor.Run(network, pictures, [], track: false).Logits;
        float largest = right.Max(Math.Abs);
        Assert.Equal([2, right.Length / 2], logits.shape);
        Assert.All(logits.data<float>().ToArray().Zip(right), pair => Assert.Equal(pair.Second, pair.First, 1e-4f * Math.Max(1, largest)));
    }

    [Theory]
    [InlineData("resnet_13", "layer1", "layer1.1", "layer1.1.conv2", "layer2.0.downsample.0", "maxpool", "fc")]
    [InlineData("resnet_9", "layer2.1.relu")]
    [InlineData("mobilenet_v3_13", "features.0.0", "features.1.block.1.fc2", "features.1", "classifier.3")]
    [InlineData("vit_14", "conv_proj", "encoder.layers.encoder_layer_1.ln_1", "encoder.layers.encoder_layer_0.mlp.1")]
    [InlineData("swin_16", "features.1.0", "features.1.1.attn", "features.3.1.mlp.0", "norm")]
    public void Layers_HaveTheNamesOfTheModules(string name, params string[] layers)
    {
        long size = name.StartsWith("resnet", StringComparison.Ordinal) || name.StartsWith("mobile", StringComparison.Ordinal) ? 32 : 16;
        using Network network = OnnxFile.Open(Repository.Data("onnx", name + ".onnx")).ToNetwork(size, size, _ => { });
        Assert.All(layers, layer => Assert.NotNull(network.Find(layer)));
        string[] names = [.. network.Layers.Select(layer => layer.Name)];
        // parents first
        Assert.All(names, (layer, at) =>
            Assert.True(layer.LastIndexOf('.') < 0 || Array.IndexOf(names, layer[..layer.LastIndexOf('.')]) < at, layer));
    }

    [Fact]
    public void AModuleThatIsCalledTwice_IsTheLayerOfItsLastCall()
    {
        using Network network = OnnxFile.Open(Repository.Data("onnx", "resnet_13.onnx")).ToNetwork(32, 32, _ => { });
        Assert.Same(network.Find("layer1.1")!.Node, network.Find("layer1.1.relu")!.Node);
        Assert.Null(network.Find("layer1.1.relu_1"));
    }

    [Fact]
    public void WhatIsWrittenOut_IsKnownAgain()
    {
        using Network network = OnnxFile.Open(Repository.Data("onnx", "vit_14.onnx")).ToNetwork(16, 16, _ => { });
        Assert.IsType<EasyExplain.Networks.Operators.LayerNorm>(network.Find("encoder.layers.encoder_layer_1.ln_1")!.Node.Operator);
        Assert.IsType<EasyExplain.Networks.Operators.GELU>(network.Find("encoder.layers.encoder_layer_0.mlp.1")!.Node.Operator);
        Assert.Equal(("LayerNorm", "GELU", "Linear", "Module"), (Type("ln_1"), Type("mlp.1"), Type("mlp.0"), Type("self_attention")));
        string Type(string name) => network.Find("encoder.layers.encoder_layer_0." + name)!.Type;
        Assert.Equal(new TokenGrid(1, 4, 4), network.Find("encoder.layers.encoder_layer_0")!.Node.Layout);
    }
}
