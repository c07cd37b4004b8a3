using System.Text.Json;
using EasyExplain.Architectures;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Engines;
using EasyExplain.Networks.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation;

/// <summary>Each built-in architecture against torchvision's logits and torch-cam's maps: a case more in the file is a test more.</summary>
public class GoldenArchitectureTests
{
    // Others of their families are smaller, and have the same blocks.
    private static readonly string[] Long = ["vgg19", "wide_resnet50_2", "efficientnet_v2_s", "squeezenet1_0"];

    public static TheoryData<string> Cases => [.. Goldens.Index("architectures").GetProperty("cases").EnumerateArray()
        .Select(golden => golden.GetProperty("architecture").GetString()!)
        .Where(name => ArchitectureCatalog.All.Any(known => known.Name == name) && (LongCases.Run || !Long.Contains(name)))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void LogitsAndMaps_AreThoseOfTheReference_AndEveryGradientMethodFindsWhatItNeeds(string architecture)
    {
        // Both on one model: to make it takes longer than some of what is asked of it.
        using CamModel model = Build(architecture, "cpu");
        Check(model);
        ExplainByEveryGradientMethod(model);
    }

    internal static void Check(string architecture, string device)
    {
        using CamModel model = Build(architecture, device);
        Check(model);
    }

    private static CamModel Build(string architecture, string device) =>
        GoldenModels.Build(architecture, Case(architecture).GetProperty("input_size").GetInt32(), device);

    private static void Check(CamModel model)
    {
        string architecture = model.Architecture;
        JsonElement golden = Case(architecture);
        using DisposeScope scope = NewDisposeScope();
        int @class = golden.GetProperty("class").GetInt32();

        Tensor input = model.Preprocessing.ToInput(GoldenModels.Pattern(model)).to(model.Device);
        // Batch norms folded and, where there are some, not, each on libtorch alone and on what is used.
        Network[] networks = model.Network.Nodes.Any(node => node.Operator is BatchNorm2d)
            ? [model.Network, model.Optimized(new HashSet<string>())] : [model.Network];
        foreach (var (runner, network) in networks.SelectMany(network => new[] { (Runner.Libtorch, network), (model.Runner, network) }))
        {
            using DisposeScope run = NewDisposeScope();
            Tensor output = runner.Run(network, input, [], track: false).Logits;
            Assert.Equal(1, run.DisposablesCount); // the logits: each operator has freed what it made on the way
            float[] logits = output.data<float>().ToArray();
            float[] expected = Goldens.Load("architectures")[$"{architecture}/logits"].Floats;
            double tolerance = 1e-3 * Math.Max(1, expected.Max(Math.Abs));
            Assert.All(expected.Zip(logits), pair => Assert.InRange(pair.Second, pair.First - tolerance, pair.First + tolerance));
            Assert.Equal(@class, Array.IndexOf(logits, logits.Max()));
        }

        string[] layers = [.. golden.GetProperty("layers").EnumerateArray().Select(layer => layer.GetString()!)];
        var explainer = new Explainer(model, LayerSelection.Select(model, layers),
            [MethodCatalog.Find("GradCAM"), MethodCatalog.Find("LayerCAM")], ClassChoice.Predicted, new MethodSettings(4, 0.3, 7, 4));
        foreach (CamExplanation explanation in explainer.Explain(GoldenModels.Pattern(model), null))
        {
            Assert.Equal(@class, explanation.Class);
            foreach (CamMap map in explanation.Maps)
            {
                if (Goldens.Load("architectures").TryGetValue($"{architecture}/{explanation.Method}/{map.Layer}", out Golden? expected))
                {
                    MapAssert.Agrees(expected, map, $"{architecture} {explanation.Method} {map.Layer}", rescaled: true);
                }
            }
        }
    }

    /// <summary>At the default layer; those at home at the input are for the sweep, which takes smaller pictures.</summary>
    private static void ExplainByEveryGradientMethod(CamModel model)
    {
        IReadOnlyList<CamLayer> layers = LayerSelection.Select(model, [model.DefaultLayer]);
        CamMethod[] methods = [.. MethodCatalog.All
            .Where(method => method.UsesGradients && (!method.AtInput || method.UsesBiases) && method.Fits(layers))];
        var explainer = new Explainer(model, layers, methods, ClassChoice.Predicted, new MethodSettings(4, 0.3, 7, 4));
        IReadOnlyList<CamExplanation> explanations = explainer.Explain(GoldenModels.Pattern(model), null);
        Assert.Equal(methods.Select(method => method.Name), explanations.Select(explanation => explanation.Method));
        Assert.All(explanations, explanation => Assert.All(
            explanation.Map.ToArray().Cast<float>(), value => Assert.InRange(value, explanation.Map.IsSigned ? -1 : 0, 1)));
    }

    private static JsonElement Case(string architecture) =>
        Goldens.Index("architectures").GetProperty("cases").EnumerateArray()
            .Single(golden => golden.GetProperty("architecture").GetString() == architecture);
}
