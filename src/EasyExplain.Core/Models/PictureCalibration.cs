using System.Globalization;
using EasyExplain.Imaging;
using EasyExplain.Networks;
using EasyExplain.Networks.Engines;
using EasyExplain.Networks.Engines.Quantised;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Models;

/// <summary>How a model comes to know, by pictures of the kind that it is for, how it can compute in 8 bits.</summary>
internal static class PictureCalibration
{
    /// <summary>With how many pictures of a run it is done: its first ones.</summary>
    public const int OfRun = 16;

    private const int OfFolder = 32;

    /// <summary>Calibrates with pictures of a folder and the folders in it, evenly spread over their names.</summary>
    /// <param name="model">The model, which computes in float32 so far.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="explain">Told what was found out, a sentence each.</param>
    /// <exception cref="ModelImportException">It has no pictures that can be read, or nothing can be computed in 8 bits.</exception>
    public static void ByFolder(CamModel model, string folder, Action<string> explain)
    {
        if (!Directory.Exists(folder))
        {
            throw Fault($"'{folder}' is no folder. Give one with pictures of the kind that {model.Name} is for; {OfFolder} are enough.");
        }
        string[] files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file)[0] != '.')
            .OrderBy(file => Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/'), StringComparer.Ordinal)];
        if (files.Length == 0)
        {
            throw Fault($"'{folder}' has no pictures in it. Give a folder with pictures of the kind that {model.Name} is for; {OfFolder} " +
                "are enough.");
        }
        int count = Math.Min(OfFolder, files.Length);
        string[] some = [.. Enumerable.Range(0, count).Select(index => files[(long)index * files.Length / count])];
        (CalibrationFile? file, Exception? unreadable) = By(model, some, explain, default);
        model.CalibrationId = file?.Id ?? throw Fault(
            $"'{folder}' has no pictures that can be read; {count} of its {files.Length} files were tried. {unreadable!.Message}");
        if (model.AwaitsPictures)
        {
            throw new ModelImportException(ModelFault.InvalidOption,
                $"Int8 cannot be had for {model.Name}: nothing that ONNX Runtime could compute in 8 bits comes before " +
                $"'{model.DefaultLayer}', or its maps and answers would be others. Float32 runs everywhere.")
            {
                Remedy = Remedy.LeaveOutValue,
                About = nameof(ModelOptions.Precision),
            };
        }
    }

    /// <summary>Calibrates with the first pictures of a run; those that cannot be read are passed over.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was signalled.</exception>
    public static void ByRun(CamModel model, IReadOnlyList<string> pictures, Action<string> explain, CancellationToken cancel)
    {
        CalibrationFile? file = By(model, pictures, explain, cancel).File;
        model.CalibrationId = model.Computes == Precision.Int8 ? file!.Id : null;
        if (file is null)
        {
            explain($"{model} computes in float32 in this run: none of its first {pictures.Count} images can be read.");
        }
        else if (model.AwaitsPictures)
        {
            explain($"{model} computes in float32: nothing before '{model.DefaultLayer}' can be computed in 8 bits with the same answers.");
            model.Calibrate(null);
        }
    }

    /// <returns>The file of what was found, null where no picture can be read; and why the first of those cannot.</returns>
    private static (CalibrationFile? File, Exception? Unreadable) By(
        CamModel model, IReadOnlyList<string> files, Action<string> explain, CancellationToken cancel)
    {
        using IDisposable weights = model.Use();
        using DisposeScope scope = NewDisposeScope();
        Exception? unreadable = null;
        List<string> readable = [];
        List<Tensor> pictures = [];
        foreach (string path in files)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                pictures.Add(model.Preprocessing.ToInput(ImageDecoder.DecodeFor(path, 0, model.Preprocessing.SufficientSide)));
                readable.Add(path);
            }
            catch (Exception e) when (e is ImageFileException or IOException or UnauthorizedAccessException or NotSupportedException)
            {
                explain($"'{path}' is passed over: {e.Message}");
                unreadable ??= e;
            }
        }
        if (readable.Count == 0)
        {
            return (null, unreadable);
        }
        var file = CalibrationFile.Of(model, readable);
        Calibration? calibration = file.Read();
        bool isNew = calibration is null;
        if (calibration is null)
        {
            Network network = model.Optimized(new HashSet<string> { model.DefaultLayer });
            var calibrator = new Calibrator(network, network.Find(model.DefaultLayer)!.Node,
                [model.Channels, model.Preprocessing.Height, model.Preprocessing.Width], Scores(model));
            try
            {
                calibration = calibrator.Find(pictures, cancel);
            }
            catch (EngineException e)
            {
                explain($"ONNX Runtime failed: {e.Message}");
            }
        }
        if (calibration is not null)
        {
            if (isNew)
            {
                file.Write(calibration);
            }
            model.Calibrate(calibration);
            explain($"{model} computes in 8 bits: {Said(calibration.Fidelity, model)}" +
                (isNew ? "." : $"; '{file.Path}' had it from an earlier time."));
        }
        return (file, unreadable);
    }

    private static string Said(Fidelity found, CamModel model) => string.Create(CultureInfo.InvariantCulture,
        $"{found.Operations} of {found.Of} operations before '{model.DefaultLayer}'. With {found.Pictures} pictures, its maps there had " +
        $"r = {found.Correlation:0.0000} with float32's (at least {found.Least:0.000}), the highest output was the same in " +
        $"{found.Agreement:P0}, and it took {found.Time:0.00} times as long");

    /// <summary>One score a class, whatever the model tells of a picture.</summary>
    private static Func<Tensor, Tensor> Scores(CamModel model) => model.Task switch
    {
        CamTask.Detect => output => output[0].narrow(1, Detectors.DetectorHead.Corners, output.shape[2] - Detectors.DetectorHead.Corners)
            .amax([0]),
        CamTask.Segment => output => output[0].amax([1, 2]),
        _ => output => output[0],
    };

    private static ModelImportException Fault(string message) => new(ModelFault.InvalidOption, message)
    {
        About = nameof(ModelOptions.CalibrationPath),
    };
}
