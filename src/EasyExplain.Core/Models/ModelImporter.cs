using EasyExplain.Architectures;
using EasyExplain.Checkpoints;
using EasyExplain.Imaging;
using EasyExplain.Import;
using EasyExplain.Models.Folders;
using EasyExplain.Networks;
using EasyExplain.Networks.Engines.Modules;
using EasyExplain.Runtime;
using EasyExplain.Weights;
using static TorchSharp.torch;

namespace EasyExplain.Models;

/// <summary>What the user says about a model; what is null is taken from the weight file, else from the architecture.</summary>
public sealed record ModelOptions
{
    /// <summary>torchvision's name, or null to recognise it from the tensors.</summary>
    public string? Architecture { get; init; }

    /// <summary>
    /// Where in a checkpoint the weights are, such as <c>model_ema</c>; null for the usual place (see <see cref="WeightFile.Open"/>).
    /// </summary>
    public string? StateDictKey { get; init; }

    /// <summary>The published weights that the file holds, whose preprocessing is used; null to tell them by the file's name.</summary>
    public NamedWeights? Weights { get; init; }

    /// <summary>What to call the model; null for its file's name without the extension.</summary>
    public string? Name { get; init; }

    /// <summary>One label a line.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Height and width of the input in pixels.</summary>
    public IReadOnlyList<int>? InputSize { get; init; }

    /// <summary>
    /// The bands of an image that are the input's channels, counted from 1; null for its colours, or grey where the model has one channel.
    /// </summary>
    public IReadOnlyList<int>? Channels { get; init; }

    /// <summary>Means of red, green and blue, in [0, 1]; of each channel, or one for all.</summary>
    public IReadOnlyList<double>? Mean { get; init; }

    /// <summary>Standard deviations of red, green and blue; of each channel, or one for all.</summary>
    public IReadOnlyList<double>? Std { get; init; }

    /// <summary>How a photo of another shape becomes the input.</summary>
    public ResizeMode? ResizeMode { get; init; }

    /// <summary>The short side of a photo in pixels before a centre crop.</summary>
    public int? ResizeSize { get; init; }

    /// <summary>How the pixels of the input are made of the photo's.</summary>
    public Interpolation? Interpolation { get; init; }

    /// <summary>In which order the input has the colours.</summary>
    public ChannelOrder? ChannelOrder { get; init; }

    /// <summary>What makes probabilities of the logits, for a model that does not say it itself.</summary>
    public Activation? Activation { get; init; }

    /// <summary>What a whole model tells of a picture; null to find it out.</summary>
    public CamTask? Task { get; init; }

    /// <summary>Which of several outputs of a whole model to explain, by its name or number.</summary>
    public string? Output { get; init; }

    /// <summary><c>cpu</c> or <c>cuda[:n]</c>, see <see cref="ComputeDevice"/>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>In what numbers it computes; <see cref="Precision.Int8"/> on the CPU only.</summary>
    public Precision Precision { get; init; }

    /// <summary>
    /// For <see cref="Precision.Int8"/>, a folder with pictures of the kind that the model is for; null to take the first ones of a run.
    /// </summary>
    public string? CalibrationPath { get; init; }
}

/// <summary>Makes a model of a weight file.</summary>
public static class ModelImporter
{
    /// <summary>The model that ships with the module: ResNet-20 trained on CIFAR-10 (see its model card beside it).</summary>
    public static string BundledPath => Path.Combine(NativeLibraries.BaseFolder, "models", "resnet20-cifar10.safetensors");

    /// <summary>The architecture of that model.</summary>
    public const string BundledArchitecture = "resnet20";

    /// <summary>Reads <paramref name="path"/> and builds the network it fits.</summary>
    /// <param name="path">
    /// A file of weights (.safetensors, .pth), or of a whole model (TorchScript's .pt, .onnx); its content says which. Or a folder that
    /// timm or transformers saved, with a config.json in it; <c>hf:org/name</c> is one in the Hugging Face Hub's cache.
    /// </param>
    /// <param name="options">What the user says about it.</param>
    /// <param name="explain">Told what was found out or chosen by default, a sentence each.</param>
    /// <exception cref="WeightFileException">The file is not a weight file, or is damaged.</exception>
    /// <exception cref="ModelImportException">Its tensors fit no architecture, or an option does not fit.</exception>
    /// <exception cref="DeviceException">It cannot compute on that device.</exception>
    public static CamModel Import(string path, ModelOptions options, Action<string> explain)
    {
        DemandPrecision(options.Precision, options.Device);
        if (options.CalibrationPath is not null && options.Precision != Precision.Int8)
        {
            throw new ModelImportException(ModelFault.InvalidOption,
                $"'{options.CalibrationPath}' has nothing to calibrate: {options.Precision} needs no pictures, Int8 does.")
            {
                Remedy = Remedy.LeaveOut,
                About = nameof(ModelOptions.CalibrationPath),
            };
        }
        CamModel model = Read(path, options, explain);
        if (options.Precision == Precision.Int8)
        {
            try
            {
                Calibrate(model, options.CalibrationPath, explain);
            }
            catch
            {
                model.Dispose();
                throw;
            }
        }
        return model;
    }

    private static void Calibrate(CamModel model, string? folder, Action<string> explain)
    {
        if (folder is not null)
        {
            PictureCalibration.ByFolder(model, folder, explain);
            return;
        }
        explain($"It computes in float32 until a run brings {PictureCalibration.OfRun} pictures: with the first of them, its scales for " +
            "8 bits are found, and kept.");
    }

    private static CamModel Read(string path, ModelOptions options, Action<string> explain)
    {
        if (ModelFolder.Find(path) is { } folder)
        {
            DemandNoOutput(options, $"'{path}' holds weights, whose network has");
            DemandClassifier(options, $"'{path}'");
            return FolderImporter.Import(folder, options, explain);
        }
        ModelFiles.Demand(path);
        using OpenedFile opened = OpenedFile.Open(path);
        if (opened.Format != ModelFormat.Weights)
        {
            return NetworkImporter.Import(opened, options, explain);
        }
        DemandNoOutput(options, $"'{path}' holds weights, whose network has");
        DemandClassifier(options, $"'{path}'");
        using WeightFile file = WeightFile.FromOpened(opened, options.StateDictKey);
        explain($"'{path}' is a {file.Format} file with {file.Entries.Count} " +
            $"tensors{(file.Key is null ? "" : $" under '{TensorDifference.Clean(file.Key)}'")}.");
        if (options.StateDictKey is null && file.OtherKeys.Count > 0)
        {
            explain($"A state dict key would take those under {TensorDifference.List(file.OtherKeys)} instead.");
        }
        (Architecture architecture, IReadOnlyList<WeightEntry> entries) = ArchitectureOf(file, options, explain);
        Device device = ComputeDevice.Find(options.Device, explain);
        Preprocessing preprocessing = PreprocessingOf(file, options, UsualFor(architecture, entries, options, path, explain), explain);
        DemandSize(architecture, entries, preprocessing, path);
        long classes = ParameterLoading.ClassesOf(entries, architecture, path);
        Network network = Build(architecture, classes, preprocessing);
        try
        {
            ParameterLoading.Load(network, file, entries, device, architecture.Name);
            IReadOnlyList<string> labels = options.Labels ?? FileMetadata.Labels(file)
                ?? PreprocessFile.LabelsBeside(path, classes, explain)
                ?? UsualLabels(architecture, classes, explain);
            return ModelHead.Complete(network, classes, null, labels, options, $"'{path}'", explain)
                .ToModel(options.Name ?? Path.GetFileNameWithoutExtension(path), architecture.Name, path, preprocessing, device,
                options.Precision);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Makes a model of a user's own TorchSharp module, which stays the user's: disposing the model leaves it and its weights alone.
    /// </summary>
    /// <param name="module">
    /// Takes <c>[N, C, H, W]</c>, where C is 3 unless the options say otherwise, and gives logits <c>[N, classes]</c>, in float32. It is
    /// put into evaluation mode.
    /// </param>
    /// <param name="options">What the user says about it: labels and preprocessing; without, that of ImageNet's networks.</param>
    /// <param name="explain">Told what was found out or chosen by default, a sentence each.</param>
    /// <exception cref="ModelImportException">It takes or gives something else, or an option does not fit.</exception>
    /// <exception cref="DeviceException">This machine would compute wrong numbers.</exception>
    public static CamModel Import(nn.Module<Tensor, Tensor> module, ModelOptions options, Action<string> explain)
    {
        string name = module.GetName();
        DemandNoOutput(options, $"{name} has");
        if (module.parameters().FirstOrDefault(parameter => parameter.dtype != float32) is { } other)
        {
            throw new ModelImportException(ModelFault.InvalidOption, $"{name} computes in {other.dtype}; call its to(float32) first.");
        }
        Device device = module.parameters().FirstOrDefault()?.device ?? CPU;
        if (device.type == TorchSharp.DeviceType.CPU)
        {
            ComputeDevice.Find("cpu", explain);
        }
        module.eval();
        Preprocessing preprocessing = Chosen(options, Architecture.ImageNet.ForChannels(ChannelsOf(options) ?? 3), name, explain);
        Network network;
        try
        {
            network = ModuleNetwork.Of(module, preprocessing.Channels, preprocessing.Height, preprocessing.Width);
        }
        catch (Exception e) when (e is ArgumentException or System.Runtime.InteropServices.ExternalException)
        {
            throw new ModelImportException(ModelFault.InvalidOption,
                $"{name} cannot be explained as it is: {e.Message.Split('\n')[0]}. " +
                $"It must take [N, {preprocessing.Channels}, {preprocessing.Height}, {preprocessing.Width}] and give [N, classes].")
            {
                Remedy = Remedy.GiveInputSize,
            };
        }
        long outputs = network.Output.Operator.OutputShape([])[0];
        explain($"{name}: {network.Layers.Count} of its submodules take part in a run and can be explained, {outputs} classes.");
        return ModelHead.Complete(network, outputs, null, options.Labels ?? [], options, name, explain)
            .ToModel(options.Name ?? name, name, "", preprocessing, device);
    }

    /// <summary>Throws where it cannot compute in such numbers.</summary>
    /// <param name="precision">The numbers.</param>
    /// <param name="device">Where.</param>
    internal static void DemandPrecision(Precision precision, string device)
    {
        if (precision != Precision.Float32 && !ComputeDevice.IsCpu(device))
        {
            throw new ModelImportException(ModelFault.InvalidOption,
                $"{precision} cannot be had here: it is for the CPU, not for '{device}'. Float32 runs everywhere.")
            {
                Remedy = Remedy.LeaveOutValue,
                About = nameof(ModelOptions.Precision),
            };
        }
    }

    private static void DemandNoOutput(ModelOptions options, string who)
    {
        if (options.Output is not null)
        {
            throw new ModelImportException(ModelFault.InvalidOption,
                $"{who} one output, so '{options.Output}' cannot be chosen: only TorchScript and ONNX files have several.")
            {
                Remedy = Remedy.LeaveOut,
                About = nameof(ModelOptions.Output),
            };
        }
    }

    /// <summary>The networks that weights are of are classifiers.</summary>
    private static void DemandClassifier(ModelOptions options, string whose)
    {
        if (options.Task is { } task and not CamTask.Classify)
        {
            throw new ModelImportException(ModelFault.InvalidOption,
                $"{task} is not what {whose} does: it holds weights of a classifier. Detectors and segmenters are read from ONNX and " +
                $"TorchScript files.")
            {
                Remedy = Remedy.LeaveOutValue,
                About = nameof(ModelOptions.Task),
            };
        }
    }

    /// <summary>The architecture, and the file's tensors under its names.</summary>
    private static (Architecture Architecture, IReadOnlyList<WeightEntry> Entries) ArchitectureOf(WeightFile file, ModelOptions options,
        Action<string> explain)
    {
        IReadOnlyList<WeightEntry> entries = ParameterLoading.Needed(file.Entries);
        CheckpointFit fit;
        string? asked = options.Weights?.Architecture ?? options.Architecture;
        if ((asked ?? FileMetadata.Architecture(file)) is { } name)
        {
            explain(asked is null ? $"The file says that it is '{name}'." : $"Architecture '{name}', as asked.");
            fit = ParameterLoading.ReadAs(ArchitectureCatalog.Named(name), entries, file.Path);
        }
        else
        {
            fit = ParameterLoading.Recognize(entries, ArchitectureCatalog.All, file.Path);
            explain($"Recognised as '{fit.Architecture.Name}': all {fit.Entries.Count} names and shapes fit, and fit no other " +
                $"architecture.");
        }
        foreach (string sentence in fit.Explanations())
        {
            explain(sentence);
        }
        return (fit.Architecture, fit.Entries);
    }

    /// <summary>The preprocessing of the published weights that the file holds, else the usual one of its architecture.</summary>
    private static Preprocessing UsualFor(Architecture architecture, IReadOnlyList<WeightEntry> entries, ModelOptions options, string path,
        Action<string> explain)
    {
        NamedWeights? named = options.Weights ?? NamedWeights.OfFile(Path.GetFileName(path));
        if (named is null || named.Architecture != architecture.Name)
        {
            return architecture.UsualFor(entries);
        }
        explain($"The preprocessing is that of torchvision's {named}{(options.Weights is null ? ", as the file's name says" : "")}.");
        return named.Preprocessing.ForChannels(architecture.ChannelsOf(entries));
    }

    /// <summary>ImageNet's labels where the classes are those of torchvision's or timm's own weights, as their number says.</summary>
    private static IReadOnlyList<string> UsualLabels(Architecture architecture, long classes, Action<string> explain)
    {
        if (classes != ImageNetLabels.All.Count
            || (NamedWeights.Of(architecture.Name).Count == 0 && !ConfiguredArchitectures.Timm.ContainsKey(architecture.Name)))
        {
            return [];
        }
        explain($"{classes} classes and no labels of its own: ImageNet's labels are used.");
        return ImageNetLabels.All;
    }

    /// <summary>What the file says of itself comes first, then what lies beside it; published weights are known.</summary>
    private static Preprocessing PreprocessingOf(WeightFile file, ModelOptions options, Preprocessing usual, Action<string> explain)
    {
        try
        {
            bool says = FileMetadata.PreprocessingKeys.Any(file.Metadata.ContainsKey);
            bool published = options.Weights is not null || NamedWeights.OfFile(Path.GetFileName(file.Path)) is not null;
            if ((says || published) && File.Exists(PreprocessFile.PathFor(file.Path)))
            {
                explain($"'{PreprocessFile.PathFor(file.Path)}' is not used: " +
                    $"{(says ? "the weight file says itself" : "of published weights it is known")} how pictures are made.");
            }
            Preprocessing stated = (says || published ? null : PreprocessFile.Beside(file.Path, usual, explain))
                ?? FileMetadata.Preprocessing(file.Metadata, $"The metadata of '{file.Path}'", usual);
            return Chosen(options, stated, $"'{file.Path}'", explain);
        }
        catch (ArgumentException e)
        {
            throw new ModelImportException(ModelFault.InvalidOption, $"The preprocessing of '{file.Path}' is impossible: {e.Message}");
        }
    }

    /// <summary>The preprocessing that <paramref name="stated"/> is, but for what the user says.</summary>
    internal static Preprocessing Chosen(ModelOptions options, Preprocessing stated, string whose, Action<string> explain)
    {
        Preprocessing chosen;
        try
        {
            Preprocessing sized = stated.ForInput(options.InputSize?[0] ?? stated.Height, options.InputSize?[^1] ?? stated.Width);
            ResizeMode mode = options.ResizeMode ?? stated.ResizeMode;
            int side = Math.Min(sized.Height, sized.Width);
            if (options.ResizeSize < side)
            {
                throw new ArgumentOutOfRangeException(nameof(options.ResizeSize), options.ResizeSize,
                    $"At least the input's short side, {side}.");
            }
            chosen = sized with
            {
                Mean = EachChannel(options.Mean, stated, "mean") ?? stated.Mean,
                Std = EachChannel(options.Std, stated, "standard deviation") ?? stated.Std,
                Bands = options.Channels,
                ResizeMode = mode,
                ResizeSize = options.ResizeSize ?? (mode == stated.ResizeMode ? sized.ResizeSize
                    : mode is ResizeMode.Pad or ResizeMode.Letterbox ? side : stated.ResizeMode is ResizeMode.Letterbox
                    ? Preprocessing.UsualResizeSize(sized.Height, sized.Width, mode) : sized.ResizeSize),
                Interpolation = options.Interpolation ?? stated.Interpolation,
                ChannelOrder = options.ChannelOrder ?? stated.ChannelOrder,
            };
        }
        catch (ArgumentException e)
        {
            throw new ModelImportException(ModelFault.InvalidOption, $"The preprocessing of {whose} is impossible: {e.Message}");
        }
        string channels = chosen.Bands is { } bands ? $" of the bands {string.Join(", ", bands)}"
            : chosen.Channels switch { 3 => "", 1 => " in grey", var count => $" of the first {count} bands" };
        explain($"Input {chosen.Height}×{chosen.Width}{channels}, mean {string.Join(", ", chosen.Mean)}, standard deviation " +
            $"{string.Join(", ", chosen.Std)}, " +
            $"{chosen.ResizeMode}{(chosen.ResizeMode == ResizeMode.Stretch ? "" : $" of {chosen.ResizeSize}")}" +
            $"{(chosen is { AtCorner: true, ResizeMode: ResizeMode.Letterbox } ? " from the upper left corner" : "")}, " +
            $"{chosen.Interpolation}{(chosen.ChannelOrder == ChannelOrder.Bgr ? ", blue first" : "")}.");
        return chosen;
    }

    /// <summary>One number for each channel, where the user has given some.</summary>
    private static IReadOnlyList<double>? EachChannel(IReadOnlyList<double>? given, Preprocessing stated, string what) => given switch
    {
        null => null,
        [var same] => [.. Enumerable.Repeat(same, stated.Channels)],
        _ when given.Count == stated.Channels => given,
        _ => throw new ArgumentException($"{given.Count} numbers are given as {what}, and the model takes " +
            $"{(stated.Channels == 1 ? "one channel" : $"{stated.Channels} channels")}. One number counts for all."),
    };

    /// <summary>How many channels the user says that a model takes; null where nobody says it.</summary>
    internal static int? ChannelsOf(ModelOptions options) => options.Channels?.Count
        ?? (options.Mean is { Count: > 1 } mean ? mean.Count : options.Std is { Count: > 1 } std ? std.Count : null);

    /// <summary>Throws where the weights are for another input size.</summary>
    internal static void DemandSize(Architecture architecture, IReadOnlyList<WeightEntry> entries, Preprocessing preprocessing, string path)
    {
        if (architecture.SizeOf(entries) is { } side && (preprocessing.Height != side || preprocessing.Width != side))
        {
            throw new ModelImportException(ModelFault.InvalidOption,
                $"The weights in '{path}' are for input of {side}×{side} pixels, as their shapes say, not for " +
                $"{preprocessing.Height}×{preprocessing.Width}.");
        }
    }

    /// <summary>The network without weights.</summary>
    internal static Network Build(Architecture architecture, long classes, Preprocessing preprocessing)
    {
        try
        {
            return architecture.Build(classes, preprocessing.Height, preprocessing.Width, preprocessing.Channels);
        }
        catch (ArgumentException e)
        {
            throw new ModelImportException(ModelFault.InvalidOption,
                $"{architecture.Name} cannot take input of {preprocessing.Height}×{preprocessing.Width} pixels: {e.Message}. " +
                $"Its usual size is {architecture.Preprocessing.Height}×{architecture.Preprocessing.Width}.");
        }
    }
}
