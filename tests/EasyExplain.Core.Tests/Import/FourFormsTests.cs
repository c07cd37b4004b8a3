using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Tests.Models;

namespace EasyExplain.Tests.Import;

/// <summary>
/// The bundled ResNet-20 as others keep a whole model: its maps are those of the built-in one, whatever the method. The fourth form, a
/// user's own module, is in <see cref="ModuleImportTests"/>.
/// </summary>
public sealed class FourFormsTests : IDisposable
{
    private static readonly string[] Layers = ["layer1.0.conv1", "layer1.2.relu", "layer2", "layer3"];

    private static readonly string[] Slow = ["SCAM", "ReciproCAM"]; // six views would take them too long

    // What one file has as one operator another has as several steps, and relevance is stabilised at each.
    private const double OfStabilisers = 2e-3;

    // Scores that a single place or a window gives may differ by little more than their rounding, which is scaled up with them.
    private const double OfNearlyEqual = 2e-3;

    private readonly CamModel _builtIn = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });
    private readonly Photo _cat = ImageDecoder.Decode(Repository.Photo("cat.jpg"));

    public void Dispose() => _builtIn.Dispose();

    [Theory]
    [InlineData("resnet20_traced.pt", Smoothing.None)]
    [InlineData("resnet20.onnx", Smoothing.None)]
    [InlineData("resnet20.onnx", Smoothing.Augmentation | Smoothing.Eigen)]
    public void EveryMethod_GivesTheSameMaps(string file, Smoothing smoothing)
    {
        using CamModel form = Import(file);
        CamMethod[] methods = [.. MethodCatalog.All
            .Where(method => method.Name != "CAM" && method.Fits(LayerSelection.Select(form, Layers))
            && (smoothing == Smoothing.None || !Slow.Any(ending => method.Name.EndsWith(ending, StringComparison.Ordinal))))
            .SelectMany(AlsoAtLayers)];
        AssertSame(form, methods, Layers, smoothing);
        if (smoothing == Smoothing.None)
        {
            AssertSame(form, [CAM.Method], ["layer3"], smoothing);
        }
    }

    [Theory]
    [InlineData("vit", "vit_14", "encoder.layers.encoder_layer_0", "conv_proj", "encoder.layers.encoder_layer_1.self_attention")]
    [InlineData("swin", "swin_16", "features.1", "features.1.1.attn", "features.3.0.mlp.0")]
    [InlineData("constants", "constants_11", "conv", "up")]
    public void ATransformer_HasTheSameMaps_FromEitherKindOfFile(string script, string onnx, params string[] layers)
    {
        var options = new ModelOptions { InputSize = [16] };
        using CamModel traced = ModelImporter.Import(Repository.Data("torchscript", script + "_traced.pt"), options, _ => { });
        using CamModel scripted = ModelImporter.Import(Repository.Data("torchscript", script + "_scripted.pt"), options, _ => { });
        using CamModel graph = ModelImporter.Import(Repository.Data("onnx", onnx + ".onnx"), options, _ => { });
        foreach (string layer in layers)
        {
            CamMethod[] methods = [.. MethodCatalog.All.SelectMany(AlsoAtLayers)
                .Where(method => method.Fits(LayerSelection.Select(traced, [layer])))];
            Assert.True(methods.Length > 5, $"{layer}: {methods.Length}");
            AssertSame(scripted, methods, [layer], Smoothing.None, traced);
            AssertSame(graph, methods, [layer], Smoothing.None, traced);
        }
    }

    [Theory]
    [InlineData("resnet20_traced.pt")]
    [InlineData("resnet20.onnx")]
    public void ItRunsAsTheBuiltInOneDoes(string file)
    {
        using CamModel form = Import(file);
        bool counts = file.EndsWith(".pt", StringComparison.Ordinal); // the exporter to ONNX has weights that are equal share one name
        Assert.Equal((_builtIn.ClassCount, _builtIn.DefaultLayer), (form.ClassCount, form.DefaultLayer));
        Assert.True(!counts || form.ParameterCount == _builtIn.ParameterCount);
        Assert.Equal(_builtIn.Network.Nodes.Select(node => node.Operator.Type), form.Network.Nodes.Select(node => node.Operator.Type));
        Network[] folded = [_builtIn.Optimized(new HashSet<string> { "layer3" }), form.Optimized(new HashSet<string> { "layer3" })];
        Assert.Equal(folded[0].Nodes.Count, folded[1].Nodes.Count);
        Node tap = folded[1].Find("layer3")!.Node;
        Assert.EndsWith("ONNX Runtime", form.Runner.Summary(folded[1], [tap], track: true, [3, 32, 32]), StringComparison.Ordinal);
        Assert.All(_builtIn.Layers, layer => Assert.True(form.Layers.FirstOrDefault(other => other.Name == layer.Name) is not { } other
            || (other.OutputShape.SequenceEqual(layer.OutputShape)
            && (!(counts || IsLeaf(layer)) || other.ParameterCount == layer.ParameterCount)), layer.Name));
    }

    private static double Within(string method) => method switch
    {
        "LRP" => OfStabilisers,
        "ReciproCAM" or "Occlusion" => OfNearlyEqual,
        _ => 1e-4,
    };

    private static CamMethod[] AlsoAtLayers(CamMethod method) => method.AtLayers is { } other ? [method, other] : [method];

    private bool IsLeaf(CamLayer layer) => !_builtIn.Layers.Any(other => other.Name.StartsWith(layer.Name + ".", StringComparison.Ordinal));

    private static CamModel Import(string file) => ModelImporter.Import(Repository.Data("forms", file), new ModelOptions
    {
        InputSize = [32],
        Mean = [0.4914, 0.4822, 0.4465],
        Std = [0.247, 0.2435, 0.2616],
    }, _ => { });

    private void AssertSame(CamModel form, CamMethod[] methods, string[] layers, Smoothing smoothing, CamModel? other = null)
    {
        IReadOnlyList<CamExplanation> Explain(CamModel model) =>
            new Explainer(model, LayerSelection.Select(model, layers), methods, ClassChoice.Top(2),
                new MethodSettings(2, 0.3, 7, 16) { Window = 8, Stride = 8 }, smoothing)
                .Explain(_cat, null);

        IReadOnlyList<CamExplanation> theirs = Explain(other ?? _builtIn), own = Explain(form);
        Assert.Equal(2 * methods.Length, own.Count);
        foreach (var (mine, right) in own.Zip(theirs))
        {
            Assert.Equal((right.Method, right.Class), (mine.Method, mine.Class));
            Assert.Equal(right.Score, mine.Score, tolerance: 1e-4);
            Assert.All(mine.Maps.Append(mine.Map).Zip(right.Maps.Append(right.Map)), pair =>
            {
                double worst = pair.First.ToArray().Cast<float>().Zip(pair.Second.ToArray().Cast<float>())
                    .Max(values => Math.Abs(values.First - values.Second));
                Assert.True(worst < Within(mine.Method), $"{mine.Method} {pair.First.Layer}: {worst}");
            });
        }
    }
}
