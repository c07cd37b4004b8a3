using System.Text.Json;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Weights;

namespace EasyExplain.Tests.Models;

/// <summary>Whole models, as a user imports them: with what lies beside them.</summary>
public sealed class NetworkImporterTests : IDisposable
{
    private const string Person = "models/vww_mobilenet_v1_025/";

    private readonly string _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"easyexplain [{Guid.NewGuid():N}]")).FullName;
    private readonly List<string> _said = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SharedFact(Person + "golden.json")]
    public void FromTheJpegFiles_ProbabilitiesAreThoseOfPyTorch()
    {
        JsonElement photos = JsonDocument.Parse(File.ReadAllBytes(Repository.Shared(Person + "golden.json"))).RootElement.GetProperty("images");
        foreach (string file in new[] { "model_traced.pt", "model_scripted.pt", "model.onnx" })
        {
            using CamModel model = ModelImporter.Import(Repository.Shared(Person + file), new ModelOptions(), _said.Add);
            Assert.Equal(["non_person", "person"], model.Labels);
            var explainer = new Explainer(model, LayerSelection.Select(model, ["blocks.6"]), [Catalog.Find("GradCAM")], ClassChoice.Top(2), new Noise(1, 0.1, 7, 16));
            foreach (JsonProperty photo in photos.EnumerateObject())
            {
                float[] right = [.. photo.Value.GetProperty("softmax").EnumerateArray().Select(value => value.GetSingle())];
                foreach (CamExplanation explanation in explainer.Explain(ImageDecoder.Decode(Repository.Shared("images/" + photo.Name)), null))
                {
                    Assert.Equal(right[explanation.Class], explanation.Probability, 0.02);
                }
            }
        }
    }

    [Theory]
    [InlineData("""{ "input_size": 64 }""", 64, 64, ResizeMode.Stretch, 73, Interpolation.Bilinear)]
    [InlineData("""{ "input_size": [3, 64, 96], "resize": "centercrop" }""", 64, 96, ResizeMode.CenterCrop, 73, Interpolation.Bilinear)]
    [InlineData("""{ "input_size": [3, 64, 64], "crop_pct": 0.8, "interpolation": "bicubic", "num_classes": 2 }""", 64, 64, ResizeMode.CenterCrop, 80, Interpolation.Bicubic)]
    public void PreprocessJson_SaysHowPicturesAreMade(string json, int height, int width, ResizeMode mode, int resize, Interpolation interpolation)
    {
        string path = Beside("model.onnx", ("preprocess.json", json));
        using CamModel model = ModelImporter.Import(path, new ModelOptions { ResizeMode = null }, _said.Add);
        Assert.Equal([height, width], model.InputSize);
        Assert.Equal((mode, resize, interpolation), (model.ResizeMode, model.ResizeSize, model.Interpolation));
        Assert.Contains(_said, sentence => sentence.Contains(Path.Combine(_folder, "preprocess.json"), StringComparison.Ordinal));
        Assert.True(!json.Contains("num_classes", StringComparison.Ordinal) || _said.Exists(sentence => sentence.Contains("num_classes", StringComparison.Ordinal)));
    }

    [Fact]
    public void WithoutIt_TheDeclaredSizeAndImageNetsColoursAreTaken_AndParametersHaveTheLastWord()
    {
        string path = Beside("model.onnx");
        using CamModel model = ModelImporter.Import(path, new ModelOptions { Std = [1, 1, 1] }, _said.Add);
        Assert.Equal([96, 96], model.InputSize);
        Assert.Equal([0.485, 0.456, 0.406], model.Mean);
        Assert.Equal([1.0, 1.0, 1.0], model.Std);
        Assert.Contains(_said, sentence => sentence.Contains("There is no", StringComparison.Ordinal));
        using CamModel script = ModelImporter.Import(Beside("model_traced.pt"), new ModelOptions(), _ => { });
        Assert.Equal([224, 224], script.InputSize);
        Assert.Equal("VWWMobileNetV1", script.Architecture);
    }

    [Fact]
    public void LabelsBesideIt_AreUsed_IfThereAreAsManyAsClasses()
    {
        using (CamModel model = ModelImporter.Import(Beside("model.onnx", ("labels.txt", "nobody\nsomebody\n\n")), new ModelOptions(), _said.Add))
        {
            Assert.Equal(["nobody", "somebody"], model.Labels);
        }
        using (CamModel model = ModelImporter.Import(Beside("model.onnx", ("labels.txt", "a\nb\nc")), new ModelOptions(), _said.Add))
        {
            Assert.Empty(model.Labels);
            Assert.Contains(_said, sentence => sentence.Contains("3 labels", StringComparison.Ordinal));
        }
        using (CamModel model = ModelImporter.Import(Beside("model.onnx", ("labels.txt", "a\nb")), new ModelOptions { Labels = ["x", "y"] }, _said.Add))
        {
            Assert.Equal(["x", "y"], model.Labels);
        }
    }

    [Fact]
    public void AWeightFile_TakesItToo_UnlessItSpeaksForItself()
    {
        string path = Path.Combine(_folder, "mine.safetensors");
        File.Copy(ModelImporter.BundledPath, path);
        File.WriteAllText(Path.Combine(_folder, "preprocess.json"), """{ "mean": [0.1, 0.2, 0.3] }""");
        using (CamModel own = ModelImporter.Import(path, new ModelOptions(), _ => { }))
        {
            Assert.Equal(0.4914, own.Mean[0]); // its metadata
        }
        using (WeightFile bundled = WeightFile.Open(ModelImporter.BundledPath))
        {
            SafetensorsWriter.Write(path, bundled.Entries.Select(entry => KeyValuePair.Create(entry.Name, bundled.Read(entry))));
        }
        using CamModel silent = ModelImporter.Import(path, new ModelOptions(), _ => { });
        Assert.Equal([0.1, 0.2, 0.3], silent.Mean);
    }

    [Theory]
    [InlineData("Architecture")]
    [InlineData("StateDictKey")]
    public void OptionsForWeights_AreRefused(string option)
    {
        var options = new ModelOptions { Architecture = option == "Architecture" ? "resnet18" : null, StateDictKey = option == "StateDictKey" ? "model" : null };
        var error = Assert.Throws<ModelImportException>(() => ModelImporter.Import(Beside("model_scripted.pt"), options, _ => { }));
        Assert.Contains("-" + option, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ASizeThatItDoesNotTake_IsNamed_WithWhatWouldHelp()
    {
        string path = Path.Combine(_folder, "vit.pt");
        File.Copy(Repository.Data("torchscript", "vit_scripted.pt"), path);
        var error = Assert.Throws<WeightFileException>(() => ModelImporter.Import(path, new ModelOptions(), _ => { }));
        Assert.Contains("224×224", error.Message, StringComparison.Ordinal);
        Assert.Contains("-InputSize", error.Message, StringComparison.Ordinal);
        using CamModel model = ModelImporter.Import(path, new ModelOptions { InputSize = [16] }, _ => { });
        Assert.Equal(5, model.ClassCount);
    }

    private string Beside(string model, params (string Name, string Text)[] files)
    {
        foreach (var (name, text) in files)
        {
            File.WriteAllText(Path.Combine(_folder, name), text);
        }
        string path = Path.Combine(_folder, model);
        File.Copy(Repository.Data("vww", model), path, overwrite: true);
        return path;
    }
}
