using System.Text.Json;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Detectors;

/// <summary>
/// Maps of detections by the formulas of the papers that they are from, computed in Python (tests/data/detection/make_maps.py).
/// </summary>
[Collection(Alone.Name)]
public sealed class PapersMapsTests
{
    private const int Side = 64, Masks = 64, Seed = 5;

    /// <summary>D-RISE, with and without an objectness: the same masks, the same weights.</summary>
    [Theory]
    [InlineData("v8")]
    [InlineData("v5")]
    public void Rise_OfADetection_IsDRise(string name)
    {
        JsonElement expected = Expected(name);
        CamExplanation explanation = Explain(name, RISE.Method);
        Assert.Equal(expected.GetProperty("candidate").GetInt32(), ((DetectionTarget)explanation.Target!).Candidate);
        AssertMap(expected.GetProperty("map"), explanation.Map, step: 4, tolerance: 1e-3);
    }

    [Fact]
    public void Odam_SmoothsTheGradient()
    {
        JsonElement expected = Expected("odam");
        CamExplanation explanation = Explain("v8", ODAM.Method);
        var target = (DetectionTarget)explanation.Target!;
        Assert.Equal(expected.GetProperty("candidate").GetInt32(), target.Candidate);
        Assert.Equal(expected.GetProperty("class").GetInt32(), target.Class);
        Assert.Equal(2, explanation.Maps.Length);
        Assert.All(explanation.Maps.Zip(expected.GetProperty("maps").EnumerateArray()), pair =>
            AssertMap(pair.Second, pair.First, step: 1, tolerance: 1e-4));
    }

    private static void AssertMap(JsonElement expected, CamMap map, int step, double tolerance)
    {
        float[,] values = map.ToArray();
        double[][] rows = [.. expected.EnumerateArray().Select(row => row.EnumerateArray().Select(one => one.GetDouble()).ToArray())];
        Assert.Equal(map.Height / step, rows.Length);
        Assert.Equal(map.Width / step, rows[0].Length);
        for (int y = 0; y < rows.Length; y++)
        {
            Assert.All(rows[y].Select((value, x) => (value, x)), one =>
                Assert.Equal(one.value, values[y * step, one.x * step], tolerance));
        }
    }

    private static CamExplanation Explain(string name, CamMethod method)
    {
        using CamModel model = ModelImporter.Import(Repository.Data("detection", "heads", $"{name}.onnx"), new ModelOptions(), _ => { });
        using DisposeScope scope = NewDisposeScope();
        Tensor picture = tensor(Enumerable.Range(0, 3 * Side * Side)
            .Select(i => ((uint)((ulong)i * 2654435761UL % (1UL << 32)) >> 24) / 255f).ToArray()).view(1, 3, Side, Side);
        return new Explainer(model, LayerSelection.Select(model, model.DefaultLayers), [method], ClassChoice.Top(1),
            new MethodSettings(Masks, 0, Seed, 16)).Explain(picture).Single();
    }

    private static JsonElement Expected(string name)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Repository.Data("detection", "maps.json")));
        return file.RootElement.GetProperty(name).Clone();
    }
}
