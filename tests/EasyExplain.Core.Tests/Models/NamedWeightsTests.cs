using EasyExplain.Architectures;
using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Tests.Models;

public class NamedWeightsTests
{
    /// <summary>torchvision's documentation of a few of them.</summary>
    [Theory]
    [InlineData("resnet50", "Default", "resnet50-11ad3fa6.pth", 224, 232, Interpolation.Bilinear, 0.485, 0.229)]
    [InlineData("resnet50", "imagenet1k_v1", "resnet50-0676ba61.pth", 224, 256, Interpolation.Bilinear, 0.485, 0.229)]
    [InlineData("inception_v3", "DEFAULT", "inception_v3_google-0cc3c7bd.pth", 299, 342, Interpolation.Bilinear, 0.485, 0.229)]
    [InlineData("efficientnet_b1", "Default", "efficientnet_b1-c27df63c.pth", 240, 255, Interpolation.Bilinear, 0.485, 0.229)]
    [InlineData("efficientnet_b3", "Default", "efficientnet_b3_rwightman-b3899882.pth", 300, 320, Interpolation.Bicubic, 0.485, 0.229)]
    [InlineData("efficientnet_v2_l", "Default", "efficientnet_v2_l-59c71312.pth", 480, 480, Interpolation.Bicubic, 0.5, 0.5)]
    [InlineData("mnasnet0_5", "Default", "mnasnet0.5_top1_67.823-3ffadce67e.pth", 224, 256, Interpolation.Bilinear, 0.485, 0.229)]
    [InlineData("regnet_y_16gf", "IMAGENET1K_SWAG_E2E_V1", "regnet_y_16gf_swag-43afe44d.pth", 384, 384, Interpolation.Bicubic, 0.485,
        0.229)]
    [InlineData("vit_l_16", "IMAGENET1K_SWAG_LINEAR_V1", "vit_l_16_lc_swag-4d563306.pth", 224, 224, Interpolation.Bicubic, 0.485, 0.229)]
    [InlineData("swin_v2_b", "Default", "swin_v2_b-781e5279.pth", 256, 272, Interpolation.Bicubic, 0.485, 0.229)]
    public void EachHasItsFileAndItsPreprocessing(
        string architecture, string name, string file, int crop, int resize, Interpolation interpolation, double mean, double std)
    {
        NamedWeights weights = NamedWeights.Of(architecture).Single(weights =>
            name.Equals(weights.IsDefault ? "Default" : weights.Name, StringComparison.OrdinalIgnoreCase));
        Preprocessing made = weights.Preprocessing;
        Assert.Equal(file, weights.FileNames[0]);
        Assert.Equal((crop, crop, resize, interpolation), (made.Height, made.Width, made.ResizeSize, made.Interpolation));
        Assert.Equal((mean, std), (made.Mean[0], made.Std[0]));
        Assert.Equal(ResizeMode.Stretch, made.ResizeMode);
    }

    [Fact]
    public void TheTable_IsSound()
    {
        Assert.Equal(114, NamedWeights.All.Count); // as torchvision 0.22.1 has for its classifiers, without quantized ones
        Assert.Equal(80, NamedWeights.All.Select(weights => weights.Architecture).Distinct().Count());
        Assert.All(NamedWeights.All.GroupBy(weights => weights.Architecture), of => Assert.Single(of, weights => weights.IsDefault));
        string[] files = [.. NamedWeights.All.SelectMany(weights => weights.FileNames)];
        Assert.All(files, file => Assert.Matches("^[a-z0-9_.-]+-[0-9a-f]{8,10}[.]pth$", file));
        Assert.Equal(files.Distinct(), files);
    }

    [Theory]
    [InlineData(null, "ResNet50_Weights.IMAGENET1K_V1", "ResNet50_Weights.IMAGENET1K_V1")]
    [InlineData(null, "wide_resnet50_2_weights.default", "Wide_ResNet50_2_Weights.IMAGENET1K_V2")]
    [InlineData("ResNet18", "ResNet18_Weights.DEFAULT", "ResNet18_Weights.IMAGENET1K_V1")]
    [InlineData("resnext101_32x8d", "default", "ResNeXt101_32X8D_Weights.IMAGENET1K_V2")]
    public void Found_ByShortAndByFullName(string? architecture, string name, string full) =>
        Assert.Equal(full, NamedWeights.Find(architecture, name).FullName);

    [Theory]
    [InlineData("resnet50", "IMAGENET1K_V3", ModelFault.UnknownWeights, "Known: Default, IMAGENET1K_V1, IMAGENET1K_V2")]
    [InlineData("resnet50", "ResNet18_Weights.DEFAULT", ModelFault.UnknownWeights, "resnet18, not of resnet50")]
    [InlineData(null, "IMAGENET1K_V1", ModelFault.UnknownWeights, "ResNet50_Weights.IMAGENET1K_V1")]
    [InlineData("resnet20", "Default", ModelFault.UnknownWeights, "no weights for resnet20")]
    [InlineData("resnet51", "Default", ModelFault.UnknownArchitecture, "resnet50")]
    [InlineData(null, "ResNet51_Weights.DEFAULT", ModelFault.UnknownArchitecture, "resnet50")]
    public void WhatIsNotThere_SaysWhatIs(string? architecture, string name, ModelFault fault, string says)
    {
        var error = Assert.Throws<ModelImportException>(() => NamedWeights.Find(architecture, name));
        Assert.Equal(fault, error.Fault);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFile_IsKnownByItsNamesOfTodayAndOfOnce()
    {
        Assert.Equal("ResNet50_Weights.IMAGENET1K_V1", NamedWeights.OfFile("resnet50-0676ba61.pth")?.FullName);
        Assert.Equal("ResNet50_Weights.IMAGENET1K_V1", NamedWeights.OfFile("resnet50-19c8e357.pth")?.FullName);
        Assert.Null(NamedWeights.OfFile("mine.pth"));
    }

    [Fact]
    public void EveryArchitectureOfTorchvision_StartsWithItsDefaultPreprocessing() =>
        Assert.All(ArchitectureCatalog.All.Where(architecture => architecture.Name != ModelImporter.BundledArchitecture), architecture =>
            Assert.Equal(NamedWeights.Find(architecture.Name, NamedWeights.Default).Preprocessing, architecture.Preprocessing));

    [Theory]
    [InlineData(0, "tench")]
    [InlineData(281, "tabby")]
    [InlineData(999, "toilet tissue")]
    public void ImageNet_HasItsLabels(int @class, string label)
    {
        Assert.Equal(1000, ImageNetLabels.All.Distinct().Count());
        Assert.Equal(label, ImageNetLabels.All[@class]);
    }
}
