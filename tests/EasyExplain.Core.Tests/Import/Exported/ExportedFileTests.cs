using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Import.Exported;

/// <summary>Archives of torch.export.save, and ONNX files of the exporter that is built on it, as PyTorch 2.11 writes them.</summary>
public sealed class ExportedFileTests
{
    public static TheoryData<string> Files => [.. Directory.GetFiles(Repository.Data("exported"))
        .Where(file => file.EndsWith(".pt2", StringComparison.Ordinal) || file.EndsWith(".onnx", StringComparison.Ordinal))
        .Select(file => Path.GetFileName(file)!).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void AFile_MakesWhatPyTorchMakes(string file)
    {
        using CamModel model = Import(file);
        using DisposeScope scope = NewDisposeScope();
        float[] right = ExportedFixtures.Logits(NetworkOf(file));
        Tensor pictures = ExportedFixtures.Pictures();
        float[] together = Logits(model.Network, pictures);
        Assert.Equal(right.Length, together.Length);
        Assert.All(together.Zip(right), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
        float[] alone = [.. Logits(model.Network, pictures.narrow(0, 0, 1)), .. Logits(model.Network, pictures.narrow(0, 1, 1))];
        Assert.All(alone.Zip(right), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void ItsLayers_AreTheModules(string file)
    {
        using CamModel model = Import(file);
        Dictionary<string, string> modules = ExportedFixtures.Modules(NetworkOf(file));
        Dictionary<string, string> layers = model.Network.Layers.ToDictionary(layer => layer.Name, layer => layer.Type);
        if (file.EndsWith(".onnx", StringComparison.Ordinal))
        {
            // The exporter makes one operation of a convolution and its normalisation, which is the output of that.
            string[] folded = [.. modules.Keys.Where(name => !layers.ContainsKey(name))];
            Assert.All(folded, name => Assert.Equal("Conv2d", modules[name]));
            modules = modules.Where(module => layers.ContainsKey(module.Key)).ToDictionary();
        }
        Assert.Equal(modules.OrderBy(layer => layer.Key, StringComparer.Ordinal),
            layers.Where(layer => modules.ContainsKey(layer.Key)).OrderBy(layer => layer.Key, StringComparer.Ordinal));
        Assert.True(file.EndsWith(".onnx", StringComparison.Ordinal)
            || layers.Keys.All(layer => modules.ContainsKey(layer) || layer == "drop"), string.Join(" ", layers.Keys.Except(modules.Keys)));
    }

    [Theory]
    [InlineData("resnet.pt2", "layer2.1.relu", "layer1")]
    [InlineData("vit.pt2", "blocks.1", "blocks.0.attn")]
    [InlineData("vit-decomposed.pt2", "blocks.1.norm1", "blocks.0.attn")]
    [InlineData("mobile-decomposed.pt2", "dw", "stem.2")]
    public void EveryMethodThatFits_ExplainsIt(string file, params string[] layers)
    {
        using CamModel model = Import(file);
        Photo cat = ImageDecoder.Decode(Repository.Photo("cat.jpg"));
        foreach (string layer in layers)
        {
            CamMethod[] methods = [.. MethodCatalog.All.Where(method => method.Fits(LayerSelection.Select(model, [layer])))];
            Assert.True(methods.Length > 15, $"{layer}: {methods.Length}");
            IReadOnlyList<CamExplanation> explained = new Explainer(
                model, LayerSelection.Select(model, [layer]), methods, ClassChoice.Top(1), new MethodSettings(2, 0.3, 7, 16) { Window = 16, Stride = 16 }, Smoothing.None).Explain(cat, null);
            Assert.Equal(methods.Length, explained.Count);
            Assert.All(explained, one => Assert.All(one.Map.ToArray().Cast<float>(), value => Assert.InRange(value, -1, 1)));
            Assert.Contains(explained, one => one.Map.ToArray().Cast<float>().Max() == 1);
        }
    }

    /// <summary>What the decompositions have taken apart is one operator again, so that methods find attention and normalisation.</summary>
    [Theory]
    [InlineData("vit-decomposed.pt2", "vit.pt2")]
    [InlineData("mobile-decomposed.pt2", "mobile-dynamic.pt2")]
    public void ADecomposedGraph_IsTheNetworkThatItWas(string decomposed, string whole)
    {
        using CamModel apart = Import(decomposed), model = Import(whole);
        string[] Kinds(CamModel one) =>
            [.. one.Network.Nodes.Select(node => node.Operator.Type).Where(type => type is "Linear" or "LayerNorm" or "GELU" or "Hardswish"
                or "SiLU" or "ReLU6" or "BatchNorm2d" or "Conv2d" or "Softmax").Order()];
        string[] wanted = [.. Kinds(model)];
        Assert.Equal(wanted.Concat(whole.StartsWith("vit", StringComparison.Ordinal) ? ["Softmax", "Softmax"] : []).Order(), Kinds(apart));
        Assert.DoesNotContain(apart.Network.Nodes, node => node.Operator is Where or Compare);
    }

    [Theory]
    [InlineData("resnet.pt2", "Net")]
    [InlineData("vit-decomposed.pt2", "ViT")]
    public void TheModelIsCalledAsItsClass(string file, string type)
    {
        using CamModel model = Import(file);
        Assert.Equal((type, 32, 32), (model.Architecture, model.InputSize[0], model.InputSize[1]));
    }

    private static CamModel Import(string file) => ModelImporter.Import(ExportedFixtures.File(file), new ModelOptions(), _ => { });

    private static string NetworkOf(string file) => file.Split('.', '-')[0];

    private static float[] Logits(Network network, Tensor pictures) =>
        Executor.Run(network, pictures, [], track: false).Logits.data<float>().ToArray();
}
