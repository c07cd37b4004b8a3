using EasyExplain.Models;
using EasyExplain.Models.Folders;

namespace EasyExplain.Architectures;

/// <summary>
/// The architectures that a config.json describes: timm's by name, transformers' by the class of the model, from the numbers beside it. A
/// family is one line in each.
/// </summary>
public static class ConfiguredArchitectures
{
    /// <summary>timm's architectures, by timm's names without what stands after the dot, such as <c>vit_tiny_patch16_224</c>.</summary>
    public static IReadOnlyDictionary<string, Architecture> Timm { get; } = ByName(
    [
        .. VisionTransformer.Timm,
        .. SwinTransformer.Timm,
        .. MaxViT.Timm,
        .. MlpMixer.Timm,
        .. MetaFormer.Timm,
        .. ResNet.Timm,
        .. MobileNetV2.Timm,
        .. MobileNetV3.Timm,
        .. EfficientNet.Timm,
        .. ConvNeXt.Timm,
        .. RegNet.Timm,
        .. DenseNet.Timm,
        .. VGG.Timm,
        .. InceptionV3.Timm,
        .. ResNetV2.Timm,
        .. MobileNetV4.Timm,
        .. GhostNet.Timm,
        .. ReXNet.Timm,
        .. Xception.Timm,
        .. FastViT.Timm,
    ]);

    /// <summary>From a class of transformers, such as <c>ViTForImageClassification</c>, to what its config makes of it.</summary>
    public static IReadOnlyDictionary<string, Func<ConfigValues, Architecture>> Transformers { get; } =
        new Dictionary<string, Func<ConfigValues, Architecture>>
        {
            ["ViTForImageClassification"] = VisionTransformer.OfTransformers,
            ["DeiTForImageClassification"] = VisionTransformer.OfDeiT,
            ["DeiTForImageClassificationWithTeacher"] = VisionTransformer.OfDistilledDeiT,
            ["BeitForImageClassification"] = VisionTransformer.OfBeit,
            ["Dinov2ForImageClassification"] = VisionTransformer.OfDinov2,
            ["Dinov2WithRegistersForImageClassification"] = VisionTransformer.OfDinov2WithRegisters,
            ["CLIPForImageClassification"] = VisionTransformer.OfClip,
            ["SwinForImageClassification"] = config => SwinTransformer.OfTransformers(config, second: false),
            ["Swinv2ForImageClassification"] = config => SwinTransformer.OfTransformers(config, second: true),
            ["CLIPModel"] = VisionTransformer.OfClipModel,
            ["SiglipModel"] = VisionTransformer.OfSiglipModel,
            ["SiglipForImageClassification"] = VisionTransformer.OfSiglip,
            ["PvtForImageClassification"] = Pvt.OfTransformers,
            ["LevitForImageClassification"] = config => Levit.OfTransformers(config, distilled: false),
            ["LevitForImageClassificationWithTeacher"] = config => Levit.OfTransformers(config, distilled: true),
            ["MobileViTForImageClassification"] = MobileViT.OfTransformers,
            ["ResNetForImageClassification"] = ResNet.OfTransformers,
            ["MobileNetV2ForImageClassification"] = MobileNetV2.OfTransformers,
            ["EfficientNetForImageClassification"] = EfficientNet.OfTransformers,
            ["ConvNextForImageClassification"] = config => ConvNeXt.OfTransformers(config, isV2: false),
            ["ConvNextV2ForImageClassification"] = config => ConvNeXt.OfTransformers(config, isV2: true),
            ["RegNetForImageClassification"] = RegNet.OfTransformers,
            ["BitForImageClassification"] = ResNetV2.OfTransformers,
            ["MobileNetV1ForImageClassification"] = MobileNetV1.OfTransformers,
            ["PoolFormerForImageClassification"] = PoolFormer.OfTransformers,
        };

    /// <summary>timm's architecture of this name; <c>vit_tiny_patch16_224.augreg_in21k</c> names its weights too.</summary>
    /// <exception cref="ModelImportException">There is none; the message names near ones.</exception>
    public static Architecture OfTimm(string name)
    {
        string own = name.Split('.')[0];
        return Timm.GetValueOrDefault(own) ?? throw new ModelImportException(ModelFault.UnknownArchitecture,
            $"timm's '{name}' is not known here. {NearNames.Hint(own, Timm.Keys)}");
    }

    /// <summary>The architecture of a class of transformers.</summary>
    /// <exception cref="ModelImportException">There is none; the message names near ones.</exception>
    public static Architecture OfTransformers(string className, ConfigValues config) =>
        Transformers.TryGetValue(className, out Func<ConfigValues, Architecture>? of) ? of(config)
        : throw new ModelImportException(ModelFault.UnknownArchitecture,
            $"transformers' '{className}' is not known here. {NearNames.Hint(className, Transformers.Keys)}");

    private static Dictionary<string, Architecture> ByName(IEnumerable<Architecture> family) =>
        family.ToDictionary(architecture => architecture.Name, StringComparer.OrdinalIgnoreCase);
}
