using EasyExplain.Architectures;
using EasyExplain.Checkpoints;

namespace EasyExplain.Models.Folders;

/// <summary>Which network a config.json describes.</summary>
internal static class FolderNetwork
{
    private const string TimmName = "architecture";
    private const string Classes = "architectures";
    private const string TimmWrapper = "TimmWrapper";

    /// <summary>Whether timm describes it: by an architecture's name, which transformers' wrapper of timm has too.</summary>
    public static bool IsTimm(ConfigValues config) => config.Has(TimmName);

    /// <summary>Whether it describes a network at all.</summary>
    public static bool IsDescribedBy(ConfigValues config) => IsTimm(config) || config.Has(Classes);

    /// <summary>The architecture.</summary>
    /// <param name="config">config.json.</param>
    /// <param name="explain">Is told what it says.</param>
    /// <exception cref="ModelImportException">It describes none, or one that is not known here.</exception>
    public static Architecture Of(ConfigValues config, Action<string> explain)
    {
        if (IsTimm(config))
        {
            string name = config.Text(TimmName, "");
            explain($"'{config.Path}' says that it is timm's '{TensorDifference.Clean(name)}'.");
            return ConfiguredArchitectures.OfTimm(name);
        }
        string className = ClassOf(config);
        explain($"'{config.Path}' says that it is transformers' '{TensorDifference.Clean(className)}'.");
        return ConfiguredArchitectures.OfTransformers(className, config);
    }

    /// <summary>What a class of transformers begins with, such as ViT; all of it where it does not go on as usual.</summary>
    public static string ModelOf(ConfigValues config) => ClassOf(config).Split("For")[0];

    private static string ClassOf(ConfigValues config)
    {
        string? name = config.KindOf(Classes) == System.Text.Json.JsonValueKind.Array
            ? config.Values.GetProperty(Classes).EnumerateArray().Select(ConfigValues.TextOf).FirstOrDefault() : null;
        return name is not null && !name.StartsWith(TimmWrapper, StringComparison.Ordinal) ? name
            : throw new ModelImportException(ModelFault.ArchitectureNotRecognized,
                $"'{config.Path}' names no network: neither '{TimmName}', as timm writes it, nor '{Classes}', as transformers does.");
    }
}
