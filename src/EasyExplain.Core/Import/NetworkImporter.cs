using EasyExplain.Architectures;
using EasyExplain.Imaging;
using EasyExplain.Import.Exported;
using EasyExplain.Import.Onnx;
using EasyExplain.Import.TorchScript;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using EasyExplain.Weights;
using static TorchSharp.torch;

namespace EasyExplain.Import;

/// <summary>
/// Makes a model of a file that holds a whole one, in TorchScript, ONNX or torch.export's archive: what it does is in the file, how its
/// pictures are made is not.
/// </summary>
internal static class NetworkImporter
{
    private const int Colors = 3;

    /// <summary>Reads <paramref name="file"/> and follows what it does to a picture.</summary>
    /// <param name="file">The file.</param>
    /// <param name="options">What the user says about it.</param>
    /// <param name="explain">Told what was found out or chosen by default, a sentence each.</param>
    /// <exception cref="WeightFileException">The file is broken, or its model takes no such pictures.</exception>
    /// <exception cref="ModelImportException">It needs operators that are not known here, or an option does not fit.</exception>
    /// <exception cref="DeviceException">It cannot compute on that device.</exception>
    public static CamModel Import(OpenedFile file, ModelOptions options, Action<string> explain)
    {
        string path = file.Path;
        DemandNoWeightOptions(path, options);
        Device device = ComputeDevice.Find(options.Device, explain);
        if (file.Format == ModelFormat.Onnx)
        {
            OnnxFile onnx = OnnxFile.Read(file);
            return WithChannels(path, onnx.Channels, options, explain, (channels, tell) =>
            {
                Preprocessing usual = onnx.Preprocessing(Architecture.ImageNet.ForChannels(channels), tell);
                Preprocessing preprocessing = PreprocessingOf(path, usual, onnx.DeclaredSize is not null, options, tell);
                if (onnx.Misfit(preprocessing.Height, preprocessing.Width) is { } odd)
                {
                    tell(odd);
                }
                return Import(path, "ONNX", preprocessing, onnx.DeclaredSize is null, onnx.Labels, onnx.ToNetwork, device, options, tell);
            });
        }
        if (file.Format == ModelFormat.Exported)
        {
            ExportedFile exported = ExportedFile.Read(file);
            return WithChannels(path, exported.Channels, options, explain, (channels, tell) =>
            {
                Preprocessing usual = Architecture.ImageNet.ForChannels(channels);
                usual = exported.DeclaredSize is { } size ? usual.ForInput(size.Height, size.Width) : usual;
                Preprocessing preprocessing = PreprocessingOf(path, usual, exported.DeclaredSize is not null, options, tell);
                return Import(path, exported.Type, preprocessing, exported.DeclaredSize is null, null, exported.ToNetwork, device, options,
                    tell);
            });
        }
        using TorchScriptFile script = TorchScriptFile.Read(file);
        return WithChannels(path, null, options, explain, (channels, tell) =>
        {
            Preprocessing stated = script.Preprocessing(Architecture.ImageNet.ForChannels(channels), tell);
            return Import(path, script.Type, PreprocessingOf(path, stated, false, options, tell), true, script.Labels, script.ToNetwork,
                device, options, tell);
        });
    }

    /// <summary>
    /// Imports a model with as many channels as its file declares; where it does not say it, with colours, or as many as its first
    /// convolution then asks for.
    /// </summary>
    private static CamModel WithChannels(string path, int? declared, ModelOptions options, Action<string> explain,
        Func<int, Action<string>, CamModel> import)
    {
        int? asked = ModelImporter.ChannelsOf(options);
        List<string> said = [];
        try
        {
            return import(declared ?? asked ?? Colors, said.Add);
        }
        catch (WeightFileException e) when (declared is null
            && e.InnerException is InputChannelsException wrong && wrong.Wanted != asked)
        {
            said.Clear();
            return import(wrong.Wanted, said.Add);
        }
        finally
        {
            said.ForEach(explain);
        }
    }

    private static CamModel Import(
        string path, string kind, Preprocessing preprocessing, bool sizeIsOpen, IReadOnlyList<string>? ownLabels,
        Func<long, long, long, OutputChoice, Action<string>, FollowedModel> follow, Device device, ModelOptions options,
        Action<string> explain)
    {
        IReadOnlyList<string>? LabelsFor(long classes, IReadOnlyList<string>? ofOutput, Action<string> tell) =>
            options.Labels ?? Fitting(ofOutput ?? ownLabels, classes) ?? PreprocessFile.LabelsBeside(path, classes, tell)
                ?? UsualLabels(classes, tell);

        var choice = new OutputChoice(path, options.Output, classes => LabelsFor(classes, null, _ => { })?.Count == classes, explain);
        FollowedModel followed;
        try
        {
            followed = follow(preprocessing.Channels, preprocessing.Height, preprocessing.Width, choice, explain);
        }
        catch (WeightFileException e) when (options.InputSize is null && sizeIsOpen && e.InnerException is not InputChannelsException)
        {
            throw new WeightFileException(
                path, $"{e.Message[(path.Length + 2)..]} It was tried with {preprocessing.Height}×{preprocessing.Width} pixels.", e)
            {
                Remedy = Remedy.GiveInputSize,
            };
        }
        Network network = followed.Network;
        try
        {
            foreach (Parameter parameter in network.Parameters.Where(_ => device.type != TorchSharp.DeviceType.CPU))
            {
                parameter.Load(parameter.Value.to(device));
            }
            long classes = followed.Detector?.ClassCount
                ?? network.Shapes(preprocessing.Channels, preprocessing.Height, preprocessing.Width)[network.Output][0];
            IReadOnlyList<string> labels = LabelsFor(classes, followed.Labels, explain) ?? [];
            ModelHead head = ModelHead.Complete(network, classes, followed.Activation, labels, options, $"'{path}'", explain);
            return (head with { Task = followed.Task, Detector = followed.Detector }).ToModel(
                options.Name ?? Path.GetFileNameWithoutExtension(path), kind, path,
                preprocessing with { CanvasShare = followed.CanvasShare }, device, options.Precision, followed.Output);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static IReadOnlyList<string>? Fitting(IReadOnlyList<string>? labels, long classes) =>
        labels?.Count == classes || (classes == 1 && labels?.Count == 2) ? labels : null;

    /// <summary>Options first, then preprocess.json, then what the file says, then what ImageNet's networks have.</summary>
    private static Preprocessing PreprocessingOf(string path, Preprocessing usual, bool declaresSize, ModelOptions options,
        Action<string> explain)
    {
        try
        {
            Preprocessing? beside = PreprocessFile.Beside(path, usual, explain);
            if (beside is null && (options.InputSize is null || options.Mean is null || options.Std is null))
            {
                bool isUsual = usual.Mean.SequenceEqual(Architecture.ImageNet.ForChannels(usual.Channels).Mean);
                explain($"There is no '{PreprocessFile.PathFor(path)}': what is not given is as " +
                    $"{(isUsual ? "ImageNet's networks have it" : "the file says")}" +
                    $"{(declaresSize ? ", the input's size as the file declares it" : "")}.");
            }
            return ModelImporter.Chosen(options, beside ?? usual, $"'{path}'", explain);
        }
        catch (ArgumentException e)
        {
            throw new ModelImportException(ModelFault.InvalidOption, $"The preprocessing of '{path}' is impossible: {e.Message}");
        }
    }

    private static void DemandNoWeightOptions(string path, ModelOptions options)
    {
        (string Name, bool Given)[] wrong =
            [("Architecture", options.Architecture is not null), ("StateDictKey", options.StateDictKey is not null),
            ("Weights", options.Weights is not null)];
        if (wrong.FirstOrDefault(option => option.Given).Name is { } name)
        {
            throw new ModelImportException(ModelFault.InvalidOption, $"'{path}' holds a whole model, with its architecture.")
            {
                Remedy = Remedy.LeaveOut,
                About = name,
            };
        }
    }

    private static IReadOnlyList<string>? UsualLabels(long classes, Action<string> explain)
    {
        if (classes != ImageNetLabels.All.Count)
        {
            return null;
        }
        explain($"{classes} classes and no labels of its own: ImageNet's labels are used.");
        return ImageNetLabels.All;
    }
}
