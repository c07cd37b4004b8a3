using System.Text.Json;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Models;
using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation;

/// <summary>
/// Layers that are grids of tokens, and sides that are no multiple of a window, against PyTorch: tests/data/tokens/make_figures.py.
/// </summary>
public class TokenFigureTests
{
    private const string Suite = "figures", Folder = "tokens";

    public static TheoryData<string> Cases => [.. All.Select(figure => figure.GetProperty("key").GetString()!)];

    private static IEnumerable<JsonElement> All => Goldens.Index(Suite, Folder).GetProperty("cases").EnumerateArray();

    [Theory]
    [MemberData(nameof(Cases))]
    public void LogitsAndMaps_AreThoseOfPyTorch(string key)
    {
        JsonElement figure = All.Single(figure => figure.GetProperty("key").GetString() == key);
        int[] size = [.. figure.GetProperty("input_size").EnumerateArray().Select(side => side.GetInt32())];
        string[] layers = [.. figure.GetProperty("layers").EnumerateArray().Select(layer => layer.GetString()!)];
        Dictionary<string, Golden> expected = Goldens.Load(Suite, Folder);
        using DisposeScope scope = NewDisposeScope();
        using CamModel model = GoldenModels.Build(figure.GetProperty("architecture").GetString()!, size[0], size[1]);

        Tensor input = model.Preprocessing.ToInput(GoldenModels.Pattern(model)),
            other = model.Preprocessing.ToInput(GoldenModels.Pattern(model, variant: 1));
        float[] wanted = expected[$"{key}/logits"].Floats;
        Assert.All(wanted.Zip(Logits(model, input)), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-4f));
        // of a batch, the first
        Assert.All(wanted.Zip(Logits(model, cat([input, other], 0))), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-4f));

        var explainer = new Explainer(model, LayerSelection.Select(model, layers),
            [MethodCatalog.Find("GradCAM"), MethodCatalog.Find("LayerCAM")], ClassChoice.Predicted, new MethodSettings(4, 0.3, 7, 4));
        foreach (CamExplanation explanation in explainer.Explain(GoldenModels.Pattern(model), null))
        {
            Assert.Equal(figure.GetProperty("class").GetInt32(), explanation.Class);
            foreach (CamMap map in explanation.Maps)
            {
                MapAssert.Agrees(expected[$"{key}/{explanation.Method}/{map.Layer}"], map, $"{key} {explanation.Method} {map.Layer}");
            }
        }
    }

    private static float[] Logits(CamModel model, Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = Executor.Run(model.Network, input, [], track: false).Logits;
        Assert.InRange(scope.DisposablesCount, 1, 2); // operators of several steps leave none of them behind
        return logits.flatten().data<float>().ToArray();
    }
}
