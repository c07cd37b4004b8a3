using EasyExplain.Architectures;
using EasyExplain.Checkpoints;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using EasyExplain.Weights;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Checkpoints;

public class ParameterLoadingTests
{
    public static TheoryData<string> Names => [.. ArchitectureCatalog.All.Select(architecture => architecture.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryArchitecture_IsRecognisedFromItsTensors_AndNoOther(string name)
    {
        foreach (long classes in new[] { 1000L, 7L })
        {
            Assert.Equal(name, ParameterLoading.Recognize(Entries(ArchitectureCatalog.Find(name), classes), ArchitectureCatalog.All,
                "mine.pth").Architecture.Name);
        }
    }

    [Fact]
    public void TensorsThatFitTwoArchitectures_AreAQuestion_NotAGuess()
    {
        Architecture one = ArchitectureCatalog.Find("resnet18");
        Architecture twin = one with { Name = "resnet18_dilated" };
        var error = Assert.Throws<ModelImportException>(() =>
            ParameterLoading.Recognize(Entries(one, 10), [one, twin, ArchitectureCatalog.Find("vgg11")], "mine.pth"));
        Assert.Equal(ModelFault.ArchitectureNotRecognized, error.Fault);
        Assert.Contains("resnet18, resnet18_dilated", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("vgg11", error.Message, StringComparison.Ordinal);
        Assert.Equal(Remedy.NameArchitecture, error.Remedy);
    }

    [Fact]
    public void TensorsThatFitNothing_AreNamed_WithTheNearestArchitecture()
    {
        WeightEntry[] entries = [.. Entries(ArchitectureCatalog.Find("resnet34"), 10).Where(entry => entry.Name != "layer2.3.conv1.weight"),
            Entry("extra.weight", 3)];
        var error = Assert.Throws<ModelImportException>(() => ParameterLoading.Recognize(entries, ArchitectureCatalog.All, "mine.pth"));
        Assert.Contains("mine.pth", error.Message, StringComparison.Ordinal);
        Assert.Contains("nearest is resnet34: missing: layer2.3.conv1.weight; not expected: extra.weight", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AFileWithoutTheLastLayer_SaysWhichTensorTellsTheClasses()
    {
        WeightEntry[] entries = [.. Entries(ArchitectureCatalog.Find("resnet18"), 10).Where(entry => entry.Name != "fc.weight")];
        var error = Assert.Throws<ModelImportException>(() =>
            ParameterLoading.ClassesOf(entries, ArchitectureCatalog.Find("resnet18"), "mine.pth"));
        Assert.Contains("fc.weight", error.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<WeightEntry> Entries(Architecture architecture, long classes)
    {
        using Network network = architecture.Build(classes);
        return [.. network.Parameters.Select(parameter => Entry(parameter.Name, [.. parameter.Shape]))];
    }

    private static WeightEntry Entry(string name, params long[] shape) => new(name, ScalarType.Float32, shape);
}
