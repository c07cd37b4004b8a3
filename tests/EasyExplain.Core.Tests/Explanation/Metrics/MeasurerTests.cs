using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Explanation.Metrics;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using EasyExplain.Tests.Networks;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation.Metrics;

/// <summary>
/// Measuring explanations of a linear model, 8 × 8 pixels to two sigmoids, of which everything is known: the logit is a sum over pixels,
/// and
/// the map of what each adds is the best there is.
/// </summary>
public sealed class MeasurerTests : IDisposable
{
    private const int Side = 8, Pixels = Side * Side;
    private readonly CamModel _model = Linear(Activation.Sigmoid);

    public void Dispose() => _model.Dispose();

    [Fact]
    public void DeletionAndInsertion_AreTheirClosedForm()
    {
        float[] picture = Picture(1), adds = Adds(picture);
        CamMeasure measured = Measure(Explained(picture, adds)).Measure!;
        int[] order = [.. Enumerable.Range(0, Pixels).OrderByDescending(place => adds[place])];
        double Area(Func<int, IEnumerable<int>> kept) => Enumerable.Range(0, 17).Select(step => Sigmoid(
            kept(4 * step).Sum(place => (double)adds[place]) + Bias)).ToArray() is var curve
            ? (curve.Sum() - (curve[0] + curve[^1]) / 2) / 16 : 0; // 16 steps of 4 pixels
        Assert.Equal(Area(count => order.Skip(count)), measured.Deletion!.Value, tolerance: 1e-5);
        Assert.Equal(Area(count => order.Take(count)), measured.Insertion!.Value, tolerance: 1e-5);
    }

    /// <summary>Where probability goes with a sum over pixels, what a region costs is ordered as what the map has there.</summary>
    [Fact]
    public void MuFidelity_OfWhatEachPixelAdds_Is1_AndOfItsOppositeMinus1()
    {
        float[] picture = Picture(2), adds = Adds(picture);
        Assert.Equal(1, Measure(Explained(picture, adds)).Measure!.MuFidelity!.Value, tolerance: 1e-3);
        Assert.Equal(-1, Measure(Explained(picture, [.. adds.Select(value => -value)])).Measure!.MuFidelity!.Value, tolerance: 1e-3);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(0.7f)]
    public void AMapThatIsTheSameEverywhere_HasFiniteFigures(float value)
    {
        CamMeasure measured = Measure(Explained(Picture(3), [.. Enumerable.Repeat(value, Pixels)]), CamMetric.All).Measure!;
        Assert.All(CamMetric.All.Where(metric => !metric.NeedsObject), metric =>
        {
            Assert.All(measured.Controls.Append(measured), row => Assert.True(metric.Of(row) is { } figure && double.IsFinite(figure),
                $"{metric} of {row} is {metric.Of(row)}"));
        });
    }

    [Fact]
    public void TheBatchSize_ChangesNothing_AndTheSeedDoes()
    {
        float[] picture = Picture(4), map = new float[Pixels];
        map[5] = 1; // all others are ties
        CamMeasure one = Measure(Explained(picture, map), batch: 1).Measure!, many = Measure(Explained(picture, map), batch: 64).Measure!;
        foreach (CamMetric metric in CamMetric.All.Where(metric => !metric.NeedsObject && !metric.IsCostly))
        {
            Assert.Equal(metric.Of(one)!.Value, metric.Of(many)!.Value, tolerance: 1e-5);
        }
        Assert.NotEqual(one.Deletion, Measure(Explained(picture, map), seed: 9).Measure!.Deletion);
    }

    [Fact]
    public void ExplanationsOfOnePhoto_ShareTheirControls()
    {
        float[] picture = Picture(5);
        using var measurer = new Measurer(Settings());
        IReadOnlyList<CamExplanation> explained = Explainer([GradCAM.Method, HiResCAM.Method]).Explain(Input(picture));
        CamMeasure[] rows = [.. explained.Select(explanation => measurer.Measure(explanation).Measure!)];
        Assert.Equal(["RandomCAM", "CenterGaussian"], rows[0].Controls.Select(control => control.Method));
        Assert.All(rows[0].Controls.Zip(rows[1].Controls), pair => Assert.Same(pair.First, pair.Second));
        Assert.All(rows[0].Controls, control => Assert.True(control is { IsControl: true, Controls: [], Deletion: not null }));
        CamMeasure other = measurer.Measure(Explainer([GradCAM.Method]).Explain(Input(Picture(6))).Single()).Measure!;
        Assert.NotEqual(rows[0].Controls[1].Deletion, other.Controls[1].Deletion);
    }

    [Fact]
    public void OnlyWhatIsAskedFor_IsMeasured()
    {
        CamMeasure measured = Measure(Explained(Picture(7), Adds(Picture(7))), [CamMetric.Insertion, CamMetric.ADCC]).Measure!;
        Assert.Equal(["ADCC", "Insertion"], CamMetric.All.Where(metric => metric.Of(measured) is not null).Select(metric => metric.Name));
    }

    [Fact]
    public void AnObject_DecidesPointingGameAndEnergy()
    {
        float[] map = new float[Pixels];
        (map[0], map[9], map[10]) = (0.2f, 1, -0.5f);
        bool[] isObject = [.. Enumerable.Range(0, Pixels).Select(place => place >= 8)];
        using var measurer = new Measurer(Settings([CamMetric.PointingGame, CamMetric.Energy]));
        CamMeasure measured = measurer.Measure(Explained(Picture(8), map), isObject).Measure!;
        Assert.Equal(1, measured.PointingGame);
        Assert.Equal(1 / 1.2, measured.Energy!.Value, tolerance: 1e-6); // what speaks against the class is not counted
        Assert.Null(measurer.Measure(Explained(Picture(8), map)).Measure!.Energy);
    }

    [Fact]
    public void TheBestMap_IsBetterThanChance_AndARandomOneIsNot()
    {
        using var measurer = new Measurer(Settings(
            [CamMetric.Deletion, CamMetric.Insertion, CamMetric.DeletionBlur, CamMetric.InsertionBlur]));
        var rows = new List<CamMeasure>();
        for (int image = 0; image < 24; image++)
        {
            float[] picture = Picture(100 + image);
            CamExplanation best = Explained(picture, Adds(picture));
            var random = new Random(image);
            CamMap drawn = Map([.. Enumerable.Range(0, Pixels).Select(_ => random.NextSingle())]);
            rows.Add(measurer.Measure(best).Measure!);
            rows.Add(measurer.Measure(best with { Method = "LayerCAM", Maps = [drawn] }).Measure!);
        }
        IReadOnlyList<CamMethodSummary> summaries = MethodSummaries.Of(rows, seed: 0);
        Assert.Equal(["GradCAM", "LayerCAM"], summaries.Select(summary => summary.Method));
        Assert.True(summaries[0].IsBetterThanChance);
        Assert.False(summaries[1].IsBetterThanChance);
        Assert.Equal("No better than chance on this model.", summaries[1].Verdict);
    }

    /// <summary>
    /// A map of the input alone stays as it is, whatever the network forgets; one of gradients does not, and the model learns nothing of
    /// it.
    /// </summary>
    [Fact]
    public void ParameterRandomization_AsksANetworkThatHasForgottenAll_AndLeavesTheModelAsItIs()
    {
        float[] picture = Picture(9);
        CamExplanation explanation = Explainer([GradCAM.Method]).Explain(Input(picture)).Single();
        CamMeasure measured = Measure(explanation, [CamMetric.ParameterRandomization, CamMetric.RandomLogit]).Measure!;
        Assert.Equal(1, measured.Controls.Single(control => control.Method == "CenterGaussian").ParameterRandomization);
        Assert.Equal(1, measured.Controls.Single(control => control.Method == "CenterGaussian").RandomLogit);
        Assert.InRange(measured.ParameterRandomization!.Value, -1, 0.9);
        Assert.Equal(explanation.Score, Explainer([GradCAM.Method]).Explain(Input(picture)).Single().Score);
    }

    [Fact]
    public void Stability_IsNothingOfAFixedMap_AndSmallOfASmoothOne()
    {
        CamMeasure measured = Measure(Explainer([GradCAM.Method]).Explain(Input(Picture(10))).Single(), [CamMetric.Stability]).Measure!;
        Assert.Equal(0, measured.Controls.Single(control => control.Method == "CenterGaussian").Stability);
        Assert.InRange(measured.Stability!.Value, 1e-4, 0.5);
    }

    [Theory]
    [InlineData(Activation.None, true, "scores, not probabilities")]
    [InlineData(Activation.Softmax, false, "no classes")]
    public void AModelWithoutProbabilities_CannotBeMeasured(Activation activation, bool hasClasses, string said)
    {
        using CamModel model = Linear(activation, hasClasses);
        SelectionException wrong = Assert.Throws<SelectionException>(() => Measurer.Demand(model));
        Assert.Equal(SelectionFault.MetricNotPossible, wrong.Fault);
        Assert.Contains(said, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhoStopsIt_StopsItWithinAnImage()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        using var measurer = new Measurer(Settings());
        Assert.Throws<OperationCanceledException>(() => measurer.Measure(Explained(Picture(11), new float[Pixels]), cancel: stop.Token));
    }

    /// <summary>Of astronaut.jpg the bundled model says dog, and its map finds by what: better than the centre of the photo does.</summary>
    [Fact]
    public void TheRealModelsMap_CostsMoreThanTheCentre()
    {
        using CamModel model = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });
        string astronaut = Repository.Photo("astronaut.jpg");
        CamExplanation explanation = new Explainer(model, LayerSelection.Select(model, [model.DefaultLayer]), [LayerCAM.Method],
            ClassChoice.Predicted, MapAgain.UsualSettings).Explain(CamPicture.Decode(astronaut, model), astronaut).Single();
        CamMeasure measured = Measure(explanation).Measure!;
        CamMeasure centre = measured.Controls.Single(control => control.Method == "CenterGaussian");
        Assert.Equal(explanation.Probability, measured.Probability);
        Assert.True(measured.Insertion - measured.Deletion > 0.4 + centre.Insertion - centre.Deletion);
        Assert.True(measured.InsertionBlur - measured.DeletionBlur > 0.4 + centre.InsertionBlur - centre.DeletionBlur);
        Assert.True(measured.ROAD > 0.2);
        Assert.True(measured.MuFidelity > 0.4);
        Assert.InRange(measured.ADCC!.Value, 0.8, 1);
    }

    /// <summary>
    /// An exported vision transformer of one picture a pass, and a user's own module, whose weights are nobody's to shuffle.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnyKindOfModel_CanBeMeasured(bool exported)
    {
        string cat = Repository.Photo("cat.jpg");
        NativeLibraries.LoadTorch();
        using var conv = nn.Conv2d(3, 4, 3);
        using var chain = nn.Sequential(("conv", conv), ("relu", nn.ReLU()), ("pool", nn.AdaptiveAvgPool2d(1)), ("flat", nn.Flatten()));
        using CamModel model = exported
            ? ModelImporter.Import(Repository.Data("onnx", "cases", "vit_fixed_14.onnx"), new ModelOptions(), _ => { })
            : ModelImporter.Import(chain, new ModelOptions { InputSize = [16, 16] }, _ => { });
        CamExplanation explanation = new Explainer(model, LayerSelection.Select(model, [exported ? model.DefaultLayer : "conv"]),
            [GradCAM.Method], ClassChoice.Only(0), MapAgain.UsualSettings).Explain(ImageDecoder.Decode(cat), cat).Single();
        CamMetric[] metrics = [CamMetric.Deletion, CamMetric.ROAD, CamMetric.ADCC, CamMetric.ParameterRandomization];
        using var measurer = new Measurer(Settings(metrics) with { StepCount = 4 });
        CamMeasure measured = measurer.Measure(explanation).Measure!;
        Assert.All(new[] { measured.Deletion, measured.ROAD, measured.ADCC }, figure =>
            Assert.True(figure is { } value && double.IsFinite(value)));
        Assert.Equal(exported, measured.ParameterRandomization is not null);
    }

    private const double Bias = 0.25;

    /// <summary>A 1×1 convolution without bias, then a linear layer: linear in every pixel.</summary>
    private static CamModel Linear(Activation activation, bool hasClasses = true)
    {
        var g = new NetworkBuilder(3, Side, Side);
        Network network = SmallNetwork.Fill(g.Build(g.Linear("fc", g.Flatten(g.Conv2d("conv", g.Input, 4, kernel: 1, bias: false)), 2)));
        network.Parameters.Single(parameter => parameter.Name == "fc.bias").Load(tensor(new[] { (float)Bias, 0 }));
        return new CamModel("linear", "linear", "", network, Preprocessing(), [], CPU, activation: activation, hasClasses: hasClasses);
    }

    private static Preprocessing Preprocessing() => new(Side, Side, [0.5, 0.5, 0.5], [0.25, 0.25, 0.25], ResizeMode.Stretch);

    private static float[] Picture(int seed)
    {
        NativeLibraries.LoadTorch();
        using var generator = new Generator((ulong)seed, CPU);
        using Tensor drawn = randn([3, Side, Side], generator: generator);
        // An input is shown as bytes on the way, which the measure reads: so that it is exact, it is one of bytes.
        return [.. drawn.data<float>().ToArray().Select(value => (MathF.Round(Math.Clamp(127 + 50 * value, 0, 255)) / 255 - 0.5f) / 0.25f)];
    }

    private static Tensor Input(float[] picture) => tensor(picture).view(1, 3, Side, Side);

    /// <summary>What each pixel adds to the logit of class 0.</summary>
    private float[] Adds(float[] picture)
    {
        float[] conv = Values("conv.weight"), fc = Values("fc.weight");
        return [.. Enumerable.Range(0, Pixels).Select(place => (float)Enumerable.Range(0, 4).Sum(k => (double)fc[k * Pixels + place]
            * Enumerable.Range(0, 3).Sum(c => (double)conv[k * 3 + c] * picture[c * Pixels + place])))];

        float[] Values(string name) => _model.Network.Parameters.Single(parameter => parameter.Name == name).Value.data<float>().ToArray();
    }

    private Explainer Explainer(CamMethod[] methods) => new(_model, LayerSelection.Select(_model, ["conv"]), methods, ClassChoice.Only(0),
        MapAgain.UsualSettings);

    /// <summary>An explanation of class 0 whose map is this one.</summary>
    private CamExplanation Explained(float[] picture, float[] map) =>
        Explainer([GradCAM.Method]).Explain(Input(picture)).Single() with { Maps = [Map(map)] };

    private static CamMap Map(float[] values)
    {
        float[,] map = new float[Side, Side];
        Buffer.BlockCopy(values, 0, map, 0, values.Length * sizeof(float));
        return new CamMap("conv", map, PixelRegion.Whole(Side, Side), Side, Side, isSigned: values.Min() < 0);
    }

    private static MeasureSettings Settings(IReadOnlyList<CamMetric>? metrics = null, int batch = 16, long seed = 0) =>
        new(metrics ?? [.. CamMetric.All.Where(metric => !metric.IsCostly)], StepCount: 16, RegionCount: 40, seed, batch);

    private static CamExplanation Measure(
        CamExplanation explanation, IReadOnlyList<CamMetric>? metrics = null, int batch = 16, long seed = 0)
    {
        using var measurer = new Measurer(Settings(metrics, batch, seed));
        return measurer.Measure(explanation);
    }

    private static double Sigmoid(double logit) => 1 / (1 + Math.Exp(-logit));
}
