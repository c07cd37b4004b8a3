using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Explanation.Metrics;
using EasyExplain.Models;

namespace EasyExplain.Tests.Explanation.Metrics;

/// <summary>A model in 8 bits is measured in both precisions; what is said of both is what two imports say.</summary>
[Collection(nameof(Alone))]
public sealed class PrecisionMeasureTests : IDisposable
{
    private const string Cache = "XDG_CACHE_HOME";
    private static readonly CamMetric[] s_some = [CamMetric.Deletion, CamMetric.Sparseness, .. CamMetric.OfPrecision];

    private readonly string _folder = Directory.CreateTempSubdirectory("easyexplain-precision-").FullName;
    private readonly string? _cache = Environment.GetEnvironmentVariable(Cache);
    private readonly string[] _photos = [.. Directory.EnumerateFiles(Canvases).Order(StringComparer.Ordinal).Take(6)];
    private readonly CamModel _full, _bytes;

    public PrecisionMeasureTests()
    {
        Environment.SetEnvironmentVariable(Cache, _folder);
        (_full, _bytes) = (Import(Precision.Float32), Import(Precision.Int8));
    }

    private static string Canvases => Repository.Data("detection", "canvases", "images");

    public void Dispose()
    {
        _full.Dispose();
        _bytes.Dispose();
        Environment.SetEnvironmentVariable(Cache, _cache);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void RowsOfBothPrecisions_AreThoseOfTwoImports()
    {
        using Measurer measurer = Measurer(s_some), ofFull = Measurer(s_some);
        foreach (string photo in _photos)
        {
            CamExplanation bytes = Explain(_bytes, LayerCAM.Method, photo);
            CamExplanation full = Explain(_full, LayerCAM.Method, photo, bytes.Class);
            CamMeasure row = measurer.Measure(bytes).Measure!, other = row.InFloat32!, alone = ofFull.Measure(full).Measure!;
            Assert.Equal((Precision.Int8, Precision.Float32), (row.Precision, other.Precision));
            Assert.Equal((photo, bytes.Class, full.Probability), (other.Path, other.Class, other.Probability));
            Assert.Equal((alone.Deletion, alone.Sparseness), (other.Deletion, other.Sparseness));
            Assert.Equal(alone.Controls.Select(control => control.Deletion), other.Controls.Select(control => control.Deletion));
            Assert.NotEqual(row.Sparseness, other.Sparseness);
            Assert.NotEqual(row.Controls[1].Deletion, other.Controls[1].Deletion); // by the probabilities of each
            Assert.Equal(Pearson(bytes.Map.ToArray(), full.Map.ToArray()), row.PrecisionCorrelation!.Value, 1e-9);
            Assert.Equal(bytes.Class == Explain(_full, LayerCAM.Method, photo).Class ? 1 : 0, row.PrecisionAgreement);
            Assert.Null(other.PrecisionCorrelation ?? other.PrecisionAgreement);
            Assert.All(row.Controls.Concat(other.Controls), control => Assert.Null(control.PrecisionCorrelation));
            Assert.True(row.Seconds > 0 && other.Seconds > 0);
        }
    }

    [Fact]
    public void OneThatPredictsAnotherClass_DoesNotAgree()
    {
        CamExplanation own = Explain(_bytes, LayerCAM.Method, _photos[0]), full = Explain(_full, LayerCAM.Method, _photos[0]);
        Assert.Equal(1, new PrecisionPair(own, full).Agreement);
        Assert.Equal(0, new PrecisionPair(own, full with { PredictedClasses = [(own.Class + 1) % 10] }).Agreement);
        Assert.Equal(1, new PrecisionPair(own, own).Correlation);
    }

    [Fact]
    public void MethodsOfAPhoto_ShareTheirControls_InEachPrecision()
    {
        using Measurer measurer = Measurer([CamMetric.Deletion]);
        CamMeasure[] rows = [.. new[] { GradCAM.Method, LayerCAM.Method }
            .Select(method => measurer.Measure(Explain(_bytes, method, _photos[0])).Measure!)];
        Assert.Same(rows[0].Controls[0], rows[1].Controls[0]);
        Assert.Same(rows[0].InFloat32!.Controls[0], rows[1].InFloat32!.Controls[0]);
        Assert.NotSame(rows[0].Controls[0], rows[0].InFloat32!.Controls[0]);
        Assert.Null(rows[0].PrecisionCorrelation); // nobody asked
    }

    [Fact]
    public void AModelInFloat32_HasOneRow_AndSoHasOneThatKnowsNoScales()
    {
        using CamModel waiting = ModelImporter.Import(
            ModelImporter.BundledPath, new ModelOptions { Precision = Precision.Int8 }, _ => { });
        foreach (CamModel model in new[] { _full, waiting })
        {
            using Measurer measurer = Measurer(s_some);
            CamMeasure row = measurer.Measure(Explain(model, LayerCAM.Method, _photos[0])).Measure!;
            Assert.Equal((Precision.Float32, null, null, null),
                (row.Precision, row.InFloat32, row.PrecisionCorrelation, row.PrecisionAgreement));
            Assert.Same(model, model.InFloat32());
        }
    }

    [Fact]
    public void WhereExplanationsGoOn_OnlyTheirNearnessIsMeasured()
    {
        using var measurer = new Measurer(Settings(s_some) with { BothPrecisions = false });
        CamMeasure row = measurer.Measure(Explain(_bytes, LayerCAM.Method, _photos[0])).Measure!;
        Assert.Null(row.InFloat32);
        Assert.InRange(row.PrecisionCorrelation!.Value, 0.9, 0.99999);
    }

    [Fact]
    public void WhatIsFoundInAPhoto_IsComparedWhereItIs()
    {
        using CamModel detector = ModelImporter.Import(Repository.Data("detection", "cifar_canvas.onnx"),
            new ModelOptions { Precision = Precision.Int8, CalibrationPath = Canvases }, _ => { });
        CamExplanation found = new Explainer(detector, LayerSelection.Select(detector, detector.DefaultLayers), [LayerCAM.Method],
            ClassChoice.Numbered(0), MapAgain.UsualSettings).Explain(CamPicture.Decode(_photos[0], detector), _photos[0])[0];
        using Measurer measurer = Measurer(s_some);
        CamMeasure row = measurer.Measure(found).Measure!, other = row.InFloat32!;
        Assert.Equal((row.Class, row.Detection, row.Label), (other.Class, other.Detection, other.Label));
        Assert.Equal(row.Probability, other.Probability, 0.05);
        Assert.NotEqual(row.Probability, other.Probability);
        Assert.InRange(row.PrecisionCorrelation!.Value, 0.9, 0.99999);
        Assert.Null(row.PrecisionAgreement); // it was asked about a thing, and not what there is
    }

    [Fact]
    public void TheSameInFloat32_IsFreedWithItsModel()
    {
        CamModel model = Import(Precision.Int8), other = model.InFloat32();
        Assert.Same(other, model.InFloat32());
        using (model.Use())
        {
            model.Dispose();
            Assert.False(other.IsDisposed); // somebody explains with it
        }
        Assert.True(other.IsDisposed);
    }

    [Fact]
    public void Summaries_SayHowNearItComes_AndWhatItGains()
    {
        CamMeasure[] rows = [.. Enumerable.Range(0, 4).SelectMany(Rows)];
        IReadOnlyList<CamMethodSummary> summaries = MethodSummaries.Of(rows, seed: 0);
        Assert.Equal(2, summaries.Count);
        CamMethodSummary bytes = summaries.Single(one => one.Precision == Precision.Int8);
        CamMethodSummary full = summaries.Single(one => one.Precision == Precision.Float32);
        Assert.EndsWith(" Int8: r = 0.9750 with Float32's maps, the same class in 75 %, 0.30 of its time.", bytes.Verdict,
            StringComparison.Ordinal);
        Assert.Equal((0.975, 0.75), (bytes.PrecisionCorrelation!.Mean, bytes.PrecisionAgreement!.Mean));
        Assert.DoesNotContain("Int8", full.Verdict, StringComparison.Ordinal);
        Assert.Null(full.PrecisionCorrelation);

        // r = 0.99, 0.98, 0.97, 0.96; the last is of another class.
        CamMeasure[] Rows(int image)
        {
            var full = new CamMeasure
            {
                Path = $"{image}.jpg",
                Method = "LayerCAM",
                Layers = ["layer"],
                Class = 0,
                Label = "cat",
                Probability = 0.9,
                IsControl = false,
                Seconds = 0.1,
                ModelName = "model",
                Seed = 0,
                Precision = Precision.Float32,
            };
            CamMeasure bytes = full with
            {
                Precision = Precision.Int8,
                Seconds = 0.03,
                PrecisionCorrelation = 0.99 - image * 0.01,
                PrecisionAgreement = image == 3 ? 0 : 1,
            };
            return [bytes, full];
        }
    }

    [Fact]
    public void LRP_ComputesInFloat32_AndSaysSo()
    {
        foreach (var (method, said) in new[]
        {
            (LayerCAM.Method, "ONNX Runtime in 8 bits"), (LRP.Method, "ONNX Runtime; LRP computes in float32 all the same"),
        })
        {
            CamLayer[] layers = [.. LayerSelection.Select(_bytes, [_bytes.DefaultLayer])];
            Assert.StartsWith(said, new Explainer(_bytes, layers, [method], ClassChoice.Predicted, MapAgain.UsualSettings).Compile(),
                StringComparison.Ordinal);
        }
        Assert.Equal(Explain(_full, LRP.Method, _photos[0]).Map.ToArray(), Explain(_bytes, LRP.Method, _photos[0]).Map.ToArray());
    }

    private static CamModel Import(Precision precision) => ModelImporter.Import(ModelImporter.BundledPath,
        new ModelOptions { Precision = precision, CalibrationPath = precision == Precision.Int8 ? Canvases : null }, _ => { });

    private static CamExplanation Explain(CamModel model, CamMethod method, string photo, int? @class = null) =>
        new Explainer(model, LayerSelection.Select(model, [model.DefaultLayer]), [method],
            @class is { } one ? ClassChoice.Only(one) : ClassChoice.Predicted, MapAgain.UsualSettings)
        .Explain(CamPicture.Decode(photo, model), photo)[0];

    private static MeasureSettings Settings(IReadOnlyList<CamMetric> metrics) => new(metrics, 4, 10, 0, 8);

    private static Measurer Measurer(IReadOnlyList<CamMetric> metrics) => new(Settings(metrics));

    private static double Pearson(float[,] one, float[,] other)
    {
        double[] x = [.. one.Cast<float>().Select(value => (double)value)], y = [.. other.Cast<float>().Select(value => (double)value)];
        double sum = x.Zip(y, (p, q) => p * q).Sum(), n = x.Length;
        double Spread(double[] values) => Math.Sqrt(n * values.Sum(value => value * value) - values.Sum() * values.Sum());
        return (n * sum - x.Sum() * y.Sum()) / Spread(x) / Spread(y);
    }
}
