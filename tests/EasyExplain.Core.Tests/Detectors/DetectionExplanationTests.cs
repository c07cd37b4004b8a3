using EasyExplain.Detectors;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;

namespace EasyExplain.Tests.Detectors;

/// <summary>Explanations of what a detector of two scales finds: which things, where their maps come from, and by which engine.</summary>
[Collection(Alone.Name)]
public sealed class DetectionExplanationTests : IDisposable
{
    private readonly CamModel _model = ModelImporter.Import(Repository.Data("detection", "small.onnx"), new ModelOptions(), _ => { });
    private readonly Photo _cat = ImageDecoder.Decode(Repository.Photo("cat.jpg"));

    public void Dispose() => _model.Dispose();

    [Fact]
    public void DefaultLayers_AreWhereTheHeadsOfEachSizePart()
    {
        Assert.Equal(["fine", "coarse"], _model.DefaultLayers);
        Assert.Equal("coarse", _model.DefaultLayer);
        Assert.Equal(["fine", "coarse"], _model.Layers.Where(layer => layer.IsDefault).Select(layer => layer.Name));
    }

    [Theory]
    [InlineData("LayerCAM")]
    [InlineData("GradCAM")]
    [InlineData("ODAM")]
    public void GradientsOfTheEngine_AreLibtorchs(string method)
    {
        Explainer compiled = Explainer([MethodCatalog.Find(method)], ClassChoice.Top(6));
        Assert.DoesNotContain("libtorch", compiled.Compile(), StringComparison.Ordinal);
        CamExplanation[] fast = [.. compiled.Explain(_cat, null)];
        CamExplanation[] plain = [.. Explainer([MethodCatalog.Find(method)], ClassChoice.Top(6), asWritten: true).Explain(_cat, null)];
        Assert.Equal(6, fast.Length);
        Assert.Equal(plain.Select(one => one.Box), fast.Select(one => one.Box), AlmostTheSame);
        Assert.All(fast.Zip(plain).SelectMany(pair => pair.First.Maps.Append(pair.First.Fused!)
            .Zip(pair.Second.Maps.Append(pair.Second.Fused!))), pair => AssertSame(pair.First, pair.Second));
        Assert.Contains(fast, one => !one.Maps[1].IsEmpty); // of the coarse scale
        Assert.Contains(fast, one => one.Maps[1].IsEmpty);  // of the fine one
    }

    [Fact]
    public void AThing_HasItsNumberBoxAndProbability_AndIsTheSameByNumberOrClass()
    {
        CamExplanation[] all = [.. Explain([LayerCAM.Method], ClassChoice.Predicted)];
        Assert.Equal(Enumerable.Range(0, all.Length), all.Select(one => one.Detection!.Value));
        Assert.Equal(all.Select(one => one.Probability).OrderDescending(), all.Select(one => one.Probability));
        Assert.All(all, one => Assert.Equal(one.Probability, 1 / (1 + Math.Exp(-one.Score)), 1e-6));
        Assert.All(all, one => Assert.True(one.Box!.X >= 0 && one.Box.X + one.Box.Width <= _cat.OriginalWidth));

        CamExplanation[] numbered = [.. Explain([LayerCAM.Method], ClassChoice.Numbered(2, 0, 2, 5000))];
        Assert.Equal([2, 0], numbered.Select(one => one.Detection!.Value));
        Assert.Equal(all[2].Box, numbered[0].Box);
        CamExplanation[] cats = [.. Explain([LayerCAM.Method], ClassChoice.Of(_model, "cat"))];
        Assert.Equal(all.Where(one => one.Label == "cat").Select(one => one.Detection), cats.Select(one => one.Detection));
        AssertSame(all[cats[0].Detection!.Value].Fused!, cats[0].Fused!);
    }

    [Fact]
    public void NothingFound_IsOneExplanationAMethod_WithoutMaps()
    {
        ClassChoice certain = ClassChoice.Predicted with { Detections = new DetectionSettings(0.9999) };
        IReadOnlyList<CamExplanation> none = Explain([LayerCAM.Method, EigenCAM.Method], certain);
        Assert.Equal(["LayerCAM", "EigenCAM"], none.Select(one => one.Method));
        Assert.All(none, one => Assert.True(one is { Found: false, Class: -1, Label: "", Box: null, Detection: null, Maps.Length: 0 }));
        Assert.All(none, one => Assert.Equal(false, one.Expecting("cat").Correct));
        Assert.False(Explain([LayerCAM.Method], ClassChoice.Numbered(5000)).Single().Found);
    }

    [Fact]
    public void ASideOfABox_IsExplainedByItself_AndItsScoreIsWhereItIs()
    {
        CamExplanation ofClass = Explain([GradCAM.Method], ClassChoice.Top(1)).Single();
        CamExplanation[] sides = [.. Enum.GetValues<BoxSide>().Select(side =>
            Explain([GradCAM.Method], ClassChoice.Top(1) with { Side = side }).Single())];
        PixelRegion region = _model.Preprocessing.RegionOf(_cat.OriginalWidth, _cat.OriginalHeight);
        double across = region.Width / _model.Preprocessing.Width;
        Assert.Equal(ofClass.Box!.X, Math.Max(0, region.X + sides[0].Score * across), 1e-3);
        Assert.Equal(ofClass.Box.X + ofClass.Box.Width, Math.Min(_cat.OriginalWidth, region.X + sides[2].Score * across), 1e-3);
        Assert.All(sides, one => Assert.NotEqual(ofClass.Maps[0].ToArray().Cast<float>(), one.Maps[0].ToArray().Cast<float>()));
        (CamMethod, string)[] misfits = [(LRP.Method, "made of several numbers"), (FinerCAM.Method, "compares classes")];
        foreach ((CamMethod method, string why) in misfits)
        {
            Assert.Contains(why, Assert.Throws<SelectionException>(() =>
                Explain([method], ClassChoice.Top(1) with { Side = BoxSide.Top })).Message, StringComparison.Ordinal);
        }
    }

    /// <summary>FinerCAM compares classes at the candidate: what it explains is the weighted differences of their logits there.</summary>
    [Fact]
    public void FinerCAM_ComparesTheClassesOfOneCandidate()
    {
        CamExplanation thing = Explain([FinerCAM.Method], ClassChoice.Top(1)).Single();
        var target = Assert.IsType<ClassAgainstOthers>(thing.Target);
        var alone = Assert.IsType<DetectionTarget>(target.At!.Value.Alone);
        string[] others = [.. _model.Labels.Where(label => label != thing.Label)];
        Assert.Equal(others.Order(), thing.ComparedWith.Order());

        using var scope = TorchSharp.torch.NewDisposeScope();
        TorchSharp.torch.Tensor output = Executor.Run(_model.Network, _model.Preprocessing.ToInput(_cat), [], track: false).Logits;
        float[] logits = output[0, alone.Candidate].narrow(0, 4, 3).data<float>().ToArray();
        double[] weights = [.. target.Others.Select(other => 1 / (1 + Math.Exp(-logits[other])))];
        double wanted = target.Others.Zip(weights, (other, weight) => weight * (logits[target.Class] - logits[other])).Sum();
        Assert.Equal(wanted / weights.Sum(), target.Of(output).item<float>(), 1e-3);
        Assert.Equal(alone.Of(output).item<float>(), logits[target.Class]);
        CamExplanation gradCam = Explain([GradCAM.Method], ClassChoice.Top(1)).Single();
        Assert.Equal(gradCam.Box, thing.Box);
        Assert.NotEqual(gradCam.Map.ToArray().Cast<float>(), thing.Map.ToArray().Cast<float>());
    }

    [Fact]
    public void MethodsOfWholePictures_SayThatTheyDoNotFit()
    {
        foreach (string name in new[] { "CAM", "LeGrad", "ViTReciproCAM" })
        {
            Assert.Contains("its task is Detect", Assert.Throws<SelectionException>(() =>
                Explain([MethodCatalog.Find(name)], ClassChoice.Top(1))).Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Every method that does fit runs, and LRP reaches the pixels.</summary>
    [Fact]
    public void AllOtherMethods_Run()
    {
        CamMethod[] methods = [.. MethodCatalog.All.Where(method => method.Fits(Layers) && !method.NeedsSeveralLayers)];
        Assert.Contains(LRP.Method, methods);
        IReadOnlyList<CamExplanation> all = Explain(methods, ClassChoice.Top(1));
        Assert.Equal(methods.Select(method => method.Name), all.Select(one => one.Method));
        CamMap relevance = all.Single(one => one.Method == "LRP").Map;
        Assert.Equal((64, 64), (relevance.Height, relevance.Width));
        Assert.False(relevance.IsEmpty);
    }

    private IReadOnlyList<CamLayer> Layers => LayerSelection.Select(_model, _model.DefaultLayers);

    private IReadOnlyList<CamExplanation> Explain(CamMethod[] methods, ClassChoice choice) =>
        Explainer(methods, choice).Explain(_cat, null);

    private Explainer Explainer(CamMethod[] methods, ClassChoice choice, bool asWritten = false) =>
        new(_model, Layers, methods, choice, new MethodSettings(2, 0.1, 7, 16) { Window = 32, Stride = 32 }, Smoothing.None, progress: null,
            asWritten);

    private static bool AlmostTheSame(DetectionBox? one, DetectionBox? other) => one!.Overlap(other!) > 0.999;

    private static void AssertSame(CamMap one, CamMap other) =>
        Assert.All(one.ToArray().Cast<float>().Zip(other.ToArray().Cast<float>()), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
}
