using EasyExplain.Architectures;
using EasyExplain.Checkpoints;
using EasyExplain.Imaging;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using EasyExplain.Weights;
using static TorchSharp.torch;

namespace EasyExplain.Models.Folders;

/// <summary>Makes a model of a folder: names, labels and preprocessing are what its files say, unless the user says otherwise.</summary>
internal static class FolderImporter
{
    /// <summary>Reads the folder and builds its network.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">What the user says about it.</param>
    /// <param name="explain">Told what was found out, a sentence each.</param>
    /// <exception cref="ModelImportException">Its files do not say what they must, or do not fit, or an option does not.</exception>
    /// <exception cref="WeightFileException">The weights cannot be read.</exception>
    public static CamModel Import(ModelFolder folder, ModelOptions options, Action<string> explain)
    {
        ConfigValues config = folder.ReadConfig();
        IReadOnlyList<Architecture> named = Described(config,
            () => options.Architecture is { } asked ? ArchitectureCatalog.Named(asked) : [FolderNetwork.Of(config, explain)]);
        using WeightFile file = FolderWeights.Open(folder, options.StateDictKey);
        explain($"'{file.Path}' is a {file.Format} file with {file.Entries.Count} tensors.");
        using WeightFile? texts = named[0].Head == TextEmbeddings.TensorName ? TextEmbeddings.Open(folder, explain) : null;
        IReadOnlyList<WeightEntry> needed =
            [.. ParameterLoading.Needed(file.Entries), .. texts is null ? [] : new[] { TextEmbeddings.EntryOf(texts) }];
        // timm saves a network without a classifier too, and says so: then no tensor can tell the number of classes.
        bool hasClasses = !FolderNetwork.IsTimm(config) || config.Whole("num_classes", 1000, least: 0, most: int.MaxValue) > 0;
        (Architecture architecture, IReadOnlyList<WeightEntry> entries) = Described(config, () => hasClasses
            ? Fitted(named, needed, file, explain) : (named[0], ParameterLoading.AsNamedBy(named[0], needed)));
        Device device = ComputeDevice.Find(options.Device, explain);
        Preprocessing usual = architecture.UsualFor(entries);
        Preprocessing own = FolderPreprocessing.Of(folder, config, usual, options.InputSize, explain);
        foreach (string name in PreprocessFile.Names.Where(name => File.Exists(folder.In(name))))
        {
            FolderLinks.Demand(folder, name);
        }
        own = PreprocessFile.Beside(folder.ConfigPath, own, explain) ?? own;
        Preprocessing preprocessing = ModelImporter.Chosen(options, own, $"'{folder.Path}'", explain);
        ModelImporter.DemandSize(architecture, entries, preprocessing, folder.Path);
        long classes = hasClasses ? ParameterLoading.ClassesOf(entries, architecture, file.Path) : 0;
        Network network = ModelImporter.Build(architecture, classes, preprocessing);
        try
        {
            ParameterLoading.Load(network, file, entries, device, architecture.Name);
            IReadOnlyList<string> labels = options.Labels ?? Labels(folder, config, classes, explain);
            long outputs = hasClasses ? classes
                : network.Shapes(preprocessing.Channels, preprocessing.Height, preprocessing.Width)[network.Output][0];
            ModelOptions stated = WithActivation(options, config, explain);
            ModelHead head = ModelHead.Complete(network, outputs, null, labels, stated, $"'{folder.Path}'", explain);
            return (hasClasses ? head : head with { HasClasses = labels.Count > 0 })
                .ToModel(options.Name ?? folder.Name, architecture.Name, file.Path, preprocessing, device, options.Precision);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Makes something of a network that a config describes; one that cannot be is the config's fault.</summary>
    private static T Described<T>(ConfigValues config, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (Exception e) when (e is ArgumentException or ArithmeticException or IndexOutOfRangeException)
        {
            throw new ModelImportException(ModelFault.InvalidOption,
                $"'{config.Path}' describes a network that cannot be: {e.Message.TrimEnd('.')}.");
        }
    }

    /// <summary>The architecture that the tensors fit, of those of one name, and the tensors under its names.</summary>
    private static (Architecture Architecture, IReadOnlyList<WeightEntry> Entries) Fitted(IReadOnlyList<Architecture> named,
        IReadOnlyList<WeightEntry> needed, WeightFile file, Action<string> explain)
    {
        CheckpointFit fit = ParameterLoading.ReadAs(named, needed, file.Path);
        foreach (string sentence in fit.Explanations())
        {
            explain(sentence);
        }
        return (fit.Architecture, fit.Entries);
    }

    private static IReadOnlyList<string> Labels(ModelFolder folder, ConfigValues config, long classes, Action<string> explain)
    {
        if (ConfigLabels.Of(config) is { } labels)
        {
            if (labels.Count == classes)
            {
                return labels;
            }
            explain($"'{config.Path}' has {labels.Count} labels, and the model {classes} classes: they are not used.");
        }
        if (PreprocessFile.LabelsBeside(folder.ConfigPath, classes, explain) is { } lines)
        {
            return lines;
        }
        if (classes != ImageNetLabels.All.Count)
        {
            return [];
        }
        explain($"{classes} classes and no labels of its own: ImageNet's labels are used.");
        return ImageNetLabels.All;
    }

    /// <summary>transformers says for what loss a model was trained, hence what its logits mean.</summary>
    private static ModelOptions WithActivation(ModelOptions options, ConfigValues config, Action<string> explain)
    {
        const string key = "problem_type";
        Activation? activation = config.KindOf(key) != System.Text.Json.JsonValueKind.String ? null : config.Text(key, "") switch
        {
            "multi_label_classification" => Activation.Sigmoid,
            "regression" => Activation.None,
            _ => null,
        };
        if (options.Activation is not null || activation is null)
        {
            return options;
        }
        explain($"'{config.Path}' says {key} = {config.Text(key, "")}: the activation is {activation}.");
        return options with { Activation = activation };
    }
}
