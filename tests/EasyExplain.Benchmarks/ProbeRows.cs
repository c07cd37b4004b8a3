using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Models;
using EasyExplain.Networks;

namespace EasyExplain.Benchmarks;

/// <summary>
/// Explanations that ask the network about changed pictures or outputs, against predictions: of the same engine, and of libtorch with
/// nothing folded.
/// </summary>
internal static class ProbeRows
{
    private const int Sample = 25; // so many predictions are timed; they stand for one a window
    private const int Rounds = 5;
    private const int QuickRounds = 21;

    public static IEnumerable<Row> Measure(Func<string, bool> wanted)
    {
        using var resnet = new Subject("resnet18");
        using var large = new Subject("resnet50");
        using var mobile = new Subject("mobilenet_v2");
        Comparison[] slow =
        [
            .. OcclusionOf(resnet, "ResNet-18", null, null, windows: 225),
            .. OcclusionOf(resnet, "ResNet-18", 45, 9, windows: 441),
            .. OcclusionOf(large, "ResNet-50", null, null, windows: 225),
            .. OcclusionOf(mobile, "MobileNetV2", null, null, windows: 225),
        ];
        Comparison[] quick = [.. ReciproCAMOf(resnet, "ResNet-18"), .. ReciproCAMOf(large, "ResNet-50")];
        // One after the other: an engine keeps what it compiled for a few networks at a time.
        foreach ((Comparison comparison, int rounds) in slow.Select(one => (one, Rounds)).Concat(quick.Select(one => (one, QuickRounds))))
        {
            foreach (Row row in wanted(comparison.What) ? Comparison.Measure(rounds, [comparison]) : [])
            {
                yield return row;
            }
        }
    }

    private static Comparison[] ReciproCAMOf(Subject subject, string name)
    {
        Func<IDisposable?> explanation = subject.ExplanationOfPhoto("ReciproCAM", "layer4");
        string what = $"ReciproCAM at layer4 of {name}";
        return
        [
            new($"{what} / a prediction in the same engine", 1.1, explanation, subject.PredictionOfPhoto()),
            new($"{what} / plain inference", 1.1, explanation, subject.Inference()),
        ];
    }

    private static Comparison[] OcclusionOf(Subject subject, string name, Extent? window, Extent? stride, int windows)
    {
        var settings = new MethodSettings(null, 0, 1, BatchSize: 16) { Window = window, Stride = stride };
        var explainer = new Lazy<Explainer>(() => new Explainer(
            subject.Model, LayerSelection.Select(subject.Model, [subject.Model.DefaultLayer]), [MethodCatalog.Find("Occlusion")],
            ClassChoice.Predicted, settings));
        Func<IDisposable?> occlusion = () =>
        {
            explainer.Value.Explain(subject.Input);
            return null;
        };
        string what = $"Occlusion of {name}, {windows} windows of {window?.Height ?? 28} pixels";
        return
        [
            Against("as many predictions in the same engine, one at a time", subject.Forward([], batch: 1, times: Sample)),
            Against("as many plain inferences, one at a time", subject.Inference(batch: 1, times: Sample)),
        ];

        Comparison Against(string yardstick, Func<IDisposable?> predictions) => new($"{what} / {yardstick}", 0.6, occlusion, predictions)
        {
            Yardsticks = (double)windows / Sample,
        };
    }
}
