using EasyExplain.Architectures;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Models;

[Collection(Alone.Name)] // it counts all tensors alive
public sealed class ModelImporterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("easyexplain [1] ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Int8_IsForTheCpu()
    {
        var error = Assert.Throws<ModelImportException>(() => ModelImporter.DemandPrecision(Precision.Int8, "cuda"));
        Assert.Equal(ModelFault.InvalidOption, error.Fault);
        Assert.StartsWith("Int8 cannot be had here", error.Message, StringComparison.Ordinal);
        Assert.Equal((Remedy.LeaveOutValue, "Precision"), (error.Remedy, error.About));
        ModelImporter.DemandPrecision(Precision.Int8, "cpu");
        ModelImporter.DemandPrecision(Precision.Float32, "cuda");
    }

    [Fact]
    public void TheBundledModel_KnowsEverythingAboutItself()
    {
        using CamModel model = Import(ModelImporter.BundledPath);
        Assert.Equal("resnet20", model.Architecture);
        Assert.Equal(10, model.ClassCount);
        Assert.Equal(["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"], model.Labels);
        Assert.Equal([32, 32], model.InputSize);
        Assert.Equal([0.4914, 0.4822, 0.4465], model.Mean);
        Assert.Equal([0.247, 0.2435, 0.2616], model.Std);
        Assert.Equal(ResizeMode.Stretch, model.ResizeMode);
        Assert.Equal(272_474, model.ParameterCount); // as its training log says
        Assert.Equal("layer3", model.DefaultLayer);
    }

    [Fact]
    public void WhatTheUserSays_GoesBeforeWhatTheFileSays()
    {
        var options = new ModelOptions
        {
            InputSize = [48, 40],
            Mean = [0.5, 0.5, 0.5],
            Std = [1, 1, 1],
            ResizeMode = ResizeMode.CenterCrop,
            Labels = [.. "abcdefghij".Select(letter => $"{letter}")]
        };
        using CamModel model = Import(ModelImporter.BundledPath, options);
        Assert.Equal([48, 40], model.InputSize);
        Assert.Equal([0.5, 0.5, 0.5], model.Mean);
        Assert.Equal(ResizeMode.CenterCrop, model.ResizeMode);
        Assert.Equal("c", model.LabelOf(2));
    }

    [Fact]
    public void AUsersOwnFile_OfSevenClasses_IsRecognised()
    {
        string path = Write("resnet18", 7);
        var said = new List<string>();
        using CamModel model = ModelImporter.Import(path, new ModelOptions(), said.Add);
        Assert.Equal("resnet18", model.Architecture);
        Assert.Equal(7, model.ClassCount);
        Assert.Empty(model.Labels);
        Assert.Equal("4", model.LabelOf(4));
        Assert.Equal("layer4", model.DefaultLayer);
        Assert.Contains(said, sentence => sentence.Contains("Recognised as 'resnet18'", StringComparison.Ordinal));
    }

    [Fact]
    public void AFileUnderTorchvisionsName_HasItsPreprocessing_AndImageNetsLabels()
    {
        string path = Write("resnet18", 1000, "resnet18-f37072fd.pth");
        var said = new List<string>();
        using CamModel model = ModelImporter.Import(path, new ModelOptions(), said.Add);
        Assert.Equal((256, Interpolation.Bilinear), (model.ResizeSize, model.Interpolation));
        Assert.Equal("tabby", model.LabelOf(281));
        Assert.Contains(said, sentence => sentence.Contains("ResNet18_Weights.IMAGENET1K_V1", StringComparison.Ordinal));
        Assert.Contains(said, sentence => sentence.Contains("ImageNet's labels", StringComparison.Ordinal));

        string[] others = [.. Enumerable.Range(0, 1000).Select(number => $"thing {number}")];
        using CamModel own = Import(path, new ModelOptions { Labels = others });
        Assert.Equal("thing 281", own.LabelOf(281));
    }

    [Fact]
    public void WeightsThatAreNamed_BringTheirPreprocessing_AndTheUserHasTheLastWord()
    {
        string path = Write("resnet18", 7);
        NamedWeights weights = NamedWeights.Find("resnet18", NamedWeights.Default);
        using CamModel named = Import(path, new ModelOptions { Weights = weights, ResizeMode = ResizeMode.CenterCrop });
        Assert.Equal(256, named.ResizeSize);
        using CamModel changed = Import(path,
            new ModelOptions { Weights = weights, ResizeSize = 250, Interpolation = Interpolation.Bicubic });
        Assert.Equal((250, Interpolation.Bicubic), (changed.ResizeSize, changed.Interpolation));
        using CamModel larger = Import(path, new ModelOptions { Weights = weights, InputSize = [336] });
        Assert.Equal(384, larger.ResizeSize); // 336 / 0.875
        var error = Assert.Throws<ModelImportException>(() => Import(path, new ModelOptions { Weights = weights, ResizeSize = 200 }));
        Assert.Contains("224", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatAFileSaysOfItself_ComesBack()
    {
        var stated = new Preprocessing(48, 64, [0.1, 0.2, 0.3], [0.4, 0.5, 0.6], ResizeMode.CenterCrop)
        {
            ResizeSize = 51,
            Interpolation = Interpolation.Bicubic
        };
        string path = Rewrite(FileMetadata.Describe("resnet20", [.. "abcdefghij".Select(letter => $"{letter}")], stated));
        using CamModel model = Import(path);
        Assert.Equal((48, 64, 51, Interpolation.Bicubic), (model.InputSize[0], model.InputSize[1], model.ResizeSize, model.Interpolation));
        Assert.Equal(stated.Mean, model.Mean);
        Assert.Equal(stated.Std, model.Std);
        Assert.Equal(ResizeMode.CenterCrop, model.ResizeMode);
        Assert.Equal("c", model.LabelOf(2));
    }

    [Fact]
    public void Labels_ThatAreTooFew_AreRefused_WithBothCounts()
    {
        var error = Assert.Throws<ModelImportException>(() =>
            Import(ModelImporter.BundledPath, new ModelOptions { Labels = ["cat", "dog"] }));
        Assert.Contains("2 labels", error.Message, StringComparison.Ordinal);
        Assert.Contains("10 classes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AWrongArchitecture_ListsWhatDoesNotFit()
    {
        var error = Assert.Throws<ModelImportException>(() =>
            Import(ModelImporter.BundledPath, new ModelOptions { Architecture = "resnet18" }));
        Assert.Equal(ModelFault.WeightsDoNotFit, error.Fault);
        Assert.Contains("missing: layer4.0.conv1.weight", error.Message, StringComparison.Ordinal);
        Assert.Contains("not expected: layer1.2.conv1.weight", error.Message, StringComparison.Ordinal);
        Assert.Contains("conv1.weight is [16, 3, 3, 3], not [64, 3, 7, 7]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMisspeltArchitecture_NamesNearOnes()
    {
        var error = Assert.Throws<ModelImportException>(() =>
            Import(ModelImporter.BundledPath, new ModelOptions { Architecture = "resnet19" }));
        Assert.Equal(ModelFault.UnknownArchitecture, error.Fault);
        Assert.Contains("resnet18", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:99")]
    public void ADeviceThatIsNotThere_IsAnError(string device)
    {
        var error = Assert.Throws<DeviceException>(() => Import(ModelImporter.BundledPath, new ModelOptions { Device = device }));
        Assert.Contains($"'{device}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnInputTooSmall_IsAnError_ThatNamesTheUsualSize()
    {
        string path = Write("vgg11", 2);
        var error = Assert.Throws<ModelImportException>(() => Import(path, new ModelOptions { InputSize = [16, 16] }));
        Assert.Contains("16×16", error.Message, StringComparison.Ordinal);
        Assert.Contains("224×224", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("std", "0,1,1")]
    [InlineData("mean", "0.5,0.5")]
    [InlineData("mean", "NaN,0,0")]
    [InlineData("input_size", "0,32")]
    [InlineData("input_size", "100000,100000")]
    [InlineData("resize", "squash")]
    [InlineData("resize_size", "31")]
    [InlineData("resize_size", "big")]
    [InlineData("interpolation", "hamming")]
    [InlineData("architecture", "resnet1000")]
    public void MetadataThatLies_IsAnError_ThatNamesTheFile(string key, string value)
    {
        string path = Rewrite(new Dictionary<string, string> { [key] = value });
        var error = Assert.Throws<ModelImportException>(() => Import(path));
        Assert.Contains(key == "architecture" ? value : path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADisposedModel_SaysSo()
    {
        CamModel model = Import(ModelImporter.BundledPath);
        model.Dispose();
        Assert.True(model.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => model.Optimized(new HashSet<string>()));
    }

    [Fact]
    public void ImportingAndDisposing_LeavesNoTensors()
    {
        Import(ModelImporter.BundledPath).Dispose();
        long before = Alone.TensorsAlive();
        for (int i = 0; i < 20; i++)
        {
            using CamModel model = Import(ModelImporter.BundledPath);
            model.Optimized(new HashSet<string> { "layer1" });
        }
        Assert.Equal(before, Tensor.TotalCount);
    }

    private static CamModel Import(string path, ModelOptions? options = null) =>
        ModelImporter.Import(path, options ?? new ModelOptions(), _ => { });

    /// <summary>The bundled model's file with other metadata.</summary>
    private string Rewrite(IReadOnlyDictionary<string, string> changes)
    {
        string path = Path.Combine(_folder, "other.safetensors");
        using WeightFile bundled = WeightFile.Open(ModelImporter.BundledPath);
        using DisposeScope scope = NewDisposeScope();
        var metadata = new Dictionary<string, string>(bundled.Metadata);
        foreach ((string key, string value) in changes)
            metadata[key] = value;
        SafetensorsWriter.Write(path, [.. bundled.Entries.Select(entry => KeyValuePair.Create(entry.Name, bundled.Read(entry)))], metadata);
        return path;
    }

    private string Write(string architecture, long classes, string name = "mine [2].safetensors")
    {
        NativeLibraries.LoadTorch();
        using DisposeScope scope = NewDisposeScope();
        using Network network = ArchitectureCatalog.Find(architecture).Build(classes);
        string path = Path.Combine(_folder, name);
        SafetensorsWriter.Write(path, [.. network.Parameters
            .Select(parameter => KeyValuePair.Create(parameter.Name, zeros([.. parameter.Shape], dtype: float16)))]);
        return path;
    }
}
