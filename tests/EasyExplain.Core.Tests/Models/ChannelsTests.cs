using System.IO.Compression;
using System.Text;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Tests.Import.Exported;
using EasyExplain.Tests.Import.Onnx;
using EasyExplain.Tests.Weights;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Models;

/// <summary>Models that take one channel, or more than three, of whatever kind their file is.</summary>
public sealed class ChannelsTests : IDisposable
{
    private readonly string _folder =
        Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"easyexplain-{Guid.NewGuid():N}")).FullName;
    private readonly List<string> _said = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>
    /// With the sum of its filters over the colours, the bundled network makes of grey what it makes of three equal channels.
    /// </summary>
    [Fact]
    public void AStateDictOfOneChannel_IsRecognised_AndSeesGrey()
    {
        string path = Widened(weight => weight.sum(1, keepdim: true));
        var options = new ModelOptions { InputSize = [32], Mean = [0.5], Std = [0.25] };
        using CamModel grey = ModelImporter.Import(path, options, _said.Add);
        using CamModel colours = ModelImporter.Import(ModelImporter.BundledPath, options, _ => { });
        Assert.Equal(("resnet20", 1), (grey.Architecture, grey.Channels));
        Assert.Contains(_said, sentence => sentence.Contains("32×32 in grey", StringComparison.Ordinal));
        Photo photo = ImageDecoder.Decode(Repository.Photo("cat.jpg"));
        CamMethod[] methods = [.. MethodCatalog.All.Where(method => method.Fits(LayerSelection.Select(grey, ["layer3"])))];
        IReadOnlyList<CamExplanation> own = Explain(grey, photo, methods), right = Explain(colours, photo.ToGrey(), methods);
        Assert.True(methods.Length > 20);
        Assert.All(own.Zip(right), pair => Assert.Equal(pair.Second.Score, pair.First.Score, 1e-3));
        Assert.All(own.Zip(right).Where(pair => pair.First.Method is "GradCAM" or "XGradCAM" or "EigenCAM" or "LayerCAM"), pair =>
            Assert.All(pair.First.Map.ToArray().Cast<float>().Zip(pair.Second.Map.ToArray().Cast<float>()),
                values => Assert.Equal(values.Second, values.First, 1e-3f)));
    }

    [Fact]
    public void AStateDictOfFiveChannels_TakesTheBandsThatAreAsked()
    {
        string path = Widened(weight => cat([weight, weight.narrow(1, 0, 2)], 1));
        using CamModel model = ModelImporter.Import(path, new ModelOptions { InputSize = [12, 20], Channels = [6, 5, 4, 2, 1] }, _said.Add);
        Assert.Equal((5, "6 5 4 2 1"), (model.Channels, string.Join(' ', model.Bands)));
        Photo bands = ImageDecoder.Decode(Repository.Data("bands", "six16.tif"));
        CamMethod[] methods = [.. MethodCatalog.All.Where(method => method.Fits(LayerSelection.Select(model, ["layer3"])))];
        Assert.Equal(methods.Length, Explain(model, bands, methods).Count);
        using CamModel usual = ModelImporter.Import(path, new ModelOptions { InputSize = [32] }, _said.Add);
        Assert.Contains(_said, sentence => sentence.Contains("of the first 5 bands", StringComparison.Ordinal));
        Assert.Throws<ImageFileException>(() => usual.Preprocessing.ToInput(ImageDecoder.Decode(Repository.Photo("cat.jpg"))));
    }

    [Fact]
    public void NumbersThatDoNotFitTheChannels_AreRefused()
    {
        string path = Widened(weight => weight.sum(1, keepdim: true));
        foreach (ModelOptions wrong in new[]
        {
            new ModelOptions { Mean = [0.5, 0.5, 0.5] }, new ModelOptions { Std = [1, 1] }, new ModelOptions { Channels = [1, 2] },
        })
        {
            var error = Assert.Throws<ModelImportException>(() => ModelImporter.Import(path, wrong, _ => { }));
            Assert.Equal(ModelFault.InvalidOption, error.Fault);
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void MetadataOfOneChannel_AreUsed()
    {
        string path = Widened(weight => weight.sum(1, keepdim: true),
            new() { ["mean"] = "0.1307", ["std"] = "0.3081", ["input_size"] = "28,28" });
        using CamModel model = ModelImporter.Import(path, new ModelOptions(), _ => { });
        Assert.Equal((0.1307, 0.3081, 28), (model.Mean.Single(), model.Std.Single(), model.InputSize[0]));
        File.WriteAllText(Path.Combine(_folder, "preprocess.json"), """{ "input_size": [1, 40, 40], "mean": [0.3], "std": [0.2] }""");
        File.WriteAllBytes(Path.Combine(_folder, "grey.pt2"), Exported(1));
        using CamModel beside = ModelImporter.Import(Path.Combine(_folder, "grey.pt2"), new ModelOptions(), _ => { });
        Assert.Equal((0.3, 0.2, 40), (beside.Mean.Single(), beside.Std.Single(), beside.InputSize[0]));
    }

    [Theory]
    [InlineData("pt2", 1)]
    [InlineData("pt2", 4)]
    [InlineData("onnx", 1)]
    [InlineData("onnx", 6)]
    [InlineData("open.onnx", 1)]
    [InlineData("open.onnx", 4)]
    [InlineData("pt", 1)]
    [InlineData("pt", 6)]
    public void AWholeModel_SaysItself_HowManyChannelsItTakes(string kind, int channels)
    {
        string path = Path.Combine(_folder, "model." + kind);
        File.WriteAllBytes(path, kind switch
        {
            "pt2" => Exported(channels),
            "pt" => Script(channels),
            _ => Graph(kind == "onnx" ? channels : -1, channels),
        });
        using CamModel model = ModelImporter.Import(path, new ModelOptions { InputSize = [8] }, _said.Add);
        Assert.Equal((channels, 2), (model.Channels, model.ClassCount));
        using DisposeScope scope = NewDisposeScope();
        // Class k is (k + 1) times the sum of the channels' means.
        Tensor input = arange(channels).to(float32).view(1, channels, 1, 1).expand(1, channels, 8, 8);
        float[] logits = Executor.Run(model.Network, input, [], track: false).Logits.data<float>().ToArray();
        float sum = channels * (channels - 1) / 2f;
        Assert.Equal([sum, 2 * sum], logits);
        Assert.Single(_said, sentence => sentence.StartsWith("Input 8×8", StringComparison.Ordinal));
    }

    private static byte[] Exported(int channels) => new WrittenArchive { Picture = [null, channels, null, null] }
        .Weight("conv.weight", [2, channels, 1, 1], Filters(channels)).Graph(
        [
            "y = torch.ops.aten.conv2d.default (%x, %p_conv_weight)", "m = torch.ops.aten.mean.dim (%y, [2, 3])", "return (m,)",
        ]).ToBytes();

    private static byte[] Graph(int declared, int channels) => new OnnxBytes().Input("x", -1, declared, -1, -1)
        .Weight("w", [2, channels, 1, 1], Filters(channels)).Node("Conv", ["x", "w"], ["y"]).Node("GlobalAveragePool", ["y"], ["p"])
        .Node("Flatten", ["p"], ["m"]).Output("m").ToArray();

    private static byte[] Script(int channels) => PickleBuilder.Zip(
        new PickleBuilder().Raw("c__torch__\nM\n").Raw(")").Raw([0x81]).Raw("}").Text("w")
            .Tensor([2, channels, 1, 1], [channels, 1, 1, 1], stored: 2 * channels).Raw("sb").Bytes,
        ("archive/code/__torch__.py", Encoding.UTF8.GetBytes("class M(Module):\n  __parameters__ = [\"w\", ]\n" +
            "  def forward(self: __torch__.M,\n    x: Tensor) -> Tensor:\n" +
            "    return torch.mean(torch.conv2d(x, self.w), [2, 3])\n"), CompressionLevel.NoCompression),
        ("archive/constants.pkl", new PickleBuilder().Raw(")").Bytes, CompressionLevel.NoCompression),
        ("archive/data/0", System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(Filters(channels)).ToArray(),
            CompressionLevel.NoCompression));

    private static float[] Filters(int channels) => [.. Enumerable.Range(0, 2 * channels).Select(i => i < channels ? 1f : 2f)];

    private static IReadOnlyList<CamExplanation> Explain(CamModel model, Photo photo, CamMethod[] methods) =>
        new Explainer(model, LayerSelection.Select(model, ["layer3"]), methods, ClassChoice.Top(1),
            new MethodSettings(2, 0.3, 7, 16) { Window = 8, Stride = 8 }, Smoothing.None).Explain(photo, null);

    /// <summary>The bundled weights with another first convolution.</summary>
    private string Widened(Func<Tensor, Tensor> change, Dictionary<string, string>? metadata = null)
    {
        string path = Path.Combine(_folder, "model.safetensors");
        using DisposeScope scope = NewDisposeScope();
        using WeightFile file = WeightFile.Open(ModelImporter.BundledPath);
        SafetensorsWriter.Write(path, file.Entries.ToDictionary(entry => entry.Name,
            entry => entry.Name == "conv1.weight" ? change(file.Read(entry)) : file.Read(entry)), metadata);
        return path;
    }
}
