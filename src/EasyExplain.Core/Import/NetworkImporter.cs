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
            return WithChannels(path, onnx.Channels, options, explain, (channels, tell) => Import(
                new WholeFile(path, "ONNX", onnx.DeclaredSize is null, onnx.Labels, onnx.Task, onnx.ToNetwork,
                    (usual, task, say) =>
                    {
                        Preprocessing preprocessing = PreprocessingOf(
                            path, onnx.Preprocessing(usual, say, task), onnx.DeclaredSize is not null, options, say);
                        if (onnx.Misfit(preprocessing.Height, preprocessing.Width) is { } odd)
                        {
                            say(odd);
                        }
                        return preprocessing;
                    }),
                channels, device, options, tell));
        }
        if (file.Format == ModelFormat.Exported)
        {
            ExportedFile exported = ExportedFile.Read(file);
            return WithChannels(path, exported.Channels, options, explain, (channels, tell) => Import(
                new WholeFile(path, exported.Type, exported.DeclaredSize is null, null, null, exported.ToNetwork,
                    (usual, _, say) => PreprocessingOf(path,
                        exported.DeclaredSize is { } size ? usual.ForInput(size.Height, size.Width) : usual,
                        exported.DeclaredSize is not null, options, say)),
                channels, device, options, tell));
        }
        using TorchScriptFile script = TorchScriptFile.Read(file);
        return WithChannels(path, null, options, explain, (channels, tell) => Import(
            new WholeFile(path, script.Type, true, script.Labels, script.Task, script.ToNetwork,
                (usual, task, say) => PreprocessingOf(path, script.Preprocessing(usual, say, task), false, options, say)),
            channels, device, options, tell));
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

    private static CamModel Import(WholeFile file, int channels, Device device, ModelOptions options, Action<string> explain)
    {
        string path = file.Path;
        IReadOnlyList<string>? LabelsFor(long classes, IReadOnlyList<string>? ofOutput, Action<string> tell) =>
            options.Labels ?? Fitting(ofOutput ?? file.Labels, classes) ?? PreprocessFile.LabelsBeside(path, classes, tell)
                ?? UsualLabels(classes, tell);

        List<string> ofPictures = [], said = [];
        var choice = new OutputChoice(path, options.Output, classes => LabelsFor(classes, null, _ => { })?.Count == classes, said.Add)
        {
            Task = options.Task,
            Stated = file.Task,
            NamedClasses = file.Labels?.Count,
            Activation = options.Activation,
        };
        Preprocessing usual = Architecture.ImageNet.ForChannels(channels);
        Preprocessing preprocessing = file.Pictures(usual, options.Task, ofPictures.Add);
        FollowedModel followed;
        try
        {
            followed = Follow();
            if (followed.Task == CamTask.Detect)
            {
                // What pictures are made like follows from what the model is.
                ofPictures.Clear();
                Preprocessing first = preprocessing;
                preprocessing = file.Pictures(followed.Pictures?.Invoke(usual) ?? usual, followed.Task, ofPictures.Add);
                if ((first.Height, first.Width) != (preprocessing.Height, preprocessing.Width))
                {
                    followed.Network.Dispose();
                    said.Clear();
                    followed = Follow();
                }
            }
        }
        finally
        {
            ofPictures.Concat(said).Distinct().ToList().ForEach(explain);
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
            ModelHead head = ModelHead.Complete(
                network, classes, followed.Activation, labels, options, $"'{path}'", explain, followed.Task);
            return (head with { Detector = followed.Detector }).ToModel(
                options.Name ?? Path.GetFileNameWithoutExtension(path), file.Kind, path,
                preprocessing with { CanvasShare = followed.CanvasShare }, device, options.Precision, followed.Output);
        }
        catch
        {
            network.Dispose();
            throw;
        }

        FollowedModel Follow()
        {
            try
            {
                return file.Follow(preprocessing.Channels, preprocessing.Height, preprocessing.Width, choice, said.Add);
            }
            catch (WeightFileException e) when (options.InputSize is null && file.SizeIsOpen
                && e.InnerException is not InputChannelsException)
            {
                throw new WeightFileException(
                    path, $"{e.Message[(path.Length + 2)..]} It was tried with {preprocessing.Height}×{preprocessing.Width} pixels.", e)
                {
                    Remedy = Remedy.GiveInputSize,
                };
            }
        }
    }

    /// <summary>A file that holds a whole model.</summary>
    /// <param name="Path">Where it is.</param>
    /// <param name="Kind">What it is, for messages.</param>
    /// <param name="SizeIsOpen">Whether it does not say which size pictures have.</param>
    /// <param name="Labels">What it calls the classes; null where it does not say.</param>
    /// <param name="Task">What it says that its task is, as Ultralytics names them; null where it does not.</param>
    /// <param name="Follow">Follows what it does to pictures of so many channels, rows and columns.</param>
    /// <param name="Pictures">
    /// How pictures are made for it: as the user says, then what lies beside it, then it itself, then what is usual, for a task.
    /// </param>
    private sealed record WholeFile(
        string Path, string Kind, bool SizeIsOpen, IReadOnlyList<string>? Labels, string? Task,
        Func<long, long, long, OutputChoice, Action<string>, FollowedModel> Follow,
        Func<Preprocessing, CamTask?, Action<string>, Preprocessing> Pictures);

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
