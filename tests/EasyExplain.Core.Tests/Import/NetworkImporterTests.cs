using System.Security.Cryptography;
using System.Text.Json;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Runtime;
using EasyExplain.Weights;

namespace EasyExplain.Tests.Import;

/// <summary>Whole models, as a user imports them: with what lies beside them.</summary>
public sealed class NetworkImporterTests : IDisposable
{
    private const string Person = "models/vww_mobilenet_v1_025/";

    private readonly string _folder =
        Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"easyexplain [{Guid.NewGuid():N}]")).FullName;
    private readonly List<string> _said = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("model_traced.pt")]
    [InlineData("model_scripted.pt")]
    [InlineData("model.onnx")]
    public void FromTheJpegFiles_ProbabilitiesAreThoseOfPyTorch(string file) =>
        Assert.Equal(5, PhotosThatAgree(file, Directory.GetFiles(Path.GetDirectoryName(Repository.Photo("cat.jpg"))!, "*.jpg")));

    [SharedFact(Person + "golden.json")]
    public void FromAllJpegFiles_ProbabilitiesAreThoseOfPyTorch() =>
        Assert.Equal(15, PhotosThatAgree("model_traced.pt", Directory.GetFiles(Repository.Shared("images"), "*.jpg")));

    [Theory]
    [InlineData("""{ "input_size": 64 }""", 64, 64, ResizeMode.Stretch, 73, Interpolation.Bilinear)]
    [InlineData("""{ "input_size": [3, 64, 96], "resize": "centercrop" }""", 64, 96, ResizeMode.CenterCrop, 73, Interpolation.Bilinear)]
    [InlineData("""{ "input_size": [3, 64, 64], "crop_pct": 0.8, "interpolation": "bicubic", "num_classes": 2 }""", 64, 64, ResizeMode.CenterCrop, 80, Interpolation.Bicubic)]
    public void PreprocessJson_SaysHowPicturesAreMade(string json, int height, int width, ResizeMode mode, int resize,
        Interpolation interpolation)
    {
        string path = Beside("model.onnx", ("preprocess.json", json));
        using CamModel model = ModelImporter.Import(path, new ModelOptions { ResizeMode = null }, _said.Add);
        Assert.Equal([height, width], model.InputSize);
        Assert.Equal((mode, resize, interpolation), (model.ResizeMode, model.ResizeSize, model.Interpolation));
        Assert.Contains(_said, sentence => sentence.Contains(Path.Combine(_folder, "preprocess.json"), StringComparison.Ordinal));
        Assert.True(!json.Contains("num_classes", StringComparison.Ordinal)
            || _said.Exists(sentence => sentence.Contains("num_classes", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("""{ "crop_pct": 0.75 }""", 128)]
    [InlineData("""{ "crop_pct": 0.95, "input_size": [3, 64, 64] }""", 67)] // floor of 67.4, as timm has it
    [InlineData("""{ "crop_pct": 0.75, "resize_size": 100, "resize": "centercrop" }""", 100)]
    public void TimmsCrop_IsAShareOfTheInput_WhoeverSaysItsSize(string json, int resize)
    {
        using CamModel model = ModelImporter.Import(Beside("model.onnx", ("preprocess.json", json)), new ModelOptions(), _said.Add);
        Assert.Equal((ResizeMode.CenterCrop, resize), (model.ResizeMode, model.ResizeSize));
    }

    [Theory]
    [InlineData("""{ "input_size": 0 }""", "input_size", "0", "between 1 and 2048")]
    [InlineData("""{ "input_size": 95.5 }""", "input_size", "95.5", "2 whole numbers")]
    [InlineData("""{ "input_size": [1, 96, 96] }""", "input_size", "1,96,96", "or 3, height and width")]
    [InlineData("""{ "input_size": [] }""", "input_size", "", "2 whole numbers")]
    [InlineData("""{ "input_size": 4096 }""", "input_size", "4096", "2048")]
    [InlineData("""{ "std": [0, 1, 1] }""", "std", "0,1,1", "3 numbers")]
    [InlineData("""{ "mean": [0.5, 0.5] }""", "mean", "0.5,0.5", "3 numbers")]
    [InlineData("""{ "resize": "centercrop", "resize_size": 95 }""", "resize_size", "95", "between 96 and 2048")]
    [InlineData("""{ "crop_pct": 0 }""", "crop_pct", "0", "over 0, at most 1")]
    [InlineData("""{ "crop_pct": 1e-9 }""", "crop_pct", "1e-9", "2048")]
    [InlineData("""{ "interpolation": "random" }""", "interpolation", "random", "bilinear, bicubic, nearest, lanczos or linear")]
    public void WhatIsImpossible_IsNamed_WithFileAndKeyAndWhatWouldBeRight(string json, string key, string value, string right)
    {
        string path = Beside("model.onnx", ("preprocess.json", json));
        var error = Assert.Throws<ModelImportException>(() => ModelImporter.Import(path, new ModelOptions(), _said.Add));
        Assert.Equal(ModelFault.InvalidOption, error.Fault);
        Assert.Contains(Path.Combine(_folder, "preprocess.json"), error.Message, StringComparison.Ordinal);
        Assert.Contains($"{key} = '{value}", error.Message, StringComparison.Ordinal);
        Assert.Contains(right, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatIsTooLarge_IsNotRead()
    {
        string large = new(' ', (1 << 20) + 1);
        string path = Beside("model.onnx", ("labels.txt", large));
        using (CamModel model = ModelImporter.Import(path, new ModelOptions(), _said.Add))
        {
            Assert.Empty(model.Labels);
            Assert.Contains(_said, sentence =>
                sentence.Contains("labels.txt", StringComparison.Ordinal) && sentence.Contains("1048577", StringComparison.Ordinal));
        }
        File.WriteAllText(Path.Combine(_folder, "preprocess.json"), large);
        Assert.Contains("1048577", Assert.Throws<ModelImportException>(() =>
            ModelImporter.Import(path, new ModelOptions(), _said.Add)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SafetensorsWhoseHeaderIsAsLongAsOnnxBegins_AreWeights()
    {
        byte[] file = File.ReadAllBytes(ModelImporter.BundledPath);
        int header = (int)BitConverter.ToInt64(file);
        const int Padded = 0x120708; // 08 07 12: the version and the producer of an ONNX file
        string path = Path.Combine(_folder, "padded.bin");
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)Padded), .. file.AsSpan(8, header),
            .. Enumerable.Repeat((byte)' ', Padded - header), .. file.AsSpan(8 + header)]);
        using CamModel model = ModelImporter.Import(path, new ModelOptions(), _ => { });
        Assert.Equal("resnet20", model.Architecture);
    }

    [Fact]
    public void ContentTells_WhatTheNameDoesNot()
    {
        foreach (var (model, architecture) in new[] { ("model.onnx", "ONNX"), ("model_scripted.pt", "VWWMobileNetV1") })
        {
            string path = Path.Combine(_folder, "weights.pth");
            File.Copy(Repository.Data("vww", model), path, overwrite: true);
            using CamModel imported = ModelImporter.Import(path, new ModelOptions { InputSize = [96] }, _ => { });
            Assert.Equal(architecture, imported.Architecture);
        }
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
        using (CamModel model = ModelImporter.Import(Beside("model.onnx", ("labels.txt", "nobody\nsomebody\n\n")), new ModelOptions(),
            _said.Add))
        {
            Assert.Equal(["nobody", "somebody"], model.Labels);
        }
        using (CamModel model = ModelImporter.Import(Beside("model.onnx", ("labels.txt", "a\nb\nc")), new ModelOptions(), _said.Add))
        {
            Assert.Empty(model.Labels);
            Assert.Contains(_said, sentence => sentence.Contains("3 labels", StringComparison.Ordinal));
        }
        using (CamModel model = ModelImporter.Import(Beside("model.onnx", ("labels.txt", "a\nb")), new ModelOptions { Labels = ["x", "y"] },
            _said.Add))
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
        using (CamModel own = ModelImporter.Import(path, new ModelOptions(), _said.Add))
        {
            Assert.Equal(0.4914, own.Mean[0]); // its metadata
            Assert.Contains(_said, sentence => sentence.Contains("preprocess.json' is not used", StringComparison.Ordinal));
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
    [InlineData("Weights")]
    public void OptionsForWeights_AreRefused(string option)
    {
        var options = new ModelOptions
        {
            Architecture = option == "Architecture" ? "resnet18" : null,
            StateDictKey = option == "StateDictKey" ? "model" : null,
            Weights = option == "Weights" ? NamedWeights.Find("resnet18", "Default") : null,
        };
        var error = Assert.Throws<ModelImportException>(() => ModelImporter.Import(Beside("model_scripted.pt"), options, _ => { }));
        Assert.Equal((Remedy.LeaveOut, option), (error.Remedy, error.About));
    }

    [Fact]
    public void ASizeThatItDoesNotTake_IsNamed_WithWhatWouldHelp()
    {
        string path = Path.Combine(_folder, "vit.pt");
        File.Copy(Repository.Data("torchscript", "vit_scripted.pt"), path);
        var error = Assert.Throws<WeightFileException>(() => ModelImporter.Import(path, new ModelOptions(), _ => { }));
        Assert.Contains("224×224", error.Message, StringComparison.Ordinal);
        Assert.Equal(Remedy.GiveInputSize, error.Remedy);
        using CamModel model = ModelImporter.Import(path, new ModelOptions { InputSize = [16] }, _ => { });
        Assert.Equal(5, model.ClassCount);
    }

    /// <summary>How many of the photos have golden values, which are found by the files' bytes; all that have them must agree.</summary>
    private int PhotosThatAgree(string file, string[] photos)
    {
        Dictionary<string, JsonElement> goldens = JsonDocument.Parse(File.ReadAllBytes(Repository.Data("vww", "golden.json"))).RootElement
            .GetProperty("images")
            .EnumerateObject().ToDictionary(photo => photo.Value.GetProperty("file_sha256").GetString()!, photo =>
            photo.Value.GetProperty("softmax"));
        using CamModel model = ModelImporter.Import(Repository.Data("vww", file), new ModelOptions(), _said.Add);
        Assert.Equal(["non_person", "person"], model.Labels);
        var explainer = new Explainer(model, LayerSelection.Select(model, ["blocks.6"]), [MethodCatalog.Find("GradCAM")],
            ClassChoice.Top(2), new MethodSettings(1, 0.1, 7, 16));
        int agreed = 0;
        foreach (string photo in photos)
        {
            if (goldens.TryGetValue(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(photo))), out JsonElement right))
            {
                Assert.All(explainer.Explain(ImageDecoder.Decode(photo), null), explanation =>
                    Assert.Equal(right[explanation.Class].GetSingle(), explanation.Probability, 0.02));
                agreed++;
            }
        }
        return agreed;
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
