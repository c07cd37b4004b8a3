using EasyExplain.Detectors;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;
using DenseTensor = Microsoft.ML.OnnxRuntime.Tensors.DenseTensor<float>;

namespace EasyExplain.Tests.Detectors;

/// <summary>
/// Explanations of a detector that really learnt (tests/data/detection): what is found lies where the map says, and is gone without it.
/// </summary>
public sealed class TrainedDetectorTests(ITestOutputHelper output) : IDisposable
{
    private const double SameThing = 0.5;

    private readonly CamModel _model =
        ModelImporter.Import(Repository.Data("detection", "cifar_canvas.onnx"), new ModelOptions(), _ => { });

    public void Dispose() => _model.Dispose();

    [Fact]
    public void TheFileSaysWhatItIs()
    {
        Assert.Equal(CamTask.Detect, _model.Task);
        Assert.Equal(
            ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"], _model.Labels);
        Assert.Equal((128, 128), (_model.Preprocessing.Height, _model.Preprocessing.Width));
    }

    /// <summary>Against ONNX Runtime, on the file as it is: corners and probabilities of all 320 candidates.</summary>
    [Fact]
    public void ItsCandidates_AreThoseOfOnnxRuntime()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable untracked = no_grad();
        using var session = new InferenceSession(Repository.Data("detection", "cifar_canvas.onnx"));
        foreach (TestCanvas canvas in TestCanvas.Stored().Take(8))
        {
            Tensor input = _model.Preprocessing.ToInput(canvas.Photo);
            var given = new DenseTensor(input.contiguous().data<float>().ToArray(), [1, 3, 128, 128]);
            using var results = session.Run([NamedOnnxValue.CreateFromTensor("images", given)]);
            Tensor expected = tensor(results.Single().AsTensor<float>().ToArray()).view(14, 320).t();
            Tensor middle = expected.narrow(1, 0, 2), half = expected.narrow(1, 2, 2) / 2;

            Tensor actual = Executor.Run(_model.Network, input, [], track: false).Logits[0];

            AssertClose(cat([middle - half, middle + half], 1), actual.narrow(1, 0, 4), 1e-4);
            AssertClose(expected.narrow(1, 4, 10), _model.Detector!.Probabilities(actual.unsqueeze(0))[0], 1e-4);
        }
    }

    /// <summary>Of what the README beside the file says about 200 canvases, on the 40 that are stored.</summary>
    [Fact]
    public void ItFindsMostOfWhatIsThere()
    {
        IReadOnlyList<TestCanvas> canvases = TestCanvas.Stored();
        int things = canvases.Sum(canvas => canvas.Things.Count);
        int found = canvases.Sum(canvas => True(canvas, Explain(canvas.Photo, "LayerCAM")).Count);
        output.WriteLine($"{found} of {things}");
        Assert.InRange((double)found / things, 0.6, 1);
    }

    [Theory]
    [InlineData("LayerCAM")]
    [InlineData("GradCAMElementWise")]
    public void AMap_LiesInItsOwnBox(string method) => AssertBar(TestCanvas.Stored(), method);

    [SharedTheory(TestCanvas.Cifar)]
    [InlineData("LayerCAM")]
    public void AMap_LiesInItsOwnBox_On200(string method) => AssertBar(TestCanvas.Made(), method);

    [Fact]
    public void WithoutItsBox_ADetectionIsGone() => AssertErased(TestCanvas.Stored());

    [SharedTheory(TestCanvas.Cifar, takesMinutes: true)]
    [InlineData(200)]
    public void WithoutItsBox_ADetectionIsGone_On200(int count) => AssertErased([.. TestCanvas.Made().Take(count)]);

    /// <summary>The table of docs/detection.md: run by hand, with EASYEXPLAIN_LONG.</summary>
    /// <param name="count">How many canvases.</param>
    /// <param name="methods">The methods.</param>
    [SharedTheory(TestCanvas.Cifar, takesMinutes: true)]
    [InlineData(200, "GradCAM", "GradCAMPlusPlus", "XGradCAM", "HiResCAM", "LayerCAM", "GradCAMElementWise", "EigenGradCAM", "EigenCAM")]
    [InlineData(200, "LRP")]
    [InlineData(200, "ODAM")]
    [InlineData(40, "RISE", "Occlusion")]
    public void MethodsCompared(int count, params string[] methods)
    {
        IReadOnlyList<TestCanvas> canvases = [.. TestCanvas.Made().Take(count)];
        foreach (string method in methods)
        {
            output.WriteLine($"{method}: {Measure(canvases, method)}");
        }
    }

    private void AssertBar(IReadOnlyList<TestCanvas> canvases, string method)
    {
        Figures figures = Measure(canvases, method);
        output.WriteLine($"{figures}");
        Assert.InRange(figures.Peaks, 0.95, 1);
        Assert.InRange(figures.Energies, 0.9, 1);
    }

    private void AssertErased(IReadOnlyList<TestCanvas> canvases)
    {
        int all = 0, gone = 0;
        foreach (TestCanvas canvas in canvases)
        {
            foreach (var (_, thing) in True(canvas, Explain(canvas.Photo, "LayerCAM")))
            {
                all++;
                gone += Explain(canvas.Without(thing.Box), "LayerCAM").Any(left => IsOf(left, thing)) ? 0 : 1;
            }
        }
        output.WriteLine($"{gone} of {all}");
        Assert.True(all > canvases.Count / 2, $"{all} detections");
        Assert.InRange((double)gone / all, 0.95, 1);
    }

    /// <summary>Shares of the true detections.</summary>
    /// <param name="Count">How many there are.</param>
    /// <param name="Peaks">Whose map is highest in their object's box.</param>
    /// <param name="Several">How many are on canvases with several objects.</param>
    /// <param name="Energies">Of these, whose map has more energy in their object's box than in any other's.</param>
    /// <param name="Inside">The mean part of a map's energy that lies in its object's box.</param>
    private sealed record Figures(int Count, double Peaks, int Several, double Energies, double Inside)
    {
        public override string ToString() =>
            $"{Count} detections, peak in own box {Peaks:P1}; {Several} beside others, most energy in own box {Energies:P1}; " +
            $"inside {Inside:P1}";
    }

    private Figures Measure(IReadOnlyList<TestCanvas> canvases, string method)
    {
        int count = 0, peaks = 0, several = 0, most = 0;
        double inside = 0;
        foreach (TestCanvas canvas in canvases)
        {
            foreach (var (explanation, thing) in True(canvas, Explain(canvas.Photo, method)))
            {
                CamMap map = explanation.Fused ?? explanation.Maps.Single(); // one of the input's is alone
                if (method == "LRP" && explanation.Score < 0)
                {
                    continue; // a logit below 0 is handed back as what speaks against: there is nothing that speaks for
                }
                float[,] values = Enlarge(map, canvas.Photo.Width, canvas.Photo.Height);
                double own = Energy(values, thing.Box);
                count++;
                peaks += thing.Box.Overlap(new DetectionBox(map.PeakX, map.PeakY, 1, 1)) > 0 ? 1 : 0;
                inside += own / Energy(values, new DetectionBox(0, 0, canvas.Photo.Width, canvas.Photo.Height));
                if (canvas.Things.Count > 1)
                {
                    several++;
                    most += canvas.Things.All(other => other == thing || Energy(values, other.Box) < own) ? 1 : 0;
                }
            }
        }
        return new Figures(count, (double)peaks / count, several, (double)most / several, inside / count);
    }

    /// <summary>All detections, explained at what the head reads, of both scales.</summary>
    private IReadOnlyList<CamExplanation> Explain(Photo photo, string method)
    {
        IReadOnlyList<CamLayer> layers = LayerSelection.Select(_model, ["model.6", "model.9"]);
        var explainer = new Explainer(
            _model, layers, [MethodCatalog.Find(method)], ClassChoice.Predicted, new MethodSettings(null, 0, 0, 16));
        return [.. explainer.Explain(photo, null).Where(explanation => explanation.Found)];
    }

    /// <summary>The detections that are right, each with its object; an object is found once, by the most certain one.</summary>
    private static List<(CamExplanation, CanvasThing)> True(TestCanvas canvas, IReadOnlyList<CamExplanation> explanations)
    {
        var free = canvas.Things.ToList();
        var right = new List<(CamExplanation, CanvasThing)>();
        foreach (CamExplanation explanation in explanations)
        {
            if (free.FirstOrDefault(thing => IsOf(explanation, thing)) is { } found)
            {
                free.Remove(found);
                right.Add((explanation, found));
            }
        }
        return right;
    }

    private static bool IsOf(CamExplanation explanation, CanvasThing thing) =>
        explanation.Class == thing.Class && explanation.Box!.Overlap(thing.Box) >= SameThing;

    /// <summary>What speaks for the detection, at the canvas's size.</summary>
    private static float[,] Enlarge(CamMap map, int width, int height)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor small = tensor(map.ToArray()).view(1, 1, map.Height, map.Width);
        Tensor large = nn.functional.interpolate(small, size: [height, width], mode: InterpolationMode.Bilinear, align_corners: false);
        float[] values = large.relu().contiguous().data<float>().ToArray();
        var rows = new float[height, width];
        Buffer.BlockCopy(values, 0, rows, 0, values.Length * sizeof(float));
        return rows;
    }

    private static double Energy(float[,] values, DetectionBox box)
    {
        double sum = 0;
        for (int y = (int)box.Y; y < box.Y + box.Height; y++)
        {
            for (int x = (int)box.X; x < box.X + box.Width; x++)
            {
                sum += values[y, x];
            }
        }
        return sum;
    }

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance) =>
        Assert.InRange((expected - actual).abs().max().item<float>(), 0, tolerance);
}
