using System.Text.Json;
using EasyExplain.Architectures;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Models;
using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation;

/// <summary>Each method, and the fusion of layers, against the reference libraries: a case more in the file is a test more.</summary>
[TestCaseOrderer(InOrderOfNames.Type, InOrderOfNames.Assembly)] // a network's cases after each other: it is made once
public class GoldenMethodTests(GoldenModels models) : IClassFixture<GoldenModels>
{
    private const string FusedEnding = ".fused";

    // A principal component has two signs, and the goldens have the one that the peer's SVD gave.
    private static readonly string[] PeersOtherSign = ["resnet18/EigenGradCAM/layer2/791"];
    private static readonly CamMethod OppositeEigenGradCAM =
        new("opposite", "", layer => (-PrincipalComponent.Of(layer.Gradients * layer.Activations)).relu());

    // In float32 a rounding decides on which side of a ReLU's corner one activation falls: with oneDNN's AVX code the map is 3.6e-3 off,
    // with its AVX-512 code it is not. In float64 it is the golden, as the test below shows.
    private const string OnAnEdge = "vgg11/ShapleyCAM/features.5/7";

    // They are ScoreCAM's passes, each ten times and more.
    private static readonly string[] Long = ["resnet18/SSCAM/layer4/791", "resnet18/ISCAM/layer4/791"];

    public static TheoryData<string> Cases => [.. Goldens.Index("methods").GetProperty("cases").EnumerateArray()
        .Where(golden => ArchitectureCatalog.All.Any(known => known.Name == Text(golden, "architecture"))
        && MethodCatalog.All.Any(known => known.Name == MethodOf(golden)))
        .Select(golden => Text(golden, "key")).Where(key => LongCases.Run || !Long.Contains(key))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheMap_IsThatOfTheReference(string key) => Check(key, models, "cpu");

    internal static void Check(string key, GoldenModels models, string device)
    {
        JsonElement golden = Goldens.Index("methods").GetProperty("cases").EnumerateArray().First(golden => Text(golden, "key") == key);
        CamModel model = models.Of(Text(golden, "architecture"), device);
        string[] layers = Text(golden, "layer").Split('+');
        CamMethod method = PeersOtherSign.Contains(key) ? OppositeEigenGradCAM : MethodCatalog.Find(MethodOf(golden));
        var explainer = new Explainer(model, LayerSelection.Select(model, layers), [method],
            ClassChoice.Of(model, golden.GetProperty("class").GetRawText()), new MethodSettings(4, 0.3, 7, BatchSize: 3));
        CamExplanation explanation = explainer.Explain(GoldenModels.Pattern(model), null).Single();
        Assert.Equal(layers, explanation.Layers);
        MapAssert.Agrees(Goldens.Load("methods")[key], Text(golden, "method").EndsWith(FusedEnding, StringComparison.Ordinal)
            ? explanation.Fused! : explanation.Maps.Single(), key,
            within: key == OnAnEdge ? 5e-3 : 2e-3);
    }

    [Fact]
    public void InFloat64_TheMapOnAnEdge_IsThatOfTheReference()
    {
        using DisposeScope scope = NewDisposeScope();
        using CamModel model = GoldenModels.Build("vgg11");
        Network network = model.Optimized(new HashSet<string> { "features.5" });
        foreach (Parameter parameter in network.Parameters)
        {
            parameter.Load(parameter.Value.to(float64));
        }
        Tensor input = model.Preprocessing.ToInput(GoldenModels.Pattern(model)).to(float64);
        Node tap = network.Find("features.5")!.Node;
        Pass pass = Executor.Run(network, input, [tap], track: true);
        var run = new PictureRun(network, input, [tap], [], pass, new MethodSettings(1, 0, 0, 1), null, default);
        var evidence = new ScoreEvidence(run, [new ClassTarget(7)], scope);
        Tensor map = Fusion.Scale(ShapleyCAM.Method.Map(new LayerEvidence(evidence, 0, 0, ShapleyCAM.Method, eigen: false)));
        Assert.All(Goldens.Load("methods")[OnAnEdge].Floats.Zip(map.to(float32).data<float>().ToArray()), pair =>
            Assert.Equal(pair.First, pair.Second, tolerance: 1e-4f));
    }

    /// <summary>
    /// Which of our methods a case is about: <c>GradCAM@pgc</c> is pytorch-grad-cam's answer for GradCAM; torch-cam's Smooth Grad-CAM++ is
    /// not the paper's.
    /// </summary>
    private static string MethodOf(JsonElement golden)
    {
        string method = Text(golden, "method");
        return method.EndsWith("@torchcam", StringComparison.Ordinal) ? ""
            : method.Replace(FusedEnding, "", StringComparison.Ordinal).Split('@')[0].Replace("_", "", StringComparison.Ordinal);
    }

    private static string Text(JsonElement golden, string name) => golden.GetProperty(name).GetString()!;
}
