using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Tests.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation;

/// <summary>What methods rest on, and what is true of single ones, beside the goldens.</summary>
public sealed class MethodTests : IDisposable
{
    private readonly CamModel _model = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });
    private readonly Photo _cat = ImageDecoder.Decode(Repository.Photo("cat.jpg"));

    public void Dispose() => _model.Dispose();

    [Fact]
    public void GradientsAndHessian_AreThoseOfFiniteDifferences()
    {
        const double Step = 1e-4;
        using DisposeScope scope = NewDisposeScope();
        using Network network = Curved();
        Tensor picture = SmallNetwork.Picture(ScalarType.Float64), direction = SmallNetwork.Picture(ScalarType.Float64, seed: 3)[0];

        Tensor gradient = At(picture).Gradients(0)[0], hessian = At(picture).HessianTimes(0, 0, direction);

        double slope = (Score(picture + Step * direction) - Score(picture - Step * direction)) / (2 * Step);
        Assert.Equal(slope, (gradient * direction).sum().item<double>(), tolerance: 1e-6 * Math.Abs(slope));
        Tensor change = (At(picture + Step * direction).Gradients(0)[0] - At(picture - Step * direction).Gradients(0)[0]) / (2 * Step);
        Assert.True(hessian.abs().max().item<double>() > 1e-3);
        Assert.True((hessian - change).abs().max().item<double>() < 1e-6);

        ScoreEvidence At(Tensor x)
        {
            Node tap = network.Find("tap")!.Node;
            return Evidence(scope, network, x, tap);
        }

        double Score(Tensor x) => Executor.Run(network, x, [], track: false).Logits[0, 1].item<double>();
    }

    [Fact]
    public void WhereTheGradientDependsOnAnotherLayerAlone_TheHessianIsZero()
    {
        using DisposeScope scope = NewDisposeScope();
        var g = new NetworkBuilder(3, SmallNetwork.Size, SmallNetwork.Size);
        Node left = g.Conv2d("left", g.Input, 4, kernel: 3), right = g.Conv2d("right", g.Input, 4, kernel: 3);
        using Network network = SmallNetwork.Fill(g
            .Build(g.Linear("fc", g.Flatten(g.AdaptiveAvgPool2d("avgpool", g.Multiply(left, right), 1)), 3)));
        Tensor picture = SmallNetwork.Picture();
        ScoreEvidence evidence = Evidence(scope, network, picture, left, right);
        Assert.All([0, 1], layer => Assert.Equal(0,
            evidence.HessianTimes(0, layer, evidence.Run.Activations[layer]).abs().max().item<float>()));
    }

    [Fact]
    public void WithoutCurvature_TheHessianIsZero_AndLibtorchIsNotAsked()
    {
        float[,] shapley = Explain("ShapleyCAM", "layer3").Map.ToArray(); // averages and one linear layer follow
        // The one runs in libtorch alone, the other in ONNX Runtime up to the layer.
        Assert.All(Explain("GradCAM", "layer3").Map.ToArray().Cast<float>().Zip(shapley.Cast<float>()), pair =>
            Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Fact]
    public void WithoutAMethodThatUsesGradients_NothingIsRecorded()
    {
        var asking = new CamMethod("asking", "", layer => layer.Gradients.sum(dim: 0)) { UsesGradients = false };
        Assert.Throws<InvalidOperationException>(() => Explainer(asking, "layer3").Explain(_cat, null));
        IReadOnlyList<CamLayer> layer3 = LayerSelection.Select(_model, ["layer3"]);
        Assert.All(MethodCatalog.All.Where(method => !method.UsesGradients && method.Fits(layer3)), method =>
            Assert.Single(Explainer(method, "layer3").Explain(_cat, null)));
    }

    /// <summary>The paper's completeness: of a network of ReLUs, what the input and all biases contribute adds up to the score.</summary>
    [Fact]
    public void FullGrad_KnowsAllThatTheScoreIsMadeOf()
    {
        using DisposeScope scope = NewDisposeScope();
        using Network network = SmallNetwork.Build(ScalarType.Float64);
        Tensor picture = SmallNetwork.Picture(ScalarType.Float64);
        Node[] biased = [.. network.Nodes.Where(node => node.Operator.ChannelBias is not null)];
        var run = new PictureRun(
            network, picture, [network.Input], biased, Executor.Run(network, picture, [network.Input, .. biased], track: true),
            new MethodSettings(1, 0, 0, 1), Progress: null, default);
        var input = new LayerEvidence(new ScoreEvidence(run, [new ClassTarget(1)], scope), 0, 0, FullGrad.Method, eigen: false);

        double contributed = (input.Gradients * picture[0]).sum().item<double>()
            + input.Biases.Sum(part => (part.Bias.view(-1, 1, 1) * part.Gradient).sum().item<double>())
            + network.Parameters.Single(parameter => parameter.Name == "fc.bias").Value[1].item<double>();
        Assert.Equal(5, biased.Length);
        Assert.Equal(input.Score, contributed, tolerance: 1e-9);
    }

    [Fact]
    public void FullGrad_NeedsNoLayer_AndIsTheSameBesideOtherMethods()
    {
        CamExplanation alone = Explain("FullGrad", "layer3");
        Assert.Equal(["input"], alone.Layers);
        Assert.Null(alone.Fused);
        Assert.Equal((32, 32), (alone.Map.Height, alone.Map.Width));
        var both = new Explainer(_model, LayerSelection.Select(_model, ["layer2", "layer3"]), [GradCAM.Method, FullGrad.Method],
            ClassChoice.Predicted, new MethodSettings(4, 0.3, 7, 4)).Explain(_cat, null);
        Assert.Equal(["layer2", "layer3"], both[0].Layers);
        Assert.NotNull(both[0].Fused);
        Assert.Equal(alone.Map.ToArray().Cast<float>(), both[1].Map.ToArray().Cast<float>());
    }

    [Fact]
    public void FinerCAM_ComparesWithTheOthersAskedFor_OrWithTheNearest()
    {
        CamExplanation one = Explain("FinerCAM", "layer3");
        Assert.Equal(3, one.ComparedWith.Length);
        Assert.DoesNotContain(one.Label, one.ComparedWith);
        Assert.Equal(one.Predictions[1].Label, one.ComparedWith[0]); // after the predicted class, the second is the nearest

        var pair = new Explainer(_model, LayerSelection.Select(_model, ["layer3"]), [FinerCAM.Method],
            ClassChoice.Of(_model, "dog", "truck"), new MethodSettings(4, 0.3, 7, 4)).Explain(_cat, null);
        Assert.Equal([["truck"], ["dog"]], pair.Select(explanation => explanation.ComparedWith));
        Assert.Empty(Explain("GradCAM", "layer3").ComparedWith);
    }

    [Fact]
    public void RefineCAM_OfOneLayer_IsRefused_WithLayersThatWouldDo()
    {
        var error = Assert.Throws<SelectionException>(() => Explainer(RefineCAM.Method, "layer3"));
        Assert.Contains("'layer1', 'layer2', 'layer3'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CAM_IsGradCAM_WhereAveragesFeedTheLastLayer_AndIsRefusedElsewhere()
    {
        // A map is scaled, so the factor 1/(H·W) between the two falls out; CAM has no ReLU, so only what is above 0 is compared.
        using DisposeScope scope = NewDisposeScope();
        var raw = new CamMethod("raw", "", layer => CAM.Method.Map(layer).relu()) { UsesGradients = false };
        float[,] cam = Explainer(raw, "layer3").Explain(_cat, null).Single().Map.ToArray();
        Assert.All(cam.Cast<float>().Zip(Explain("GradCAM", "layer3").Map.ToArray().Cast<float>()), pair =>
            Assert.Equal(pair.First, pair.Second, tolerance: 1e-4f));

        var error = Assert.Throws<SelectionException>(() => Explainer(CAM.Method, "layer2"));
        Assert.Contains("CAM cannot explain 'layer2'", error.Message, StringComparison.Ordinal);
        Assert.Contains("GradCAM", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RandomCAM_IsItsSeeds()
    {
        CamExplanation one = Explain("RandomCAM", "layer3", seed: 1), again = Explain("RandomCAM", "layer3", seed: 1),
            other = Explain("RandomCAM", "layer3", seed: 2);
        Assert.Equal(1, one.Seed);
        Assert.Equal(one.Map.ToArray().Cast<float>(), again.Map.ToArray().Cast<float>());
        Assert.NotEqual(one.Map.ToArray().Cast<float>(), other.Map.ToArray().Cast<float>());
    }

    [Fact]
    public void EigenCAM_RisesWithTheActivations()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor activations = zeros(3, 4, 5);
        activations[.., 1, 2] = tensor(new[] { 5f, 4f, 3f }); // one place where all channels are strong
        Tensor map = PrincipalComponent.Of(activations);
        Assert.Equal(1 * 5 + 2, map.argmax().item<long>());
        // of a layer below 0 it is the same picture
        Assert.True((map - PrincipalComponent.Of(-activations)).abs().max().item<float>() < 1e-5);
    }

    /// <summary>What there is to see at some nodes, for the logit of class 1.</summary>
    private static ScoreEvidence Evidence(DisposeScope scope, Network network, Tensor picture, params Node[] taps) =>
        new(new PictureRun(network, picture, taps, [], Executor.Run(network, picture, taps, track: true), new MethodSettings(1, 0, 0, 1),
            Progress: null, default), [new ClassTarget(1)], scope);

    private CamExplanation Explain(string method, string layer, long seed = 7) =>
        Explainer(MethodCatalog.Find(method), layer, seed).Explain(_cat, null).Single();

    private Explainer Explainer(CamMethod method, string layer, long seed = 7) =>
        new(_model, LayerSelection.Select(_model, [layer]), [method], ClassChoice.Predicted, new MethodSettings(4, 0.3, seed, 4));

    /// <summary>A network whose score has second derivatives, with its first layer, the picture itself, to be tapped.</summary>
    private static Network Curved()
    {
        var g = new NetworkBuilder(3, SmallNetwork.Size, SmallNetwork.Size);
        Node x = g.Dropout("tap", g.Input);
        x = g.Add("silu", new SiLU(), g.Conv2d("conv1", x, 4, kernel: 3, padding: 1));
        x = g.GELU("gelu", g.Conv2d("conv2", x, 5, kernel: 3, stride: 2));
        return SmallNetwork.Fill(g.Build(g.Linear("fc", g.Flatten(g.AdaptiveAvgPool2d("avgpool", x, 1)), 3)), ScalarType.Float64);
    }
}
