using EasyExplain.Models;
using EasyExplain.Tests;
using EasyExplain.Weights;

namespace EasyExplain.Benchmarks.Soak;

/// <summary>The model of a long run: the bundled one, or in Int8 one that all photos suit.</summary>
/// <remarks>
/// The bundled one knows ten classes of small pictures. On photos of other things two of them are often as likely, and 8 bits change the
/// answer: Int8 is not for it there.
/// </remarks>
internal static class SoakModel
{
    /// <summary>Its file.</summary>
    /// <param name="precision">In what numbers it computes.</param>
    /// <param name="folder">Where a file may be written.</param>
    public static string Path(Precision precision, string folder)
    {
        if (precision != Precision.Int8)
        {
            return ModelImporter.BundledPath;
        }
        string path = System.IO.Path.Combine(folder, "mobilenet_v2.safetensors");
        using var mobile = new Subject("mobilenet_v2");
        SafetensorsWriter.Write(
            path, mobile.Model.Network.Parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value)));
        return path;
    }

    /// <summary>How it is imported. Calibrated then, so that a model for which Int8 cannot be had ends the run.</summary>
    public static ModelOptions Options(Precision precision) => new()
    {
        Precision = precision,
        CalibrationPath = CalibrationPath(precision),
    };

    /// <summary>The folder with pictures for its scales; null where there are none.</summary>
    public static string? CalibrationPath(Precision precision) => precision == Precision.Int8 ? Repository.Photo("") : null;

    /// <summary>Its layers. In 8 bits is what comes before the first of them: there it is a late one alone.</summary>
    public static string[] Layers(Precision precision) => precision == Precision.Int8 ? ["features.18"] : ["layer1", "layer2", "layer3"];
}
