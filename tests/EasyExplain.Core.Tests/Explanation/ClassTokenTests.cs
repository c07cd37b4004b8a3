using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Models;
using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation;

/// <summary>A vision transformer reads only its class token at the end: which of its layers can be explained.</summary>
public sealed class ClassTokenTests(ClassTokenTests.Transformer transformer) : IClassFixture<ClassTokenTests.Transformer>
{
    private const string LastBlock = "encoder.layers.encoder_layer_11";

    private readonly CamModel _model = transformer.Model;

    [Fact]
    public void GradientsAtThePicturesTokens_AreZero_ExactlyWhereTheNetworkSaysSo()
    {
        using DisposeScope scope = NewDisposeScope();
        CamLayer[] layers = [.. _model.Layers.Where(layer => layer.IsSpatial)];
        Node[] nodes = [.. layers.Select(layer => layer.Node).Distinct()];
        Pass pass = Executor.Run(_model.Network, _model.Preprocessing.ToInput(GoldenModels.Pattern(_model)), nodes, track: true);
        IList<Tensor> gradients = autograd.grad([pass.Logits[0, 3]], [.. pass.Taps]);
        for (int i = 0; i < nodes.Length; i++)
        {
            bool any = nodes[i].Layout!.ToMap(gradients[i]).count_nonzero().item<long>() > 0;
            Assert.True(any == _model.Network.CellsLeadToOutput(nodes[i]), $"{nodes[i].Name}: gradient {(any ? "" : "not ")}there");
            Assert.True(gradients[i].count_nonzero().item<long>() > 0, $"{nodes[i].Name}: no gradient at all");
        }
        Assert.Contains(layers, layer => !layer.IsExplainable);
    }

    [Fact]
    public void TheDefaultLayer_IsTheLastThatIsReadAllOver() => Assert.Equal(LastBlock + ".ln_1", _model.DefaultLayer);

    [Fact]
    public void AWildcard_SkipsWhatIsNotRead()
    {
        IReadOnlyList<CamLayer> layers =
            LayerSelection.Select(_model, [LastBlock + "*"], pattern => name =>
            name.StartsWith(pattern.TrimEnd('*'), StringComparison.Ordinal));
        Assert.Equal([LastBlock + ".ln_1"], layers.Select(layer => layer.Name));
    }

    [Theory]
    [InlineData("encoder")]
    [InlineData(LastBlock)]
    [InlineData(LastBlock + ".self_attention")]
    [InlineData(LastBlock + ".mlp.0")]
    public void ALayerNamedAfterTheLastAttention_IsRefused_AndTheOneToTakeIsNamed(string layer)
    {
        var error = Assert.Throws<SelectionException>(() => new Explainer(
            _model, LayerSelection.Select(_model, [layer]), [MethodCatalog.Find("LayerCAM")], ClassChoice.Predicted,
            new MethodSettings(1, 0, 0, 1)));
        Assert.Contains($"'{layer}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("class token", error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{_model.DefaultLayer}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MethodsThatAskForNoInfluence_ExplainItAllTheSame()
    {
        IReadOnlyList<CamLayer> last = LayerSelection.Select(_model, [LastBlock]);
        Assert.Equal(
            [
                "EigenCAM", "FEM", "FullGrad", "GuidedBackprop", "ISCAM", "InputXGradient", "IntegratedGradients", "KPCACAM", "LRP", "LeGrad",
                "Occlusion", "RISE", "RandomCAM", "SSCAM", "Saliency", "ScoreCAM", "SmoothGrad", "ViTReciproCAM",
            ],
            MethodCatalog.All.Where(method => method.Fits(last)).Select(method => method.Name).Order(StringComparer.Ordinal));
        CamExplanation eigen = new Explainer(_model, last, [EigenCAM.Method], ClassChoice.Predicted, new MethodSettings(1, 0, 0, 1))
            .Explain(GoldenModels.Pattern(_model), null).Single();
        Assert.Equal((7, 7, false), (eigen.Map.Height, eigen.Map.Width, eigen.Map.IsEmpty));
    }

    [Fact]
    public void TheHead_HasNoHeightAndWidth() =>
        Assert.Throws<SelectionException>(() => LayerSelection.Select(_model, ["heads"]));

    [Fact]
    public void Shapes_AreTorchvisions() => Assert.Equal([1, 50, 768], _model.Layers.Single(layer => layer.Name == LastBlock).OutputShape);

    public sealed class Transformer : IDisposable
    {
        internal CamModel Model { get; } = GoldenModels.Build("vit_b_32");

        public void Dispose() => Model.Dispose();
    }
}
