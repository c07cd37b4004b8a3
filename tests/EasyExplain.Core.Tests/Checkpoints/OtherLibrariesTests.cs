using EasyExplain.Architectures;
using EasyExplain.Checkpoints;
using EasyExplain.Models;
using EasyExplain.Runtime;
using EasyExplain.Tests.Models.Folders;
using EasyExplain.Weights;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Checkpoints;

/// <summary>Tensors under timm's names, as users' training saves them: read where the architecture is named.</summary>
public class OtherLibrariesTests
{
    private const int Classes = 3;

    private static readonly WeightEntry[] Lite = Entries("timm/efficientnet_lite0.ra_in1k", "classifier");

    [Theory]
    [InlineData("", "classifier")]
    [InlineData("module.", "classifier")]
    [InlineData("model.", "classifier.1")] // a dropout stands before the new layer
    public void APrefixAndANewLastLayer_AreSeenThrough(string prefix, string head)
    {
        WeightEntry[] entries = [.. Lite.Select(entry => entry with { Name = prefix + Moved(entry.Name, "classifier", head) })];

        CheckpointFit fit = ParameterLoading.ReadAs(ArchitectureCatalog.Named("efficientnet_lite0"), entries, "mine.pth");

        Assert.True(fit.IsExact, fit.Difference.ToString());
        Assert.Equal(Classes, ParameterLoading.ClassesOf(fit.Entries, fit.Architecture, "mine.pth"));
        Assert.Equal((prefix.Length > 0 ? 1 : 0) + (head != "classifier" ? 1 : 0), fit.Explanations().Count());
    }

    [Fact]
    public void ALastLayerBesideTheNetwork_IsFound()
    {
        WeightEntry[] entries = [.. Lite.Select(entry => entry with
        {
            Name = "model." + (entry.Name.StartsWith("classifier.", StringComparison.Ordinal) ? Moved(entry.Name, "classifier", "head.fc")
                : "backbone." + entry.Name),
        })];
        Assert.True(ParameterLoading.ReadAs(ArchitectureCatalog.Named("efficientnet_lite0"), entries, "mine.pth").IsExact);
    }

    /// <summary>Both libraries have an efficientnet_b0, and each its own names.</summary>
    [Fact]
    public void OfTwoNetworksOfOneName_TheOneThatFitsIsTaken()
    {
        IReadOnlyList<Architecture> named = ArchitectureCatalog.Named("efficientnet_b0");
        using EasyExplain.Networks.Network network = named[0].Build(Classes);
        WeightEntry[] own = [.. network.Parameters.Select(one => new WeightEntry(one.Name, ScalarType.Float32, [.. one.Shape]))];

        Assert.Same(named[0], Read(own).Architecture);
        Assert.Same(named[1], Read(Entries("timm/efficientnet_b0.ra_in1k", "classifier")).Architecture);

        CheckpointFit Read(WeightEntry[] entries)
        {
            CheckpointFit fit = ParameterLoading.ReadAs(named, entries, "mine.pth");
            Assert.True(fit.IsExact);
            return fit;
        }
    }

    [Fact]
    public void FromTensorsAlone_OtherLibrariesNetworksAreNotGuessed_AndTheErrorSaysSo()
    {
        var error = Assert.Throws<ModelImportException>(() => ParameterLoading.Recognize(Lite, ArchitectureCatalog.All, "mine.pth"));
        Assert.Equal(Remedy.LookUpArchitecture, error.Remedy);
        Assert.EndsWith("those of timm and transformers are where their architecture is named.", error.Message);
    }

    /// <summary>
    /// timm has a fully connected layer as a convolution over all places; the same numbers in another order are no such thing.
    /// </summary>
    [Theory]
    [InlineData("classifier.6.weight", new long[] { 5, 4096, 1, 1 }, true)]
    [InlineData("classifier.0.weight", new long[] { 4096, 512, 7, 7 }, true)]
    [InlineData("classifier.0.weight", new long[] { 512, 7, 7, 4096 }, false)]
    [InlineData("classifier.3.weight", new long[] { 1, 4096, 4096 }, true)]
    [InlineData("classifier.3.bias", new long[] { 64, 64 }, false)]
    [InlineData("features.0.weight", new long[] { 64, 3, 9, 1 }, false)]
    [InlineData("features.0.weight", new long[] { 64, 27 }, true)]
    public void AShapeOfTheSameNumbers_IsTheSame_WhereTheOutputsAre(string name, long[] shape, bool fits)
    {
        using EasyExplain.Networks.Network network = ArchitectureCatalog.Find("vgg11").Build(5);
        WeightEntry[] entries = [.. network.Parameters
            .Select(one => new WeightEntry(one.Name, ScalarType.Float32, one.Name == name ? shape : [.. one.Shape]))];
        Assert.Equal(fits, TensorDifference.Between(network, entries).Count == 0);
    }

    /// <summary>A configuration's tensors, with another number of classes.</summary>
    private static WeightEntry[] Entries(string key, string head) =>
    [
        .. HubGoldens.Find(key).State.Where(tensor => !tensor.IsWhole).Select(tensor => new WeightEntry(tensor.Name, ScalarType.Float32,
            tensor.Name.StartsWith(head + ".", StringComparison.Ordinal) ? [Classes, .. tensor.Shape[1..]] : tensor.Shape)),
    ];

    private static string Moved(string name, string from, string to) =>
        name.StartsWith(from + ".", StringComparison.Ordinal) ? to + name[from.Length..] : name;
}
