using System.Diagnostics;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Explanation.Metrics;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Benchmarks.Faithfulness;

/// <summary>Measures each method by itself at a model's default layer, or at the input where it is at home there.</summary>
/// <remarks>
/// The figure is Insertion − Deletion, the mean of that with the mean colour and that with a blur, less the same of the better control
/// (RandomCAM, or a spot in the middle) on the same image. 0 is what a map has that knows nothing of the decision.
/// </remarks>
internal sealed class FaithfulnessFigures(CamModel model, IReadOnlyList<string> files)
{
    private const int Rounds = 13;
    private const double LeastSeconds = 0.02; // of one timing: quick work is done several times in it

    private static readonly CamMetric[] Metrics =
        [CamMetric.Deletion, CamMetric.Insertion, CamMetric.DeletionBlur, CamMetric.InsertionBlur];

    private readonly Photo[] _photos = [.. files.Select(file => ImageDecoder.Decode(file))];

    /// <summary>The methods that fit the layer, without the control.</summary>
    public IReadOnlyList<CamMethod> Methods { get; } = [.. MethodCatalog.All
        .Where(method => method.Name != RandomCAM.Method.Name && method.Fits(LayerSelection.Select(model, model.DefaultLayers)))];

    /// <summary>A method's map of the first image.</summary>
    public float[,] MapOf(CamMethod method) => ExplainerOf(method).Explain(_photos[0], files[0])[0].Map.ToArray();

    /// <summary>How far methods are over chance, and where it would lie with other images, with 95 % confidence.</summary>
    public IReadOnlyDictionary<CamMethod, CamInterval> OverChance(IReadOnlyList<CamMethod> methods)
    {
        using var measurer = new Measurer(new MeasureSettings(Metrics, StepCount: 10, RegionCount: 2, Seed: 0, BatchSize: 32));
        Explainer[] explainers = [.. methods.Select(ExplainerOf)];
        // One image after the other: its controls are measured once.
        CamMeasure[][] rows = [.. _photos.Select((photo, index) => explainers
            .Select(explainer => measurer.Measure(explainer.Explain(photo, files[index])[0]).Measure!).ToArray())];
        string control = rows.SelectMany(image => image[0].Controls).GroupBy(row => row.Method).MaxBy(rows => rows.Average(Gain))!.Key;
        return methods.Select((method, index) => (method, index)).ToDictionary(one => one.method, one => Bootstrap.Of([.. rows.Select(
            image => Gain(image[one.index]) - Gain(image[one.index].Controls.First(row => row.Method == control)))], seed: 0)!);
    }

    /// <summary>The time of an explanation of the first image, as a multiple of a prediction's of another model: that in float32.</summary>
    public double CostOf(CamMethod method, FaithfulnessFigures plain)
    {
        Explainer explainer = ExplainerOf(method);
        (Func<IDisposable?> Work, int Times)[] both = [Repeated(() => explainer.Explain(_photos[0], files[0])), Repeated(plain.Predict)];
        double[] medians = SideBySide.Medians(Rounds, () => { }, [.. both.Select(one => one.Work)]);
        return medians[0] / both[0].Times / (medians[1] / both[1].Times);
    }

    private void Predict()
    {
        using DisposeScope scope = NewDisposeScope();
        Network network = model.Optimized(new HashSet<string>());
        model.Runner.Run(network, model.Preprocessing.ToInput(_photos[0]), [], track: false);
    }

    private static (Func<IDisposable?> Work, int Times) Repeated(Action work)
    {
        work(); // compiles
        long start = Stopwatch.GetTimestamp();
        work();
        int times = Math.Max(1, (int)Math.Ceiling(LeastSeconds / Stopwatch.GetElapsedTime(start).TotalSeconds));
        return (() =>
        {
            for (int time = 0; time < times; time++)
            {
                work();
            }
            return null;
        }, times);
    }

    private static double Gain(CamMeasure row) =>
        (row.Insertion!.Value - row.Deletion!.Value + row.InsertionBlur!.Value - row.DeletionBlur!.Value) / 2;

    private Explainer ExplainerOf(CamMethod method) => new(
        model, LayerSelection.Select(model, model.DefaultLayers), [method], ClassChoice.Predicted, MapAgain.UsualSettings);
}
