using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Models;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace EasyExplain.Tests.Import.Onnx;

/// <summary>
/// Files that users had and that were refused: quantised, with a function of their own, with a branch, with newer operators.
/// </summary>
public sealed class RefusedFilesTests
{
    [Theory]
    [InlineData("q01_qdq", "relu2", "conv1", "dq0")]
    [InlineData("q03_weightonly_perchannel", "relu2", "conv1")]
    [InlineData("f01_function", "relu2", "act", "conv1")]
    [InlineData("Attention23", "relu2", "op", "conv1")]
    [InlineData("Swish24", "relu2", "op", "conv1")]
    [InlineData("Optional_If", "relu2", "op", "conv1")]
    public void ItIsExplained_WithTheProbabilitiesOfOnnxRuntime(string name, params string[] layers)
    {
        string path = Repository.Data("onnx", "cases", name + ".onnx");
        using CamModel model = ModelImporter.Import(path, new ModelOptions { InputSize = [32] }, _ => { });
        Assert.All(layers, layer => Assert.NotNull(model.Network.Find(layer)));
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        Tensor picture = randn([1, 3, 32, 32], generator: generator);
        float[] logits = OnnxReference.Run(path, picture);
        double[] right = [.. logits.Select(logit => Math.Exp(logit - logits.Max()))];
        right = [.. right.Select(part => part / right.Sum())];

        var explainer = new Explainer(model, LayerSelection.Select(model, layers), [LayerCAM.Method, GradCAM.Method], ClassChoice.Predicted,
            new MethodSettings(1, 0.1, 7, 16));
        foreach (CamExplanation explanation in explainer.Explain(picture))
        {
            Assert.Equal(Array.IndexOf(right, right.Max()), explanation.Class);
            Assert.All(explanation.Predictions, prediction => Assert.Equal(right[prediction.Class], prediction.Probability, 1e-4));
            Assert.All(explanation.Maps, map => Assert.True(map.Tensor.isfinite().all().item<bool>()));
        }
    }
}
