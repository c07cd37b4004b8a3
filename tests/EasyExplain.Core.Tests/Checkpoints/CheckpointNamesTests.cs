using EasyExplain.Architectures;
using EasyExplain.Checkpoints;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using EasyExplain.Weights;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Checkpoints;

/// <summary>Names as checkpoints have them, read as an architecture's.</summary>
public class CheckpointNamesTests
{
    private const long Classes = 7;

    private static readonly WeightEntry[] ResNet18 = Entries(ArchitectureCatalog.Find("resnet18"), Classes);

    [Theory]
    [InlineData("module.")]
    [InlineData("model.")]
    [InlineData("_orig_mod.")]
    [InlineData("module.model.")]
    [InlineData("_orig_mod.module.")]
    [InlineData("net.backbone.encoder.")]
    public void WhatStandsBeforeEveryName_IsLeftOut_AndSaid(string prefix)
    {
        CheckpointFit fit = Recognize([.. Under(prefix, ResNet18), Entry("n_averaged"), Entry("criterion.weight", Classes)]);

        Assert.Equal("resnet18", fit.Architecture.Name);
        Assert.Equal(ResNet18, fit.Entries, SameEntry);
        Assert.Equal([$"'{prefix}', which the names begin with, was left out.",
            "Left out, as resnet18 does not have them: n_averaged, criterion.weight."], fit.Explanations());
    }

    public static TheoryData<string> Names => [.. ArchitectureCatalog.All.Select(architecture => architecture.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryArchitecture_IsRecognisedBehindAPrefix(string name)
    {
        WeightEntry[] entries = Entries(ArchitectureCatalog.Find(name), Classes);
        CheckpointFit fit = Recognize([.. Under("module.", entries), .. Under("ema.module.", entries), Entry("n_averaged")]);

        Assert.Equal(name, fit.Architecture.Name);
        Assert.Equal("module.", fit.Names.Prefix);
        Assert.Equal(entries, fit.Entries, SameEntry);
    }

    [Fact]
    public void AnAuxiliaryHead_CalledLikeTheLastLayer_IsNoNetworkOfItsOwn()
    {
        WeightEntry[] inception = Entries(ArchitectureCatalog.Find("inception_v3"), Classes);
        CheckpointFit fit = Recognize([Entry("AuxLogits.fc.weight", Classes, 768), Entry("AuxLogits.fc.bias", Classes), .. inception]);

        Assert.Equal(inception, fit.Entries, SameEntry);
    }

    [Fact]
    public void NamesAsTheyAre_NeedNoExplanation()
    {
        CheckpointFit fit = Recognize(ResNet18);

        Assert.Equal(ResNet18, fit.Entries, SameEntry);
        Assert.Empty(fit.Explanations());
    }

    [Fact]
    public void VggsOwnFeatures_AreNoPrefix()
    {
        WeightEntry[] vgg = Entries(ArchitectureCatalog.Find("vgg11"), Classes);

        Assert.Equal(vgg, Recognize(vgg).Entries, SameEntry);
        Assert.Equal(vgg, Recognize([.. Under("features.", vgg)]).Entries, SameEntry);
    }

    // ---- tensors beside the network

    [Fact]
    public void AnotherHead_AndALosssWeights_AreLeftOut()
    {
        CheckpointFit fit = Recognize([.. ResNet18, Entry("fc_age.weight", 3, 512), Entry("fc_age.bias", 3), Entry("loss.weight", Classes),
            Entry("scale", 1)]);

        Assert.Equal(ResNet18, fit.Entries, SameEntry);
        Assert.Equal(["Left out, as resnet18 does not have them: fc_age.weight, fc_age.bias, loss.weight, scale."], fit.Explanations());
    }

    [Theory]
    [InlineData("fc2.weight", new long[] { 3, Classes })] // reads the logits: then fc is not the last layer
    [InlineData("attention.weight", new long[] { 512, 512, 1, 1 })] // may stand in between
    [InlineData("layer1.2.conv1.weight", new long[] { 64, 64, 3, 3 })] // another depth
    [InlineData("layer1.scale", new long[] { 1 })]
    public void WhatMayChangeTheLogits_IsNotLeftOut(string name, long[] shape)
    {
        var error = Assert.Throws<ModelImportException>(() => Recognize([.. ResNet18, Entry(name, shape)]));

        Assert.Contains($"nearest is resnet18: not expected: {name}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALayerAsWideAsBothFeaturesAndClasses_MayReadTheLogits()
    {
        WeightEntry[] entries = [.. Entries(ArchitectureCatalog.Find("resnet18"), 512), Entry("fc2.weight", 3, 512)];

        Assert.Contains("not expected: fc2.weight", Assert.Throws<ModelImportException>(() => Recognize(entries)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ALayerAfterThePrefixedNetwork_IsNotLeftOut()
    {
        WeightEntry[] entries = [.. Under("backbone.", ResNet18), Entry("classifier.weight", 2, Classes), Entry("classifier.bias", 2)];

        Assert.Contains("not expected: classifier.weight", Assert.Throws<ModelImportException>(() => Recognize(entries)).Message,
            StringComparison.Ordinal);
    }

    // ---- several networks in one

    [Theory]
    [InlineData("model.", "ema_model.")]
    [InlineData("net.", "teacher.")]
    [InlineData("", "model_ema.module.")]
    [InlineData("model.", "model.ema.")]
    public void OfTwoNetworks_TheUsualOneIsTaken(string usual, string other)
    {
        CheckpointFit fit = Recognize([.. Under(other, ResNet18), .. Under(usual, ResNet18)]);

        Assert.Equal(usual, fit.Names.Prefix);
        Assert.Equal(ResNet18, fit.Entries, SameEntry);
    }

    [Fact]
    public void TwoNetworks_OfWhichNoneIsUsual_AreAQuestion()
    {
        var error = Assert.Throws<ModelImportException>(() => Recognize([.. Under("student.", ResNet18), .. Under("teacher.", ResNet18)]));

        Assert.EndsWith("resnet18 under 'student', resnet18 under 'teacher'.", error.Message, StringComparison.Ordinal);
        Assert.Equal((Remedy.NameStateDict, "student"), (error.Remedy, error.About));
    }

    // ---- a last layer that was replaced

    [Theory]
    [InlineData("resnet18", "fc", "fc.1")]
    [InlineData("vgg11", "classifier.6", "classifier.6.1")]
    [InlineData("vgg11", "classifier.6", "classifier.6.out")]
    public void TheOneLayerInASequence_IsTheLastLayer(string name, string head, string replaced)
    {
        WeightEntry[] entries = Entries(ArchitectureCatalog.Find(name), Classes);

        CheckpointFit fit = Recognize([.. Under("module.", WithHead(entries, head, replaced))]);

        Assert.Equal(name, fit.Architecture.Name);
        Assert.Equal(entries, fit.Entries, SameEntry);
        Assert.Contains($"'module.{replaced}' was taken for the last layer, '{head}'", fit.Explanations().ElementAt(1),
            StringComparison.Ordinal);
    }

    [Fact]
    public void ALayerInTheSequencesPlace_IsTheLastLayer()
    {
        Architecture small = Small("classifier.1");
        WeightEntry[] entries = Entries(small, Classes);

        CheckpointFit fit = ParameterLoading.Recognize(WithHead(entries, "classifier.1", "classifier"),
            [small, ArchitectureCatalog.Find("resnet18")], "mine.pth");

        Assert.Equal(entries, fit.Entries, SameEntry);
        Assert.StartsWith("'classifier' was taken for the last layer, 'classifier.1'", fit.Explanations().Single(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void TwoLayersInASequence_AreNotGuessedAt()
    {
        WeightEntry[] entries = [.. WithHead(ResNet18, "fc", "fc.2"), Entry("fc.0.weight", 512, 512), Entry("fc.0.bias", 512)];

        Assert.Contains("nearest is resnet18: not expected: fc.0.weight, fc.0.bias.",
            Assert.Throws<ModelImportException>(() => Recognize(entries)).Message, StringComparison.Ordinal);
    }

    // ---- what architectures say of themselves

    [Fact]
    public void OldNames_AndTensorsWithoutUse_AreTheArchitecturesOwnMatter()
    {
        Architecture small = Small("fc") with
        {
            CurrentName = name => name.Replace("norm.1.", "norm1.", StringComparison.Ordinal),
            Ignores = name => name.StartsWith("aux.", StringComparison.Ordinal),
        };
        WeightEntry[] entries = Entries(small, Classes);
        WeightEntry[] old = [.. entries
            .Select(entry => entry with { Name = entry.Name.Replace("norm1.", "norm.1.", StringComparison.Ordinal) }),
            Entry("aux.fc.weight", 1000, 4)];
        Assert.Contains(old, entry => entry.Name == "norm.1.weight");

        Assert.Equal(entries, ParameterLoading.Recognize([.. Under("module.", old)], [small], "mine.pth").Entries, SameEntry);
    }

    [Fact]
    public void AnOldAndAPresentName_OfOneTensor_IsAnError_ThatNamesIt()
    {
        Architecture small = Small("fc") with { CurrentName = name => name.Replace("norm.1.", "norm1.", StringComparison.Ordinal) };
        WeightEntry[] entries = [.. Entries(small, Classes), Entry("norm.1.weight", 4)];

        var error = Assert.Throws<ModelImportException>(() => ParameterLoading.Recognize(entries, [small], "mine.pth"));

        Assert.Contains("nearest is small: more than once, as old and present names are the same tensor's: norm1.weight.", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Architectures_OfAnotherNumberOfTensors_AreBuiltOnce()
    {
        int built = 0;
        Architecture large = ArchitectureCatalog.Find("resnet34"), counted = large with
        {
            Logits = (g, classes) =>
            {
                built++;
                return large.Logits(g, classes);
            },
        };
        for (int i = 0; i < 5; i++)
        {
            ParameterLoading.Recognize(ResNet18, [ArchitectureCatalog.Find("resnet18"), counted], "mine.pth");
        }

        Assert.Equal(1, built);
    }

    // ---- what fits nothing

    [Fact]
    public void ABackboneWithoutItsLastLayer_IsToldWhatIsMissing()
    {
        var error = Assert.Throws<ModelImportException>(() =>
            Recognize([.. Under("encoder.", ResNet18.Where(entry => !entry.Name.StartsWith("fc.", StringComparison.Ordinal)))]));

        Assert.Contains("nearest is resnet18 under 'encoder': missing: fc.weight, fc.bias.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NamesOfAnotherKind_AreShown_WithoutANearestArchitecture()
    {
        string message = Assert.Throws<ModelImportException>(() =>
            Recognize([Entry("0.weight", 64, 3, 7, 7), Entry("1.bias", 64)])).Message;

        Assert.Contains("fit no known architecture. No name is known. It holds: 0.weight, 1.bias.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void NothingAtAll_IsAnError() =>
        Assert.Contains("fit no known architecture", Assert.Throws<ModelImportException>(() => Recognize([])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void HundredThousandLastLayers_AreSixWaysToReadTheNames() =>
        Assert.Equal(6, CheckpointNames.Find([.. Enumerable.Range(0, 100_000).Select(i => Entry($"m{i}.fc.weight", 2, 2))],
            "fc.weight").Count);

    private static CheckpointFit Recognize(IReadOnlyList<WeightEntry> entries) =>
        ParameterLoading.Recognize(entries, ArchitectureCatalog.All, "mine.pth");

    private static IEnumerable<WeightEntry> Under(string prefix, IEnumerable<WeightEntry> entries) =>
        entries.Select(entry => entry with { Name = prefix + entry.Name });

    private static WeightEntry[] WithHead(IEnumerable<WeightEntry> entries, string head, string replaced) =>
    [
        .. entries.Select(entry => entry.Name.StartsWith(head + ".", StringComparison.Ordinal)
        ? entry with { Name = replaced + entry.Name[head.Length..] } : entry),
    ];

    private static bool SameEntry(WeightEntry a, WeightEntry b) => a.ToString() == b.ToString();

    /// <summary>A made-up architecture of one convolution with its norm, and a last layer of the given name.</summary>
    private static Architecture Small(string head) => new("small", head + ".weight", Architecture.Cifar, (g, classes) =>
    {
        Node x = g.BatchNorm2d("norm1", g.Conv2d("conv", g.Input, 4, kernel: 3));
        return g.Linear(head, g.Flatten(g.AdaptiveAvgPool2d("pool", x, 1)), classes);
    });

    private static WeightEntry[] Entries(Architecture architecture, long classes)
    {
        using Network network = architecture.Build(classes);
        return [.. network.Parameters.Select(parameter => Entry(parameter.Name, [.. parameter.Shape]))];
    }

    private static WeightEntry Entry(string name, params long[] shape) => new(name, ScalarType.Float32, shape);
}
