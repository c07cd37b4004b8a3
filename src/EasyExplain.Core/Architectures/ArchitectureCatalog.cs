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
        .. MaxViT.Family,
    ];

    /// <summary>Every name that one can be asked for by: those of <see cref="All"/>, then what only timm has.</summary>
    public static IEnumerable<string> Names =>
        All.Select(known => known.Name).Concat(ConfiguredArchitectures.Timm.Keys).Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>The architecture of this name (case does not matter).</summary>
    /// <exception cref="ModelImportException">There is none; the message names near ones.</exception>
    public static Architecture Find(string name) => Named(name)[0];

    /// <summary>
    /// Those of this name (case does not matter): torchvision's and timm's, which often agree on a network's name and not on its tensors'.
    /// After a dot timm names weights too, as in <c>resnet50.a1_in1k</c>.
    /// </summary>
    /// <exception cref="ModelImportException">There is none; the message names near ones.</exception>
    public static IReadOnlyList<Architecture> Named(string name)
    {
        Architecture[] named =
        [
            .. All.Where(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase)),
            .. new[] { ConfiguredArchitectures.Timm.GetValueOrDefault(name.Split('.')[0]) }.OfType<Architecture>(),
        ];
        return named.Length > 0 ? named : throw new ModelImportException(ModelFault.UnknownArchitecture,
            $"There is no architecture '{name}'. {NearNames.Hint(name, Names)}");
    }
}
