using System.Text.Json;
using EasyExplain.Detectors;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Explanation.Metrics;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Tests.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation.Metrics;

/// <summary>Measuring explanations of what a detector finds, and of parts of a photo that a segmenter tells.</summary>
[Collection(Alone.Name)]
public sealed class FoundMeasureTests
{
    private const int Side = 64;

    /// <summary>Numbers of the modules in Python that the files are of (tests/data/detection/make_measures.py).</summary>
    [Theory]
    [InlineData("v8")]
    [InlineData("v5")]
    [InlineData("detr")]
    [InlineData("segment_softmax")]
    [InlineData("segment_yes")]
    public void WhatChangesCost_IsWhatItCostsInPython(string name)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Repository.Data("detection", "measures.json")));
        JsonElement expected = file.RootElement.GetProperty(name);
        using CamModel model = Import(name, name == "segment_yes" ? ["no", "yes"] : null);
        using DisposeScope scope = NewDisposeScope();
        Tensor input = Picture();
        CamExplanation explanation = Explain(model, input, LayerCAM.Method, ClassChoice.Top(1)) with { Maps = [Map()], Fused = null };
        using var measurer = new Measurer(Settings(
            [CamMetric.Deletion, CamMetric.Insertion, CamMetric.AverageDrop, CamMetric.ConfidenceIncrease]));
        CamMeasure measured = measurer.Measure(explanation, input: input).Measure!;

        Assert.Equal(Number("class"), measured.Class);
        if (explanation.Target is DetectionTarget found)
        {
            Assert.Equal(Number("candidate"), found.Candidate);
            Assert.Equal(0, measured.Detection);
        }
        Assert.Equal(Number("probability"), measured.Probability, 1e-5);
        Assert.Equal(Number("deletion"), measured.Deletion!.Value, 1e-5);
        Assert.Equal(Number("insertion"), measured.Insertion!.Value, 1e-5);
        Assert.Equal(Number("average_drop"), measured.AverageDrop!.Value, 1e-5);
        Assert.Equal(Number("increase"), measured.ConfidenceIncrease);
        Assert.Equal(["RandomCAM", "CenterGaussian"], measured.Controls.Select(control => control.Method));
        Assert.All(measured.Controls, control => Assert.NotEqual(measured.Deletion, control.Deletion));

        double Number(string what) => expected.GetProperty(what).GetDouble();
    }

    /// <summary>Of one photo, each thing has figures and controls of its own.</summary>
    [Fact]
    public void EachThing_IsMeasuredByItself_AndAllFiguresAreThere()
    {
        using CamModel model = Import("v8");
        using DisposeScope scope = NewDisposeScope();
        Tensor input = Picture();
        CamExplanation[] things = [.. Explainer(model, [LayerCAM.Method, GradCAM.Method], ClassChoice.Numbered(0, 1)).Explain(input)];
        using var measurer = new Measurer(Settings([.. CamMetric.All]));
        CamMeasure[] rows = [.. things.Select(one => measurer.Measure(one, ObjectPixels.OfFound(one), input).Measure!)];
        Assert.Equal([0, 0, 1, 1], rows.Select(row => row.Detection!.Value));
        Assert.All(rows, row => Assert.All(CamMetric.All, metric => Assert.True(metric.Of(row) is { } figure && double.IsFinite(figure),
            $"{metric} of {row} is {metric.Of(row)}")));
        Assert.Same(rows[0].Controls[0], rows[1].Controls[0]);
        Assert.NotEqual(rows[1].Controls[0].Deletion, rows[2].Controls[0].Deletion);
        Assert.Equal(1, rows[0].Controls[1].RandomLogit); // a spot in the middle is the same for every class
        Assert.InRange(rows[1].RandomLogit!.Value, -1, 0.999);
        Assert.InRange(rows[0].ParameterRandomization!.Value, -1, 0.9);
    }

    /// <summary>The map of a candidate's class, made again by the explained number, is the same map.</summary>
    [Theory]
    [InlineData("v8")]
    [InlineData("segment_softmax")]
    public void AMapMadeAgain_IsTheSame(string name)
    {
        using CamModel model = Import(name);
        using DisposeScope scope = NewDisposeScope();
        Tensor input = Picture();
        CamExplanation[] all = [.. Explainer(model, [GradCAM.Method], ClassChoice.Top(3)).Explain(input)];
        Assert.True(all.Length > 1);
        var again = new MapAgain(model, GradCAM.Method, Layers(model), MapAgain.UsualSettings, Smoothing.None);
        Assert.All(all, one =>
            Assert.Equal(0, (MapAtInput.Of(one.Map, model) - again.Of(input, one.Target!)).abs().max().item<float>(), 1e-4));
    }

    [Fact]
    public void OwnBox_DecidesPointingGameAndEnergy()
    {
        using CamModel model = Import("v8");
        using DisposeScope scope = NewDisposeScope();
        Tensor input = Picture();
        float[] values = new float[Side * Side];
        values[10 * Side + 20] = 1; // inside
        values[40 * Side + 50] = 0.25f;
        CamExplanation explanation = Explain(model, input, LayerCAM.Method, ClassChoice.Top(1)) with
        {
            Maps = [Map(values)],
            Fused = null,
            Box = new DetectionBox(16, 8, 8, 8),
        };
        using var measurer = new Measurer(Settings([CamMetric.PointingGame, CamMetric.Energy]));
        CamMeasure measured = measurer.Measure(explanation, ObjectPixels.OfFound(explanation), input).Measure!;
        Assert.Equal((1, 0.8), (measured.PointingGame, measured.Energy));
        CamExplanation beside = explanation with { Box = new DetectionBox(48, 38, 4, 4) };
        measured = measurer.Measure(beside, ObjectPixels.OfFound(beside), input).Measure!;
        Assert.Equal((0, 0.2), (measured.PointingGame, measured.Energy));
    }

    /// <summary>Where a side lies has no probability: what asks for none is measured all the same.</summary>
    [Fact]
    public void ASideOfABox_HasFiguresThatNeedNoProbability()
    {
        using CamModel model = Import("v8");
        using DisposeScope scope = NewDisposeScope();
        Tensor input = Picture();
        CamExplanation explanation = Explain(model, input, GradCAM.Method, ClassChoice.Top(1) with { Side = BoxSide.Right });
        using var measurer = new Measurer(Settings([.. CamMetric.All]));
        CamMeasure measured = measurer.Measure(explanation, ObjectPixels.OfFound(explanation), input).Measure!;
        Assert.Equal(["Coherency", "Complexity", "PointingGame", "Energy", "Sparseness", "Entropy", "ParameterRandomization", "Stability"],
            CamMetric.All.Where(metric => metric.Of(measured) is not null).Select(metric => metric.Name));
    }

    /// <summary>
    /// Of a network that chooses where to look, a thing is another candidate in each picture: the one whose box is there, of its class.
    /// </summary>
    [Fact]
    public void WhereCandidatesMove_AThingIsFoundByItsBox()
    {
        using DisposeScope scope = NewDisposeScope();
        SmallNetwork.Picture();
        var head = new DetectorHead(2, Activation.Softmax) { Background = 0, TakesTurns = true };
        float[] found = [10, 10, 30, 30, 0, 1, 2]; // of class 1, by turns
        var thing = new LikenessTarget(1, head, tensor(found));
        // A region elsewhere, one whose box of class 1 is half of it, one in its place that shows nothing; classes 0 and 1 by turns.
        float[][] rows =
        [
            [50, 50, 60, 60, 0, 0, 9], [50, 50, 60, 60, 0, 0, 9], [10, 10, 30, 28, 0, 3, 2], [10, 10, 20, 30, 0, 3, 2],
            [10, 10, 30, 30, 5, 0, 1], [10, 10, 30, 30, 5, 0, 1],
        ];
        Tensor output = tensor(rows.SelectMany(row => row).ToArray()).view(1, 6, 7);
        double half = 0.5 * Math.Exp(2) / (1 + Math.Exp(3) + Math.Exp(2));
        Assert.True(thing.CandidatesMove);
        Assert.Equal(half, thing.Probability(output).item<float>(), 1e-6);
        Assert.Equal(3, thing.CandidateIn(output[0]));
        Target target = new DetectionTarget(1, 77, 6) { Found = thing };
        Assert.Equal(3, Assert.IsType<DetectionTarget>(target.In(output[0])).Candidate);
        DetectionTarget other = head.OfClass((DetectionTarget)target, 0);
        Assert.Equal((0, 76, 5), (other.Class, other.Candidate, other.Column));

        Tensor none = output.narrow(1, 0, 0);
        Assert.Equal(0, thing.Probability(none).item<float>());
        Assert.Equal(0, thing.Of(none).item<float>());
        Assert.Throws<InvalidDataException>(() => thing.CandidateIn(none[0]));
        Assert.Empty(head.Find(none[0], new DetectionSettings(), Preprocessing.Letterbox(Side, Side, 3), new Photo(4, 4, new byte[48])));
    }

    private static CamModel Import(string name, string[]? labels = null) => ModelImporter.Import(
        Repository.Data("detection", "heads", $"{name}.onnx"), new ModelOptions { Labels = labels, InputSize = [Side, Side] }, _ => { });

    private static IReadOnlyList<CamLayer> Layers(CamModel model) => LayerSelection.Select(model, model.DefaultLayers);

    private static Explainer Explainer(CamModel model, CamMethod[] methods, ClassChoice choice) =>
        new(model, Layers(model), methods, choice, MapAgain.UsualSettings);

    private static CamExplanation Explain(CamModel model, Tensor input, CamMethod method, ClassChoice choice) =>
        Explainer(model, [method], choice).Explain(input).Single();

    private static MeasureSettings Settings(IReadOnlyList<CamMetric> metrics) =>
        new(metrics, StepCount: 16, RegionCount: 20, Seed: 0, BatchSize: 16);

    /// <summary>The picture of make_heads.py, from 0 to 1.</summary>
    private static Tensor Picture() => tensor(Enumerable.Range(0, 3 * Side * Side)
        .Select(i => ((uint)((ulong)i * 2654435761UL % (1UL << 32)) >> 24) / 255f).ToArray()).view(1, 3, Side, Side);

    /// <summary>The map of make_measures.py, without ties.</summary>
    private static CamMap Map() =>
        Map([.. Goldens.Uniform("measure", Side * Side).Select(value => (float)((value + 1) / 2))]);

    private static CamMap Map(float[] values)
    {
        float[,] map = new float[Side, Side];
        Buffer.BlockCopy(values, 0, map, 0, values.Length * sizeof(float));
        return new CamMap("layer", map, PixelRegion.Whole(Side, Side), Side, Side, isSigned: false);
    }
}
