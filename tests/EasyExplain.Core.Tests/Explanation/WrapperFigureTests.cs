using System.Text.Json;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Models;

namespace EasyExplain.Tests.Explanation;

/// <summary>FinerCAM, RefineCAM, FullGrad and the smoothings against PyTorch: tests/data/wrappers/make_figures.py.</summary>
public sealed class WrapperFigureTests(GoldenModels models) : IClassFixture<GoldenModels>
{
    private const string Suite = "figures", Folder = "wrappers";

    public static TheoryData<string> Cases => [.. All.Select(figure => figure.GetProperty("key").GetString()!)];

    private static IEnumerable<JsonElement> All => Goldens.Index(Suite, Folder).GetProperty("cases").EnumerateArray();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Maps_AreThoseOfPyTorch(string key)
    {
        JsonElement figure = All.Single(figure => figure.GetProperty("key").GetString() == key);
        int @class = figure.GetProperty("class").GetInt32();
        string[] layers = [.. Strings("layers")];
        CamModel model = models.Of(figure.GetProperty("architecture").GetString()!);
        var got = new Dictionary<string, CamMap>();
        Add("", Smoothing.None, ["FinerCAM", "RefineCAM", "FullGrad"], @class);
        Add(" 3 5", Smoothing.None, ["FinerCAM"], @class, 3, 5);
        Add(" eigen", Smoothing.Eigen, ["GradCAM", "LayerCAM"], @class);
        Add(" aug", Smoothing.Augmentation, ["GradCAM"], @class);

        Dictionary<string, Golden> expected = Goldens.Load(Suite, Folder);
        Assert.All(Strings("figures"), name =>
            MapAssert.Agrees(expected[$"{key}/{name}"], got[name], $"{key} {name}", every: name.EndsWith("/fused", StringComparison.Ordinal)
            || name.EndsWith("/input", StringComparison.Ordinal) ? 4 : 1));

        IEnumerable<string> Strings(string property) => figure.GetProperty(property).EnumerateArray().Select(text => text.GetString()!);

        void Add(string variant, Smoothing smoothing, string[] methods, params int[] classes)
        {
            ClassChoice choice = ClassChoice.Of(model, [.. classes.Select(one => $"{one}")]);
            var explainer = new Explainer(
                model, LayerSelection.Select(model, layers), [.. methods.Select(MethodCatalog.Find)], choice, new MethodSettings(4, 0.3, 7, 4),
                smoothing);
            foreach (CamExplanation explanation in explainer.Explain(GoldenModels.Pattern(model), null)
                .Where(explanation => explanation.Class == @class))
            {
                foreach (CamMap map in explanation.Maps)
                {
                    got[$"{explanation.Method}{variant}/{map.Layer}"] = map;
                }
                got[$"{explanation.Method}{variant}/fused"] = explanation.Map;
            }
        }
    }
}
