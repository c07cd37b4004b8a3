using EasyExplain.Models;
namespace EasyExplain.Architectures;

/// <summary>Every architecture that weights can be loaded into; a family is one file and one line here.</summary>
public static class ArchitectureCatalog
{
    /// <summary>All architectures, family by family.</summary>
    public static IReadOnlyList<Architecture> All { get; } =
    [
        .. CifarResNet.Family,
        .. AlexNet.Family,
        .. VGG.Family,
        .. SqueezeNet.Family,
        .. DenseNet.Family,
        .. GoogLeNet.Family,
        .. InceptionV3.Family,
        .. ResNet.Family,
        .. MobileNetV2.Family,
        .. MobileNetV3.Family,
        .. MNASNet.Family,
        .. ShuffleNet.Family,
        .. EfficientNet.Family,
        .. RegNet.Family,
        .. ConvNeXt.Family,
        .. VisionTransformer.Family,
        .. SwinTransformer.Family,
    ];

    /// <summary>The architecture of this name (case does not matter).</summary>
    /// <exception cref="ModelImportException">There is none; the message names near ones.</exception>
    public static Architecture Find(string name) =>
        All.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ModelImportException(ModelFault.UnknownArchitecture,
            $"There is no architecture '{name}'. {NearNames.Hint(name, All.Select(known => known.Name))}");
}
