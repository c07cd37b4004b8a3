using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;

namespace EasyExplain.Tests.Explanation;

/// <summary>LRP of the bundled model: what its maps add up to, and that they do not depend on what else was asked for.</summary>
[Collection(Alone.Name)]
public sealed class RelevanceTests : IDisposable
{
    private readonly CamModel _model = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });
    private readonly Photo _cat = ImageDecoder.Decode(Repository.Photo("cat.jpg"));

    public void Dispose() => _model.Dispose();

    [Fact]
    public void BelowZero_SpeaksAgainstTheClass_AlsoWhereTheLogitIsNegative()
    {
        CamExplanation[] all = [.. Explain(["layer3"], [LRP.Method.AtLayers!], ClassChoice.Top(10))];
        Assert.Contains(all, explanation => explanation.Score < -1);
        Assert.Contains(all, explanation => explanation.Score > 1);
        // Between the layer and the score there is nothing but a mean and a fully connected layer, whose bias is small.
        Assert.All(all, explanation => Assert.Equal(explanation.Score, Sum(explanation.Map), 0.2));
    }

    [Fact]
    public void ALayerInsideAFoldedPair_StandsForThePair_WhateverElseIsAskedFor()
    {
        CamMethod atLayers = LRP.Method.AtLayers!;
        CamExplanation alone = Explain(["layer1.0.conv1"], [atLayers]).Single();
        CamExplanation[] together = [.. Explain(["layer1.0.bn1", "layer1.0.conv1", "layer3"], [GradCAM.Method, atLayers, LRP.Method])];
        AssertSame(alone.Map, together[1].Maps[1]);
        AssertSame(alone.Map, together[1].Maps[0]);
        AssertSame(Explain(["layer3"], [LRP.Method]).Single().Map, together[2].Map);
        AssertSame(Explain(["layer3"], [atLayers]).Single().Map, together[1].Maps[2]);
    }

    [Fact]
    public void ThePredictedClass_IsNoOtherThanWhenItIsNamed()
    {
        CamExplanation predicted = Explain([], [LRP.Method]).Single();
        AssertSame(Explain([], [LRP.Method], ClassChoice.Only(predicted.Class)).Single().Map, predicted.Map);
        AssertSame(Explain([], [LRP.Method], ClassChoice.Top(2)).First().Map, predicted.Map);
    }

    [Fact]
    public void OtherSettings_AreOtherMaps()
    {
        CamMap[] maps = [.. new LrpSettings[] { new(), new(LrpComposite.EpsilonGammaBox), new(LrpComposite.EpsilonGammaBox, Gamma: 2),
            new(Epsilon: 0.5) }.Select(settings => Explain(["layer3"], [LRP.Method], settings: settings).Single().Map)];
        Assert.Equal(4, maps.Select(map => Math.Round(map.Unit!.Value, 6)).Distinct().Count());
    }

    [Fact]
    public void NothingNativeIsLeft()
    {
        var explainer = new Explainer(_model, LayerSelection.Select(_model, ["layer2"]), [LRP.Method, LRP.Method.AtLayers!],
            ClassChoice.Top(2), new MethodSettings(1, 0, 0, 1), Smoothing.Augmentation);
        explainer.Explain(_cat, null);
        long before = Alone.TensorsAlive();
        explainer.Explain(_cat, null);
        Assert.Equal(before, Alone.TensorsAlive());
    }

    [Fact]
    public void ItStops()
    {
        using var cancel = new CancellationTokenSource();
        CamMethod stopping = LRP.Method with
        {
            Map = layer =>
            {
                cancel.Cancel();
                return layer.Relevance;
            },
        };
        var explainer = new Explainer(_model, LayerSelection.Select(_model, ["layer3"]), [stopping], ClassChoice.Predicted,
            new MethodSettings(1, 0, 0, 1));
        Assert.Throws<OperationCanceledException>(() => explainer.Explain(_cat, null, cancel.Token));
    }

    private IReadOnlyList<CamExplanation> Explain(
        string[] layers, CamMethod[] methods, ClassChoice? choice = null, LrpSettings? settings = null) =>
        new Explainer(_model, LayerSelection.Select(_model, layers), methods, choice ?? ClassChoice.Predicted,
            new MethodSettings(1, 0, 0, 1) { Relevance = settings ?? new LrpSettings() }).Explain(_cat, null);

    private static double Sum(CamMap map) => map.ToArray().Cast<float>().Sum(cell => cell * map.Unit!.Value);

    private static void AssertSame(CamMap right, CamMap map) =>
        Assert.All(right.ToArray().Cast<float>().Zip(map.ToArray().Cast<float>()), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
}
