using EasyExplain.Imaging;
using EasyExplain.Models.Architectures;
using EasyExplain.Models.Onnx;
using EasyExplain.Models.TorchScript;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using EasyExplain.Weights;
using static TorchSharp.torch;

namespace EasyExplain.Models;

/// <summary>Makes a model of a file that holds a whole one, in TorchScript or ONNX: what it does is in the file, how its pictures are made is not.</summary>
internal static class NetworkImporter
{
    /// <summary>Reads <paramref name="path"/> and follows what it does to a picture.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">What it holds.</param>
    /// <param name="options">What the user says about it.</param>
    /// <param name="explain">Told what was found out or chosen by default, a sentence each.</param>
    /// <exception cref="WeightFileException">The file is broken, or its model takes no such pictures.</exception>
    /// <exception cref="ModelImportException">It needs operators that are not known here, or an option does not fit.</exception>
    /// <exception cref="DeviceException">It cannot compute on that device.</exception>
    public static CamModel Import(string path, ModelFormat format, ModelOptions options, Action<string> explain)
    {
        DemandNoWeightOptions(path, options);
        Device device = ComputeDevice.Find(options.Device, explain);
        if (format == ModelFormat.Onnx)
        {
            OnnxFile onnx = OnnxFile.Open(path);
            (int, int)? declared = onnx.InputShape is [_, > 0 and <= int.MaxValue and var height, > 0 and <= int.MaxValue and var width] ? ((int)height, (int)width) : null;
            return Import(path, "ONNX", declared, onnx.ToNetwork, device, options, explain);
        }
        using TorchScriptFile script = TorchScriptFile.Open(path);
        return Import(path, script.Type, null, script.ToNetwork, device, options, explain);
    }

    private static CamModel Import(
        string path, string kind, (int Height, int Width)? declared, Func<long, long, Action<string>, Network> follow, Device device, ModelOptions options, Action<string> explain)
    {
        Preprocessing preprocessing = PreprocessingOf(path, declared, options, explain);
        Network network;
        try
        {
            network = follow(preprocessing.Height, preprocessing.Width, explain);
        }
        catch (WeightFileException e) when (options.InputSize is null && declared is null)
        {
            throw new WeightFileException(path, $"{e.Message[(path.Length + 2)..]} " +
                $"(It was tried with {preprocessing.Height}×{preprocessing.Width} pixels; if it takes others, give -InputSize.)", e);
        }
        try
        {
            foreach (Parameter parameter in network.Parameters.Where(_ => device.type != TorchSharp.DeviceType.CPU))
            {
                parameter.Load(parameter.Value.to(device));
            }
            long classes = network.Shapes(3, preprocessing.Height, preprocessing.Width)[network.Output][0];
            string[] labels = [.. options.Labels ?? PreprocessFile.LabelsBeside(path, classes, explain) ?? UsualLabels(classes, explain)];
            var model = new CamModel(options.Name ?? Path.GetFileNameWithoutExtension(path), kind, path, network, preprocessing, labels, device, options.Precision);
            return labels.Length == 0 || labels.Length == classes ? model : throw new ModelImportException(ModelFault.InvalidOption,
                $"{labels.Length} labels were given, but '{path}' has {classes} classes. Give one label a line, in the order of the classes.");
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Options first, then preprocess.json, then the size that the file declares, then ImageNet's.</summary>
    private static Preprocessing PreprocessingOf(string path, (int Height, int Width)? declared, ModelOptions options, Action<string> explain)
    {
        try
        {
            Preprocessing usual = declared is { } size ? Architecture.ImageNet.ForInput(size.Height, size.Width) : Architecture.ImageNet;
            Preprocessing? beside = PreprocessFile.Beside(path, usual, explain);
            if (beside is null && (options.InputSize is null || options.Mean is null || options.Std is null))
            {
                explain($"There is no '{PreprocessFile.PathFor(path)}': what is not given is as ImageNet's networks have it{(declared is null ? "" : ", the input's size as the file declares it")}.");
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
        (string Name, bool Given)[] wrong = [("Architecture", options.Architecture is not null), ("StateDictKey", options.StateDictKey is not null), ("Weights", options.Weights is not null)];
        if (wrong.FirstOrDefault(option => option.Given).Name is { } name)
        {
            throw new ModelImportException(ModelFault.InvalidOption, $"'{path}' holds a whole model, with its architecture: leave -{name} out.");
        }
    }

    private static IReadOnlyList<string> UsualLabels(long classes, Action<string> explain)
    {
        if (classes != ImageNetLabels.All.Count)
        {
            return [];
        }
        explain($"{classes} classes and no labels of its own: ImageNet's labels are used.");
        return ImageNetLabels.All;
    }
}
