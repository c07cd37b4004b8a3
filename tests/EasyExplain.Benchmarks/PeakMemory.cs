using System.Diagnostics;
using System.Globalization;
using EasyExplain.Architectures;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Runtime;

namespace EasyExplain.Benchmarks;

/// <summary>
/// How much resident memory some work takes at its highest point, in bytes: measured in a process of its own, less what was resident
/// before.
/// </summary>
internal static class PeakMemory
{
    public const string Argument = "--peak";

    // Each is prepared, then measured.
    private static readonly Dictionary<string, Func<string, Action>> Works = new()
    {
        ["import"] = path => () => ModelImporter.Import(path, new ModelOptions(), _ => { }).Dispose(),
        ["photo"] = path => () => Export(ExplainerOf(Bundled(), ["layer3"]).Explain(ImageDecoder.Decode(path), path)[0]),
        ["report"] = count =>
        {
            var photos = new ReportTimes.Photos(int.Parse(count, CultureInfo.InvariantCulture));
            return () =>
            {
                using (photos)
                {
                    photos.WriteReport();
                }
            };
        },
        ["layers"] = architecture =>
        {
            Explainer explainer = ExplainerOf(new Subject(architecture).Model, Stacked(architecture));
            Photo photo = Photo.Black(224, 224);
            return () => explainer.Explain(photo, null);
        },
    };

    /// <summary>While a weight file is imported.</summary>
    public static double OfImport(string path) => Of("import", path);

    /// <summary>While a photo is decoded, explained by the bundled model, drawn and written.</summary>
    public static double OfPhoto(string path) => Of("photo", path);

    /// <summary>While a report of so many photos is written.</summary>
    public static double OfReport(int count) => Of("report", count.ToString(CultureInfo.InvariantCulture));

    /// <summary>While one picture is explained at all layers of a VGG's <c>features</c>, beside the weights.</summary>
    public static double OfLayers(string architecture) => Of("layers", architecture);

    /// <summary>The names of those layers, in order.</summary>
    public static string[] Stacked(string architecture)
    {
        using Networks.Network network = ArchitectureCatalog.Find(architecture).Build(1000);
        return [.. network.Layers.Select(layer => layer.Name).Where(name => name.StartsWith("features.", StringComparison.Ordinal))];
    }

    /// <summary>The child's side: prints the bytes.</summary>
    public static void Measure(string work, string argument)
    {
        // The engine and its native libraries are there before; what they take is no matter of the work.
        Bundled().Dispose();
        Action measured = Works[work](argument);
        GC.Collect();
        NativeHeap.Trim();
        ProcessMemory.ForgetPeak();
        long before = ProcessMemory.Resident();
        measured();
        Console.WriteLine((ProcessMemory.Peak() - before).ToString(CultureInfo.InvariantCulture));
    }

    private static double Of(string work, string argument)
    {
        using Process child = ThisProgram.Start(Argument, work, argument);
        string text = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return child.ExitCode == 0
            ? double.Parse(text, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException(
            $"The process that measures the peak of {work} '{argument}' ended with {child.ExitCode}.");
    }

    private static CamModel Bundled() => ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });

    private static Explainer ExplainerOf(CamModel model, string[] layers) =>
        new(model, LayerSelection.Select(model, layers), [LayerCAM.Method], ClassChoice.Predicted, new MethodSettings(1, 0, 0, 1));

    private static void Export(CamExplanation explanation) => ImageEncoder.Save(
        new CamPicture(0.5, Colormap.Jet, 0.5, MaxSize: 1024).Draw(explanation, OverlayStyle.Overlay), explanation.Path + ".overlay.jpg",
        ImageFormat.Jpeg);
}
