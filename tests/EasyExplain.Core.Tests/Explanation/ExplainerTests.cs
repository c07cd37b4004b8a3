using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation;

[Collection(Alone.Name)] // it counts all tensors alive
public sealed class ExplainerTests : IDisposable
{
    private readonly CamModel _model = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });
    private readonly Photo _cat = ImageDecoder.Decode(Repository.Photo("cat.jpg"));

    public void Dispose() => _model.Dispose();

    [Fact]
    public void TheCat_IsWhatPyTorchSeesInIt()
    {
        CamExplanation explanation = Explainer(["layer3"], ["GradCAM"]).Explain(_cat, "cat.jpg").Single();
        Assert.Equal("cat", explanation.Label);
        Assert.Equal(0.755, explanation.Probability, tolerance: 0.005); // torch 1.13 with Pillow, from the same weights
        Assert.Equal(explanation.Predictions[0].Probability, explanation.Probability);
        Assert.Equal(5, explanation.Predictions.Length);
        Assert.True(explanation.Predictions.Zip(explanation.Predictions.Skip(1))
            .All(pair => pair.First.Probability >= pair.Second.Probability));
    }

    [Fact]
    public void LayersOfOneOutput_HaveOneMap_InTheOrderAsked()
    {
        CamExplanation explanation = Explainer(["layer3.2.relu", "layer2", "layer3", "layer3.2"], ["LayerCAM"]).Explain(_cat, null)
            .Single();
        Assert.Equal(["layer3.2.relu", "layer2", "layer3", "layer3.2"], explanation.Layers);
        Assert.Equal(explanation.Maps[0].ToArray().Cast<float>(), explanation.Maps[2].ToArray().Cast<float>());
        Assert.Equal(explanation.Maps[0].ToArray().Cast<float>(), explanation.Maps[3].ToArray().Cast<float>());
    }

    [Fact]
    public void ALayer_HasTheSameMap_AloneAndAmongOthers()
    {
        float[,] alone = Explainer(["layer2"], ["GradCAM"]).Explain(_cat, null).Single().Map.ToArray();
        float[,] among = Explainer(["conv1", "layer1", "layer2", "layer2.0.conv2", "layer3"], ["GradCAM"]).Explain(_cat, null)
            .Single().Maps[2].ToArray();
        Assert.All(alone.Cast<float>().Zip(among.Cast<float>()), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-4f));
    }

    [Fact]
    public void EachClass_HasItsOwnGradients()
    {
        IReadOnlyList<CamExplanation> top = Explainer(["layer2"], ["LayerCAM"], ClassChoice.Top(3)).Explain(_cat, null);
        Assert.Equal(3, top.Count);
        foreach (CamExplanation explanation in top)
        {
            CamExplanation alone = Explainer(["layer2"], ["LayerCAM"], ClassChoice.Of(_model, explanation.Label)).Explain(_cat, null)
                .Single();
            Assert.Equal(alone.Map.ToArray().Cast<float>(), explanation.Map.ToArray().Cast<float>());
            Assert.Equal(alone.Score, explanation.Score);
        }
        Assert.NotEqual(top[0].Map.ToArray().Cast<float>(), top[1].Map.ToArray().Cast<float>());
    }

    [Fact]
    public void WithoutNoise_ThePapersFormula_IsWhatSmoothGradCAMPlusPlusGives()
    {
        // With σ = 0 every copy is the clean image: d1 = g, d2 = g², d3 = g³, and the map is that of Grad-CAM++.
        float[,] map = new Explainer(_model, LayerSelection.Select(_model, ["layer2"]), [MethodCatalog.Find("SmoothGradCAMPlusPlus")],
            ClassChoice.Predicted, new MethodSettings(3, 0, 1, 2))
            .Explain(_cat, null).Single().Map.ToArray();
        using DisposeScope scope = NewDisposeScope();
        EasyExplain.Networks.Node tap = _model.Network.Find("layer2")!.Node;
        EasyExplain.Networks.Pass pass = EasyExplain.Networks.Executor
            .Run(_model.Network, _model.Preprocessing.ToInput(_cat), [tap], track: true);
        Tensor g = autograd.grad([pass.Logits[0, pass.Logits.argmax().item<long>()]], [pass.Taps[0]])[0][0], a = pass.Taps[0].detach()[0];
        Tensor alpha = g.pow(2) / (2 * g.pow(2) + (g.pow(3) * a).sum([1, 2], keepdim: true) + 1e-8);
        Tensor expected = ((alpha * g.relu()).sum([1, 2], keepdim: true) * a).sum(dim: 0).relu();
        expected = (expected - expected.min()) / (expected.max() - expected.min());
        Assert.All(expected.flatten().data<float>().ToArray().Zip(map.Cast<float>()), pair =>
            Assert.Equal(pair.First, pair.Second, tolerance: 2e-3f));
    }

    [Fact]
    public void AThousandExplanations_LeaveNoTensorBehind()
    {
        Explainer explainer = Explainer(["layer1", "layer2", "layer3"], ["GradCAM", "LayerCAM", "SmoothGradCAMPlusPlus"],
            ClassChoice.Top(2));
        explainer.Explain(_cat, null);
        long before = Alone.TensorsAlive();
        for (int i = 0; i < 1000 / 6; i++)
        {
            Assert.Equal(6, explainer.Explain(_cat, null).Count);
        }
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void ABrokenOff_Explanation_LeavesNoTensorBehind()
    {
        Explainer explainer = Explainer(["layer3"], ["LayerCAM"]);
        explainer.Explain(_cat, null);
        long before = Alone.TensorsAlive();
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => explainer.Explain(_cat, null, stop.Token));
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void ALayerThatTheOutputDoesNotDependOn_IsRefused_BeforeLibtorchEndsTheProcess()
    {
        var g = new EasyExplain.Networks.NetworkBuilder(3, 8, 8);
        EasyExplain.Networks.Node main = g.ReLU("main", g.Input);
        g.ReLU("aside", g.Input);
        using var model = new CamModel("forked", "forked", "forked", g.Build(g.Flatten(g.AdaptiveAvgPool2d("pool", main, 1))),
            _model.Preprocessing.ForInput(8, 8), [], CPU);
        CamLayer[] layers = [.. LayerSelection.Select(model, ["main", "aside"])];
        var error = Assert.Throws<SelectionException>(() =>
            new Explainer(model, layers, [MethodCatalog.Find("GradCAM")], ClassChoice.Predicted, new MethodSettings(1, 0, 0, 1)));
        Assert.Contains("'aside'", error.Message, StringComparison.Ordinal);
        Assert.Single(new Explainer(model, layers[..1], [MethodCatalog.Find("GradCAM")], ClassChoice.Predicted, new MethodSettings(1, 0, 0, 1))
            .Explain(_cat, null));
    }

    [Fact]
    public void AnOutputThatIsNotFinite_IsAnError_NotAPicture()
    {
        using Tensor input = full([1, 3, 32, 32], float.NaN);
        var error = Assert.Throws<InvalidDataException>(() => Explainer(["layer3"], ["LayerCAM"]).Explain(input));
        Assert.Contains("not finite", error.Message, StringComparison.Ordinal);
    }

    private Explainer Explainer(string[] layers, string[] methods, ClassChoice? choice = null) =>
        new(_model, LayerSelection.Select(_model, layers), [.. methods.Select(MethodCatalog.Find)], choice
            ?? ClassChoice.Predicted, new MethodSettings(4, 0.3, 7, 4));
}
