using EasyExplain.Detectors;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Tests;

namespace EasyExplain.Benchmarks;

/// <summary>
/// Explanations of what a detector found, against its prediction: the same way with a certainty asked for that nothing has. The work is the
/// prediction and the explanations together.
/// </summary>
internal static class DetectionRows
{
    private const int Rounds = 31;
    private const int Found = 3;
    private const double Usual = 0.25;

    public static IEnumerable<Row> Measure(Func<string, bool> wanted)
    {
        string folder = Path.Combine(Repository.Root, "tests", "data", "detection");
        using CamModel model = ModelImporter.Import(Path.Combine(folder, "cifar_canvas.onnx"), new ModelOptions(), _ => { });
        Photo photo = ImageDecoder.Decode(Path.Combine(folder, "canvases", "images", "0004.jpg"));
        Func<IDisposable?> prediction = ExplanationOf(model, photo, 1, certainty: 1.01);
        string of = $"{model.Name}, LayerCAM at what its heads read";
        foreach (Row row in Comparison.Measure(Rounds, new[]
            {
                new Comparison($"a detection of {of} / a prediction", 2.5, ExplanationOf(model, photo, 1, Usual), prediction),
                new Comparison(
                    $"{Found} detections of {of} / a prediction", 1 + Found * 1.5, ExplanationOf(model, photo, Found, Usual), prediction),
            }.Where(comparison => wanted(comparison.What))))
        {
            yield return row;
        }
    }

    private static Func<IDisposable?> ExplanationOf(CamModel model, Photo photo, int most, double certainty)
    {
        ClassChoice choice = ClassChoice.Top(most) with { Detections = new DetectionSettings(certainty) };
        var explainer = new Explainer(model, LayerSelection.Select(model, model.DefaultLayers), [MethodCatalog.Find("LayerCAM")], choice,
            new MethodSettings(null, 0, 1, BatchSize: 16));
        return () =>
        {
            explainer.Explain(photo, null);
            return null;
        };
    }
}
