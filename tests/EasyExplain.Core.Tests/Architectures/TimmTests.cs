using System.Globalization;
using EasyExplain.Architectures;
using EasyExplain.Networks;

namespace EasyExplain.Tests.Architectures;

/// <summary>timm's networks of all sizes: they can be built, and have as many parameters as timm says.</summary>
public class TimmTests
{
    /// <summary>Millions of parameters with a thousand classes, as results-imagenet.csv has them, which timm comes with.</summary>
    private const string Parameters = """
        convnext_atto 3.7, convnext_base 88.59, convnext_femto 5.22, convnext_large 197.77, convnext_large_mlp 200.13,
        convnext_nano 15.59, convnext_pico 9.05, convnext_small 50.22, convnext_tiny 28.59, convnext_xlarge 350.2,
        convnext_xxlarge 846.47, convnextv2_atto 3.71, convnextv2_base 88.72, convnextv2_femto 5.23, convnextv2_huge 660.29,
        convnextv2_large 197.96, convnextv2_nano 15.62, convnextv2_pico 9.07, convnextv2_tiny 28.64, densenet121 7.98, densenet161 28.68,
        densenet169 14.15, densenet201 20.01, efficientnet_b0 5.29, efficientnet_b1 7.79, efficientnet_b2 9.11, efficientnet_b3 12.23,
        efficientnet_b4 19.34, efficientnet_b5 30.39, efficientnet_lite0 4.65, fastvit_s12 9.47, fastvit_t12 7.55, fastvit_t8 4.03,
        ghostnet_100 5.18, inception_v3 23.83, mobilenetv2_050 1.97, mobilenetv2_100 3.5, mobilenetv2_110d 4.52, mobilenetv2_120d 5.83,
        mobilenetv2_140 6.11, mobilenetv3_large_100 5.48, mobilenetv3_small_050 1.59, mobilenetv3_small_075 2.04,
        mobilenetv3_small_100 2.54, mobilenetv4_conv_large 32.59, mobilenetv4_conv_medium 9.72, mobilenetv4_conv_small 3.77,
        mobilenetv4_conv_small_050 2.24, regnetx_002 2.68, regnetx_004 5.16, regnetx_004_tv 5.5, regnetx_006 6.2, regnetx_008 7.26,
        regnetx_016 9.19, regnetx_032 15.3, regnetx_040 22.12, regnetx_064 26.21, regnetx_080 39.57, regnetx_120 46.11, regnetx_160 54.28,
        regnetx_320 107.81, regnety_002 3.16, regnety_004 4.34, regnety_006 6.06, regnety_008 6.26, regnety_008_tv 6.43, regnety_016 11.2,
        regnety_032 19.44, regnety_040 20.65, regnety_064 30.58, regnety_080 39.18, regnety_080_tv 39.38, regnety_120 51.82,
        regnety_1280 644.81, regnety_160 83.59, regnety_320 145.05, regnety_640 281.38, resnet101 44.55, resnet101c 44.57,
        resnet101d 44.57, resnet101s 44.67, resnet10t 5.44, resnet14t 10.08, resnet152 60.19, resnet152c 60.21, resnet152d 60.21,
        resnet152s 60.32, resnet18 11.69, resnet18d 11.71, resnet200d 64.69, resnet26 16, resnet26d 16.01, resnet26t 16.01, resnet34 21.8,
        resnet34d 21.82, resnet50 25.56, resnet50c 25.58, resnet50d 25.58, resnet50s 25.68, resnetrs101 63.62, resnetrs152 86.62,
        resnetrs200 93.21, resnetrs50 35.69, resnetv2_101 44.54, resnetv2_101x1_bit 44.54, resnetv2_101x3_bit 387.93,
        resnetv2_152x2_bit 236.34, resnetv2_152x4_bit 936.53, resnetv2_50 25.55, resnetv2_50x1_bit 25.55, resnetv2_50x3_bit 217.32,
        resnext101_32x16d 194.03, resnext101_32x32d 468.53, resnext101_32x4d 44.18, resnext101_32x8d 88.79, resnext101_64x4d 83.46,
        resnext50_32x4d 25.03, resnext50d_32x4d 25.05, rexnet_100 4.8, rexnet_130 7.56, rexnet_150 9.73, rexnet_200 16.37,
        rexnet_300 34.71, rexnetr_200 16.52, rexnetr_300 34.81, seresnet152d 66.84, seresnet50 28.09, seresnext101_32x4d 48.96,
        seresnext101_32x8d 93.57, seresnext101_64x4d 88.23, seresnext101d_32x8d 93.59, seresnext26d_32x4d 16.81, seresnext26t_32x4d 16.81,
        seresnext50_32x4d 27.56, tf_efficientnet_b0 5.29, tf_efficientnet_b1 7.79, tf_efficientnet_b2 9.11, tf_efficientnet_b3 12.23,
        tf_efficientnet_b4 19.34, tf_efficientnet_b5 30.39, tf_efficientnet_b6 43.04, tf_efficientnet_b7 66.35, tf_efficientnet_b8 87.41,
        tf_efficientnet_lite0 4.65, tf_efficientnet_lite1 5.42, tf_efficientnet_lite2 6.09, tf_efficientnet_lite3 8.2,
        tf_efficientnet_lite4 13.01, tf_efficientnetv2_b0 7.14, tf_efficientnetv2_b1 8.14, tf_efficientnetv2_b2 10.1,
        tf_efficientnetv2_b3 14.36, tf_efficientnetv2_l 118.52, tf_efficientnetv2_m 54.14, tf_efficientnetv2_s 21.46,
        tf_efficientnetv2_xl 208.12, tf_mobilenetv3_large_075 3.99, tf_mobilenetv3_large_100 5.48, tf_mobilenetv3_small_075 2.04,
        tf_mobilenetv3_small_100 2.54, vgg11 132.86, vgg11_bn 132.87, vgg13 133.05, vgg13_bn 133.05, vgg16 138.36, vgg16_bn 138.37,
        vgg19 143.67, vgg19_bn 143.68, wide_resnet101_2 126.89, wide_resnet50_2 68.88, xception41 26.97, xception65 39.92,
        xception71 42.34
        """;

    [Fact]
    public void ConvolutionalNetworks_HaveAsManyParametersAsTimms() => Assert.All(Parameters.Split(','), row =>
    {
        string[] words = row.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        using Network network = ConfiguredArchitectures.OfTimm(words[0]).Build(1000);
        double count = network.Parameters.Where(parameter => !parameter.IsBuffer).Sum(parameter => parameter.Count) / 1e6;
        Assert.Equal(double.Parse(words[1], CultureInfo.InvariantCulture), count, 0.006);
    });

    /// <summary>But for those of patches, whose sizes have tests of their own.</summary>
    [Fact]
    public void EveryNetwork_CanBeBuilt_AndHasTheLastLayerItNames() =>
        Assert.All(ConfiguredArchitectures.Timm.Values.Where(one => !one.Name.Contains("patch", StringComparison.Ordinal)), architecture =>
        {
            using Network network = architecture.Build(7);
            Assert.Equal(7, network.Parameters.Single(parameter => parameter.Name == architecture.Head).Shape[0]);
        });
}
