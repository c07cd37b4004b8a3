using EasyExplain.Architectures;
using EasyExplain.Checkpoints;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Architectures;

/// <summary>What is peculiar to a family: small inputs, older names, tensors that are not used, an input that is transformed.</summary>
public class FamilyTests
{
    /// <summary>The sides are the <c>min_size</c> of torchvision's weights.</summary>
    [Theory]
    [InlineData("alexnet", 63)]
    [InlineData("squeezenet1_0", 21)]
    [InlineData("squeezenet1_1", 17)]
    [InlineData("densenet121", 29)]
    [InlineData("googlenet", 15)]
    [InlineData("inception_v3", 75)]
    public void TheSmallestInput_IsTorchvisions(string name, int side)
    {
        ArchitectureCatalog.Find(name).Build(1000, side, side).Dispose();
        Assert.Throws<ArgumentException>(() => ArchitectureCatalog.Find(name).Build(1000, side - 1, side));
        Assert.Throws<ArgumentException>(() => ArchitectureCatalog.Find(name).Build(1000, side, side - 1));
    }

    [Theory]
    [InlineData("features.denseblock1.denselayer1.norm.1.weight", "features.denseblock1.denselayer1.norm1.weight")]
    [InlineData("features.denseblock4.denselayer16.norm.2.running_var", "features.denseblock4.denselayer16.norm2.running_var")]
    [InlineData("features.denseblock2.denselayer10.conv.2.weight", "features.denseblock2.denselayer10.conv2.weight")]
    [InlineData("features.denseblock2.denselayer10.conv2.weight", "features.denseblock2.denselayer10.conv2.weight")]
    [InlineData("features.transition1.norm.weight", "features.transition1.norm.weight")]
    public void DenseNetsOlderNames_BecomeTodays(string older, string today) =>
        Assert.Equal(today, ArchitectureCatalog.Find("densenet161").CurrentName(older));

    [Theory]
    [InlineData("googlenet", "aux1.conv.conv.weight", "aux2.fc2.bias")]
    [InlineData("inception_v3", "AuxLogits.conv0.bn.running_mean", "AuxLogits.fc.weight")]
    public void AuxiliaryHeads_MayBeInTheFile_OrNot(string name, params string[] auxiliary)
    {
        using Network network = ArchitectureCatalog.Find(name).Build(7);
        WeightEntry[] without = [.. network.Parameters
            .Select(parameter => new WeightEntry(parameter.Name, ScalarType.Float32, [.. parameter.Shape]))];
        WeightEntry[] with = [.. without, .. auxiliary.Select(extra => new WeightEntry(extra, ScalarType.Float32, [7]))];
        Assert.Equal(name, ParameterLoading.Recognize(without, ArchitectureCatalog.All, "mine.pth").Architecture.Name);
        Assert.Equal(name, ParameterLoading.Recognize(with, ArchitectureCatalog.All, "mine.pth").Architecture.Name);
    }

    /// <summary>
    /// The figures that the documentation gives to those whose network was trained without torchvision's transform_input.
    /// </summary>
    [Theory]
    [InlineData("googlenet")]
    [InlineData("inception_v3")]
    public void TransformInput_IsUndone_ByTheMeanAndDeviationThatTheDocumentationGives(string name)
    {
        NativeLibraries.LoadTorch();
        using DisposeScope scope = NewDisposeScope();
        using Network network = ArchitectureCatalog.Find(name).Build(1000);
        Tensor pixels = rand(1, 3, 8, 8, float64);
        Tensor input = Normalised(pixels, [0.47813, 0.436288, 0.3637], [0.104882, 0.100352, 0.10125]);
        Tensor seen = network.Nodes[1].Operator.Run([input]);
        Assert.True(seen.allclose(Normalised(pixels, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]), rtol: 0, atol: 1e-12));
    }

    private static Tensor Normalised(Tensor pixels, double[] mean, double[] std) =>
        (pixels - tensor(mean).view(3, 1, 1)) / tensor(std).view(3, 1, 1);
}
