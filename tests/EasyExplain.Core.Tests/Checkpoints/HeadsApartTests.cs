using System.IO.Compression;
using EasyExplain.Architectures;
using EasyExplain.Checkpoints;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using EasyExplain.Tests.Weights;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Checkpoints;

/// <summary>Checkpoints whose last layer stands beside the network: <c>backbone.*</c> with <c>head.fc.*</c> and the like.</summary>
public sealed class HeadsApartTests
{
    private const long Classes = 7;

    private static readonly WeightEntry[] ResNet18 = Entries(ArchitectureCatalog.Find("resnet18"));

    public static TheoryData<string, string, string> Names => new()
    {
        { "resnet18", "backbone.", "head.fc" }, // mmpretrain, mmcls
        { "resnet18", "backbone.", "head" },
        { "resnet18", "backbone.", "fc" },
        { "resnet18", "backbone.", "classifier" },
        { "resnet18", "backbone.", "classifier.1" },
        { "resnet18", "model.backbone.", "model.head.fc" }, // Lightning
        { "resnet18", "model.backbone.", "model.classifier" },
        { "resnet18", "net.encoder.", "net.fc" },
        { "resnet18", "module.backbone.", "module.cls_head.fc_cls" },
        { "resnet18", "net.backbone.encoder.", "net.head.fc" },
        { "resnet18", "feature_extractor.", "linear" },
        { "vgg11", "backbone.", "head" },
        { "densenet121", "backbone.", "head.fc" },
        { "mobilenet_v2", "backbone.", "classifier.1" },
        { "mobilenet_v3_small", "model.backbone.", "model.head.fc" },
        { "efficientnet_b0", "backbone.", "head.fc" },
        { "swin_t", "backbone.", "head.fc" },
        { "vit_b_16", "backbone.", "head.layers.head" },
        { "regnet_y_400mf", "backbone.", "head.fc" },
        { "convnext_tiny", "backbone.", "head.fc" },
        { "resnet20", "backbone.", "head.fc" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void TheHead_IsTheLastLayer(string name, string trunk, string head)
    {
        Architecture architecture = ArchitectureCatalog.Find(name);
        WeightEntry[] entries = Entries(architecture);
        string own = architecture.Head[..^".weight".Length];

        CheckpointFit fit = Recognize([Entry("n_averaged"), .. Apart(entries, own, trunk, head)]);

        Assert.Equal(name, fit.Architecture.Name);
        Assert.Equal(entries.OrderBy(entry => entry.Name), fit.Entries.OrderBy(entry => entry.Name), (a, b) =>
            a.ToString() == b.ToString());
        Assert.Contains($"'{trunk}', which the names before the last layer begin with, was left out.", fit.Explanations());
        Assert.Contains(fit.Explanations(), sentence =>
            sentence.StartsWith($"'{head}' was taken for the last layer, '{own}'", StringComparison.Ordinal));
    }

    [Fact]
    public void TheSequenceBeforeTheLastLayer_MayStandBesideIt()
    {
        WeightEntry[] vgg = Entries(ArchitectureCatalog.Find("vgg11"));
        CheckpointFit fit = Recognize([.. vgg
            .Select(entry => entry.Name.StartsWith("features.", StringComparison.Ordinal) ? entry with { Name = "backbone." + entry.Name }
            : entry)]);

        Assert.Equal("vgg11", fit.Architecture.Name);
    }

    /// <summary>What may lie between the network and its last layer, or after it, is not passed over.</summary>
    [Theory]
    [InlineData("neck.fc.weight", new long[] { 512, 512 })]
    [InlineData("neck.bn.weight", new long[] { 512 })]
    [InlineData("neck.p", new long[] { 1 })] // generalised-mean pooling
    [InlineData("head.0.weight", new long[] { 512, 512 })]
    [InlineData("head.scale", new long[] { 1 })]
    [InlineData("after.weight", new long[] { 3, Classes })]
    [InlineData("attention.weight", new long[] { 512, 512, 1, 1 })]
    [InlineData("backbone.layer1.2.conv1.weight", new long[] { 64, 64, 3, 3 })]
    public void WhatMayChangeTheLogits_IsNotLeftOut(string name, long[] shape) =>
        Assert.Throws<ModelImportException>(() => Recognize([.. Apart(ResNet18, "fc", "backbone.", "head.fc"), Entry(name, shape)]));

    [Fact]
    public void WhatDoesNot_IsLeftOut()
    {
        CheckpointFit fit = Recognize([.. Apart(ResNet18, "fc", "backbone.", "head.fc"), Entry("aux_head.fc.weight", 3, 512),
            Entry("aux_head.fc.bias", 3), Entry("loss.weight", Classes)]);

        Assert.Equal(Classes, fit.Entries.Single(entry => entry.Name == "fc.weight").Shape[0]);
        Assert.Equal("Left out, as resnet18 does not have them: aux_head.fc.weight, aux_head.fc.bias, loss.weight.",
            fit.Explanations().Last());
    }

    [Fact]
    public void TwoHeads_AreAQuestion()
    {
        string message = Assert.Throws<ModelImportException>(() => Recognize(
            [.. Apart(ResNet18, "fc", "backbone.", "head_color"), Entry("head_make.weight", 3, 512), Entry("head_make.bias", 3)])).Message;

        Assert.Contains("resnet18 with 'head_color' as its last layer, resnet18 with 'head_make' as its last layer", message,
            StringComparison.Ordinal);
        Assert.Contains("Save the network with one of them.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AStudentAndATeacher_AreAQuestion_AndAnAverageIsNot()
    {
        WeightEntry[] apart = Apart(ResNet18, "fc", "backbone.", "head.fc");

        var error = Assert.Throws<ModelImportException>(() => Recognize([.. Under("student.", apart), .. Under("teacher.", apart)]));
        Assert.Equal((Remedy.NameStateDict, "student"), (error.Remedy, error.About));
        Assert.Equal("model.", Recognize([.. Under("ema_model.", apart), .. Under("model.", apart)]).Names.Prefix);
    }

    [Fact]
    public void AnArchitectureThatIsAskedFor_IsReadInTheSameWay() => Assert.True(
        ParameterLoading.ReadAs(ArchitectureCatalog.Find("resnet18"), Apart(ResNet18, "fc", "model.backbone.", "model.head.fc"),
            "mine.pth").IsExact);

    [Fact]
    public void OtherNamesInside_AreToldAsTheyAre()
    {
        string message = Assert.Throws<ModelImportException>(() => Recognize(
            [.. Apart(ResNet18, "fc", "backbone.", "head.fc").Where(entry => entry.Name != "backbone.layer2.0.conv1.weight")])).Message;

        Assert.Contains("The nearest is resnet18 with 'head.fc' as its last layer: missing: layer2.0.conv1.weight.", message,
            StringComparison.Ordinal);
    }

    /// <summary>The bundled model as mmpretrain would save it is the bundled model.</summary>
    [Fact]
    public void AFile_IsTheSameModel()
    {
        using var folder = new TemporaryFolder();
        AssertBundled(Write(folder));
    }

    /// <summary>A report's.</summary>
    [SharedFact("cases/checkpoints/backbone_head_fc.pth")]
    public void TheReportedFile_IsTheSameModel() => AssertBundled(Repository.Shared("cases/checkpoints/backbone_head_fc.pth"));

    private static void AssertBundled(string path)
    {
        using CamModel expected = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });
        using CamModel model = ModelImporter.Import(path, new ModelOptions(), _ => { });

        Assert.Equal("resnet20", model.Architecture);
        Assert.Equal(10, model.ClassCount);
        foreach ((Parameter a, Parameter b) in expected.Network.Parameters.Zip(model.Network.Parameters))
        {
            Assert.Equal(a.Name, b.Name);
            Assert.True(a.Value.equal(b.Value).all().item<bool>(), a.Name);
        }
    }

    private static string Write(TemporaryFolder folder)
    {
        using DisposeScope scope = NewDisposeScope();
        using WeightFile bundled = WeightFile.Open(ModelImporter.BundledPath);
        var members = new List<(string, byte[], CompressionLevel)>();
        PickleBuilder pickle = new PickleBuilder().Raw("}").Text("state_dict").Raw("}");
        foreach (WeightEntry entry in Apart(bundled.Entries, "fc", "backbone.", "head.fc"))
        {
            Tensor values = bundled.Read(entry);
            pickle.Text(entry.Name).Tensor([.. entry.Shape], TensorLayout.ContiguousStrides([.. entry.Shape]), 0, values.NumberOfElements,
                $"{members.Count}",
                entry.Type == ScalarType.Int64 ? "torch\nLongStorage\n" : "torch\nHalfStorage\n").Raw("s");
            members.Add(($"archive/data/{members.Count}", values.bytes.ToArray(), CompressionLevel.NoCompression));
        }
        return folder.Write("mine.pth", PickleBuilder.Zip(pickle.Raw("s").Bytes, [.. members]));
    }

    private static WeightEntry[] Apart(IEnumerable<WeightEntry> entries, string own, string trunk, string head) =>
        [.. entries.Select(entry => entry with { Name = entry.Name.StartsWith(own + ".", StringComparison.Ordinal)
            ? head + entry.Name[own.Length..] : trunk + entry.Name })];

    private static IEnumerable<WeightEntry> Under(string prefix, IEnumerable<WeightEntry> entries) =>
        entries.Select(entry => entry with { Name = prefix + entry.Name });

    private static CheckpointFit Recognize(IReadOnlyList<WeightEntry> entries) =>
        ParameterLoading.Recognize(entries, ArchitectureCatalog.All, "mine.pth");

    private static WeightEntry[] Entries(Architecture architecture)
    {
        using Network network = architecture.Build(Classes);
        return [.. network.Parameters.Select(parameter => Entry(parameter.Name, [.. parameter.Shape]))];
    }

    private static WeightEntry Entry(string name, params long[] shape) => new(name, ScalarType.Float32, shape);
}
