using EasyExplain.Architectures;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Runtime;
using EasyExplain.Tests.Import.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation;

/// <summary>Maps of small, infinite and enlarged numbers, and CAM where a 1×1 convolution makes the classes.</summary>
public sealed class SmallMapTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"easyexplain-{Guid.NewGuid():N}.onnx");
    private readonly Photo _cat = ImageDecoder.Decode(Repository.Photo("cat.jpg"));

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void AMap_IsScaledByItself_HoweverSmall()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor map = tensor(new[,] { { 1f, 3f }, { 2f, 5f } }), right = tensor(new[,] { { 0f, 0.5f }, { 0.25f, 1f } });
        foreach (float factor in (float[])[1, 1e-8f, 1e-20f, 1e-35f, 1e20f])
        {
            Assert.True((Fusion.Scale(map * factor) - right).abs().max().item<float>() < 1e-6);
            Assert.True((Fusion.ScaleChannels(stack([map * factor, map])) - right).abs().max().item<float>() < 1e-6);
            Assert.Equal(0, Fusion.Scale(zeros(2, 2)).abs().max().item<float>());
            Assert.Equal(0, Fusion.Scale(full([3, 3], factor * 0.3f)).abs().max().item<float>());
        }
        // What is nothing but float32's rounding has no height.
        Assert.Equal(0, Fusion.Scale(tensor(new[] { 0.3f, 0.30000004f, 0.3f })).abs().max().item<float>());
        Assert.Equal(1, Fusion.Scale(tensor(new[] { 0f, 0f, 1e-30f })).max().item<float>());
    }

    [Fact]
    public void SmallGradients_GiveTheMapOfLargeOnes()
    {
        float[][] maps = [.. new[] { 1f, 1e-7f }.Select(factor =>
        {
            using CamModel model = Import(g =>
                Pooled(g.Weight("w", [4, 3, 2, 2], Ramp(48)).Node("Conv", ["x", "w"], ["c"]).Node("Relu", ["c"], ["r"]), "r", 4, factor));
            return Explain(model, GradCAM.Method, "r").Map.ToArray().Cast<float>().ToArray();
        })];
        Assert.Equal(1, maps[1].Max(), 1e-6f);
        Assert.All(maps[0].Zip(maps[1]), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void InfiniteGradients_AreAnErrorWithAName_AndNoMapOfNaN()
    {
        // A channel is 0 everywhere, and the slope of a root is infinite there.
        using CamModel model = Import(g => Pooled(
            g.Weight("w", [4, 3, 1, 1], Ramp(12)).Weight("b", [4], 1, 1, 1, -100).Node("Conv", ["x", "w", "b"], ["c"])
                .Node("Relu", ["c"], ["r"]).Node("Sqrt", ["r"], ["s"]), "s", 4));
        foreach (CamMethod method in (CamMethod[])[GradCAM.Method, LayerCAM.Method, SmoothGradCAMPlusPlus.Method])
        {
            var error = Assert.Throws<ComputeException>(() => Explain(model, method, "r"));
            Assert.Equal(ComputeFault.GradientsNotFinite, error.Fault);
            Assert.Contains("'r'", error.Message, StringComparison.Ordinal);
        }
        Assert.All(Explain(model, EigenCAM.Method, "r").Map.ToArray().Cast<float>(), value => Assert.InRange(value, 0, 1));
    }

    [Fact]
    public void AMapThatIsNotFinite_IsAnErrorWithAName()
    {
        using CamModel model = Import(g => Pooled(g.Node("Relu", ["x"], ["r"]), "r", 3));
        var endless = new CamMethod("endless", "", layer => layer.Activations[0] / 0);
        Assert.Equal(ComputeFault.MapNotFinite, Assert.Throws<ComputeException>(() => Explain(model, endless, "r")).Fault);
    }

    [Theory]
    [InlineData("vgg11", 32, "features.19")]
    [InlineData("vgg11", 100, "features")]
    [InlineData("vgg16_bn", 64, "features")]
    [InlineData("alexnet", 224, "avgpool")]
    [InlineData("resnet18", 64, "layer4")]
    public void AnEnlargedLayer_IsNotTheDefault(string architecture, int size, string right)
    {
        Architecture known = ArchitectureCatalog.Find(architecture);
        using var model = new CamModel(architecture, architecture, "", known.Build(10, size, size),
            known.Preprocessing.ForInput(size, size), [], CPU);
        Assert.Equal(right, model.DefaultLayer);
    }

    [Fact]
    public void WhatIsResized_AndWhatIsMadeOfItPlaceByPlace_IsNotTheDefault()
    {
        using CamModel model = Import(g => Pooled(
            g.Weight("w", [4, 3, 4, 4], Ramp(192)).Node("Conv", ["x", "w"], ["small"], "", ("strides", new long[] { 4, 4 }))
                .Integers("s", [4], 1, 4, 8, 8)
                .Node("Resize", ["small", "", "", "s"], ["large"], "", ("mode", "linear")).Node("Relu", ["large"], ["r"]), "r", 4));
        Assert.Equal("small", model.DefaultLayer);
        Assert.True(model.Layers.Single(layer => layer.Name == "r").IsEnlarged);
        // A picture that is enlarged first has as many places as its layers, later on.
        using CamModel first = Import(g => Pooled(
            g.Integers("s", [4], 1, 3, 16, 16).Node("Resize", ["x", "", "", "s"], ["large"], "", ("mode", "linear"))
                .Weight("w", [4, 3, 4, 4], Ramp(192)).Node("Conv", ["large", "w"], ["c"], "", ("strides", new long[] { 4, 4 })), "c", 4));
        Assert.Equal("c", first.DefaultLayer);
    }

    [Theory]
    [InlineData("a convolution, ReLU, mean")]
    [InlineData("a convolution, mean")]
    [InlineData("a convolution, a mean over one window")]
    [InlineData("a mean, a convolution")]
    public void CAM_TakesTheFiltersOfAOneByOneConvolution(string head)
    {
        float[] weights = [.. Ramp(20).Select(value => value + 0.1f)];
        using CamModel model = Import(g =>
        {
            g.Weight("w", [4, 3, 2, 2], Ramp(48)).Node("Conv", ["x", "w"], ["c"]).Node("Relu", ["c"], ["features"])
                .Weight("v", [5, 4, 1, 1], weights).Weight("b", [5], 9, 9, 9, 9, 9);
            (string type, string from) = head.Contains("window", StringComparison.Ordinal) ? ("AveragePool", "k")
                : ("GlobalAveragePool", head.Contains("ReLU", StringComparison.Ordinal) ? "l" : "k");
            (string, object)[] window = type == "AveragePool" ? [("kernel_shape", new long[] { 7, 7 })] : [];
            if (head.StartsWith("a mean", StringComparison.Ordinal))
            {
                g.Node("GlobalAveragePool", ["features"], ["p"]).Node("Conv", ["p", "v", "b"], ["k"]).Node("Flatten", ["k"], ["y"]);
            }
            else
            {
                g.Node("Conv", ["features", "v", "b"], ["k"]).Node("Relu", ["k"], ["l"]).Node(type, [from], ["p"], "", window)
                    .Node("Flatten", ["p"], ["y"]);
            }
            return g.Output("y");
        });
        CamExplanation cam = Explain(model, CAM.Method, "features");

        using DisposeScope scope = NewDisposeScope();
        Tensor picture = model.Preprocessing.ToInput(_cat);
        Tensor features = nn.functional.conv2d(picture, tensor(Ramp(48), [4, 3, 2, 2])).relu()[0];
        Tensor sum = (tensor(weights, [5, 4])[cam.Class].view(4, 1, 1) * features).sum(dim: 0),
            right = (sum - sum.min()) / (sum.max() - sum.min());
        Assert.All(cam.Map.ToArray().Cast<float>().Zip(right.contiguous().data<float>().ToArray()), pair =>
            Assert.Equal(pair.Second, pair.First, 1e-4f));
        Assert.Throws<SelectionException>(() => Explain(model, CAM.Method, "c"));
    }

    private CamModel Import(Func<OnnxBytes, OnnxBytes> add)
    {
        File.WriteAllBytes(_path, add(new OnnxBytes().Input("x", -1, 3, 8, 8)).ToArray());
        return ModelImporter.Import(_path, new ModelOptions(), _ => { });
    }

    /// <summary>Averages of a layer, and five classes of them.</summary>
    private static OnnxBytes Pooled(OnnxBytes graph, string layer, int channels, float factor = 1) =>
        graph.Node("GlobalAveragePool", [layer], ["pool"]).Node("Flatten", ["pool"], ["flat"])
        .Weight("head", [channels, 5], [.. Ramp(channels * 5).Select(value => value * factor)]).Node("Gemm", ["flat", "head"], ["y"])
        .Output("y");

    private CamExplanation Explain(CamModel model, CamMethod method, string layer) =>
        new Explainer(model, LayerSelection.Select(model, [layer]), [method], ClassChoice.Predicted, new MethodSettings(2, 0.1, 7, 4))
            .Explain(_cat, null).Single();

    private static float[] Ramp(int count) => [.. Enumerable.Range(0, count).Select(i => i * 37 % 23 / 11f - 1)];
}
