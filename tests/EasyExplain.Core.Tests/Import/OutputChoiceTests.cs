using System.IO.Compression;
using System.Text;
using EasyExplain.Import;
using EasyExplain.Models;
using EasyExplain.Runtime;
using EasyExplain.Tests.Import.Onnx;
using EasyExplain.Tests.Weights;

namespace EasyExplain.Tests.Import;

/// <summary>Models with several results: the one that says something of classes is explained, or the user is asked.</summary>
public sealed class OutputChoiceTests : IDisposable
{
    private static readonly string[] Five = ["ant", "bee", "cat", "dog", "elk"];

    private readonly string _folder =
        Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"easyexplain-{Guid.NewGuid():N}")).FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("outputs/s21_features_then_logits.onnx", "0 'f' [N, 16], 1 'logits' [N, 5]")]
    [InlineData("outputs/ts_tuple.pt", "'0' [N, 16], '1' [N, 5]")]
    public void SeveralOutputs_ThatNobodyTellsApart_AreListed(string file, string list)
    {
        var error = Assert.Throws<ModelImportException>(() =>
            ModelImporter.Import(Repository.Data("cases", file), new ModelOptions(), _ => { }));
        Assert.Equal(ModelFault.SeveralOutputs, error.Fault);
        Assert.Contains(list, error.Message, StringComparison.Ordinal);
        Assert.Equal(Remedy.NameOutput, error.Remedy);
    }

    [Theory]
    [InlineData("outputs/s21_features_then_logits.onnx", "logits", 5)]
    [InlineData("outputs/s21_features_then_logits.onnx", "1", 5)]
    [InlineData("outputs/s21_features_then_logits.onnx", "f", 16)]
    [InlineData("outputs/ts_tuple.pt", "1", 5)]
    [InlineData("outputs/ts_tuple.pt", "0", 16)]
    public void OneThatIsAskedFor_IsTaken(string file, string output, int classes)
    {
        using CamModel model = ModelImporter.Import(Repository.Data("cases", file),
            new ModelOptions { Output = output, Activation = EasyExplain.Networks.Activation.Softmax }, _ => { });
        Assert.Equal(classes, model.ClassCount);
    }

    [Theory]
    [InlineData("outputs/s21_features_then_logits.onnx", "logits")]
    [InlineData("outputs/ts_tuple.pt", "1")]
    public void TheOneThatLabelsFit_IsTaken(string file, string output)
    {
        using CamModel model = ModelImporter.Import(Repository.Data("cases", file), new ModelOptions { Labels = Five }, _ => { });
        Assert.Equal((output, 5), (model.Output, model.ClassCount));
        string beside = Path.Combine(_folder, "model" + Path.GetExtension(file));
        File.Copy(Repository.Data("cases", file), beside);
        File.WriteAllLines(Path.Combine(_folder, "labels.txt"), Five);
        using CamModel labelled = ModelImporter.Import(beside, new ModelOptions(), _ => { });
        Assert.Equal((output, "elk"), (labelled.Output, labelled.Labels[4]));
    }

    [Theory]
    [InlineData("2")]
    [InlineData("logit")]
    public void OneThatIsNotThere_IsAnError_WithThoseThatAre(string output)
    {
        var error = Assert.Throws<ModelImportException>(() =>
            ModelImporter.Import(Repository.Data("cases/outputs/s21_features_then_logits.onnx"), new ModelOptions { Output = output }, _ =>
            { }));
        Assert.Equal(ModelFault.UnknownOutput, error.Fault);
        Assert.Contains($"'{output}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("0 'f' [N, 16], 1 'logits' [N, 5]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMapThatIsNamed_IsASegmenters()
    {
        string path = Write("maps", g => g.Node("Flatten", ["g"], ["y"]).Output("c").Output("y"));
        using CamModel model = ModelImporter.Import(path, Options with { Output = "c" }, _ => { });
        Assert.Equal((CamTask.Segment, "c"), (model.Task, model.Output));
    }

    [Fact]
    public void ScoresAndTheirProbabilities_AreOneOutput_AndMapsAreNone()
    {
        string path = Write("both", g => g.Node("Flatten", ["g"], ["f"]).Node("Softmax", ["f"], ["p"]).Output("c").Output("f").Output("p"));
        using CamModel model = ModelImporter.Import(path, Options, _ => { });
        Assert.Equal((5, "p"), (model.ClassCount, model.Output));
    }

    [Fact]
    public void WeightsHaveOneOutput() =>
        Assert.Contains("'logits'", Assert.Throws<ModelImportException>(() =>
            ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions { Output = "logits" }, _ => { })).Message,
                StringComparison.Ordinal);

    [Theory]
    [InlineData("{\"features\": f, \"logits\": l}", "Dict[str, Tensor]", "logits")]
    [InlineData("[f, l]", "List[Tensor]", "1")]
    [InlineData("(f, (l, f))", "Tuple[Tensor, Tuple[Tensor, Tensor]]", "1.0")]
    public void OutputsOfTorchScript_HaveTheNamesOfTheirPlaces(string result, string type, string output)
    {
        const string Body = "    f = torch.mean(torch.cat([x, x], 1), [2, 3])\n    l = torch.mean(torch.cat([x, torch.narrow(x, 1, 0, " +
            "2)], 1), [2, 3])\n";
        string path = Path.Combine(_folder, "model.pt");
        PickleBuilder pickle = new PickleBuilder().Raw("c__torch__\nM\n").Raw(")").Raw([0x81]).Raw("}").Text("training").Raw([0x89])
            .Raw("sb");
        File.WriteAllBytes(path, PickleBuilder.Zip(pickle.Bytes,
            ("archive/code/__torch__.py", Encoding.UTF8
                .GetBytes($"class M(Module):\n  __parameters__ = []\n  def forward(self: __torch__.M,\n    x: Tensor) -> {type}:\n{Body}    " +
                $"return {result}\n"), CompressionLevel.NoCompression),
            ("archive/constants.pkl", new PickleBuilder().Raw(")").Bytes, CompressionLevel.NoCompression)));
        using var file = EasyExplain.Import.TorchScript.TorchScriptFile.Open(path);
        var choice = new OutputChoice(path, null, classes => classes == 5, _ => { });
        var followed = file.ToNetwork(3, 8, 8, choice, _ => { });
        followed.Network.Dispose();
        Assert.Equal(output, followed.Output);
    }

    [Theory]
    [InlineData("c01_customvision.onnx")]
    [InlineData("c02_zipmap_only.onnx")]
    public void CustomVisionsDictionary_IsAClassifierWithLabels(string file)
    {
        using CamModel model = ModelImporter.Import(Repository.Data("cases/onnx-refused", file), new ModelOptions(), _ => { });
        Assert.Equal((5, EasyExplain.Networks.Activation.Softmax), (model.ClassCount, model.Activation));
        Assert.Equal(Five, model.Labels);
        using CamModel mine = ModelImporter.Import(Repository.Data("cases/onnx-refused", file),
            new ModelOptions { Labels = ["a", "b", "c", "d", "e"] }, _ => { });
        Assert.Equal("a", mine.Labels[0]);
    }

    [Fact]
    public void AnOutputThatTheFileLabels_IsTaken_BesideFeatures()
    {
        string path = Write("labelled", g =>
            g.Node("Flatten", ["g"], ["f"]).Integers("first", [3], 0, 1, 2).Node("Gather", ["f", "first"], ["z"], "", ("axis", 1L))
            .Node("ai.onnx.ml::ZipMap", ["z"], ["loss"], "", ("classlabels_int64s", new long[] { 7, 8, 9 })).Output("f").Output("loss"));
        using CamModel model = ModelImporter.Import(path, Options, _ => { });
        Assert.Equal("loss", model.Output);
        Assert.Equal(["7", "8", "9"], model.Labels);
    }

    private static ModelOptions Options => new() { InputSize = [8] };

    private string Write(string name, Func<OnnxBytes, OnnxBytes> ending)
    {
        string path = Path.Combine(_folder, name + ".onnx");
        File.WriteAllBytes(path, ending(new OnnxBytes().Input("x", -1, 3, 8, 8)
            .Weight("w", [5, 3, 1, 1], [.. Enumerable.Range(0, 15).Select(i => i / 7f)])
            .Node("Conv", ["x", "w"], ["c"], "conv").Node("GlobalAveragePool", ["c"], ["g"])).ToArray());
        return path;
    }
}
