using System.IO.Compression;
using EasyExplain.Architectures;
using EasyExplain.Checkpoints;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Tests.Weights;
using EasyExplain.Weights;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Architectures;

/// <summary>What the files of vision transformers say, and may say wrongly, of the size of their input.</summary>
public class VisionTransformerTests
{
    [Theory]
    [InlineData("vit_b_16", 197, 224)]
    [InlineData("vit_b_16", 577, 384)]
    [InlineData("vit_b_32", 50, 224)]
    [InlineData("vit_h_14", 1370, 518)]
    [InlineData("vit_b_32", 2, 32)]
    [InlineData("vit_b_16", 196, null)]
    [InlineData("vit_b_16", 1, null)]
    [InlineData("vit_b_16", 0, null)]
    [InlineData("vit_b_16", -3, null)]
    [InlineData("vit_b_16", long.MaxValue, null)]
    [InlineData("vit_b_16", (1L << 60) + 1, null)]
    public void ThePositions_TellTheInputsSide(string name, long tokens, int? side) =>
        Assert.Equal(side, ArchitectureCatalog.Find(name)
            .SizeOf([Entry("heads.head.weight", 1000, 768), Entry("encoder.pos_embedding", 1, tokens, 768)]));

    [Fact]
    public void PositionsOfAnotherRank_OrNone_TellNothing()
    {
        Assert.Null(ArchitectureCatalog.Find("vit_b_16").SizeOf([]));
        Assert.Null(ArchitectureCatalog.Find("vit_b_16").SizeOf([Entry("encoder.pos_embedding", 197, 768)]));
        Assert.Null(ArchitectureCatalog.Find("vit_b_16").SizeOf([Entry("encoder.pos_embedding", 2, 197, 768)]));
        Assert.Null(ArchitectureCatalog.Find("vit_b_16").SizeOf([Entry("encoder.pos_embedding")]));
    }

    [Fact]
    public void AFileOf384Pixels_WithTheNamesOfBefore_IsRecognised()
    {
        using Network network = ArchitectureCatalog.Find("vit_b_16").Build(7, 384, 384);
        WeightEntry[] entries = [.. network.Parameters.Select(parameter => Entry(
            parameter.Name.Replace("mlp.0", "mlp.linear_1", StringComparison.Ordinal)
                .Replace("mlp.3", "mlp.linear_2", StringComparison.Ordinal), [.. parameter.Shape]))];
        Assert.Contains(entries, entry => entry.Name == "encoder.layers.encoder_layer_11.mlp.linear_2.bias");
        Assert.Equal("vit_b_16", ParameterLoading.Recognize(entries, ArchitectureCatalog.All, "old.pth").Architecture.Name);
    }

    [Fact]
    public void AFileOf384Pixels_AskedFor224_SaysWhatItIsFor()
    {
        // All tensors lie over one another in one storage of zeros, so that a large network is a small file.
        using Network network = ArchitectureCatalog.Find("vit_b_32").Build(5, 384, 384);
        long largest = network.Parameters.Max(parameter => parameter.Count);
        PickleBuilder pickle = new PickleBuilder().Raw("}");
        foreach (Parameter parameter in network.Parameters)
        {
            pickle.Text(parameter.Name).Tensor([.. parameter.Shape], TensorLayout.ContiguousStrides(parameter.Shape), stored: largest,
                storage: "torch\nHalfStorage\n").Raw("s");
        }
        using var folder = new TemporaryFolder();
        string path = folder.Write("vit.pth",
            PickleBuilder.Zip(pickle.Bytes, ("archive/data/0", new byte[2 * largest], CompressionLevel.NoCompression)));

        var error = Assert.Throws<ModelImportException>(() => ModelImporter.Import(path, new ModelOptions { InputSize = [224] }, _ => { }));

        Assert.Equal(ModelFault.InvalidOption, error.Fault);
        Assert.Contains("384×384", error.Message, StringComparison.Ordinal);
        Assert.Contains("224×224", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(230, 230)]
    [InlineData(112, 448)] // as many patches as 224×224
    public void AnInputThatPatchesDoNotFill_IsRefused(int height, int width)
    {
        var error = Assert.Throws<ArgumentException>(() => ArchitectureCatalog.Find("vit_b_16").Build(1000, height, width));
        Assert.Contains("16 pixels", error.Message, StringComparison.Ordinal);
    }

    private static WeightEntry Entry(string name, params long[] shape) => new(name, ScalarType.Float32, shape);
}
