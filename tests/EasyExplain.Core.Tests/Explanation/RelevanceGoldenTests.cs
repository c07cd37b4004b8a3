using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Engines;
using EasyExplain.Networks.Operators;
using EasyExplain.Networks.Rewrites.Lrp;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation;

/// <summary>
/// LRP against zennit: <c>LRP.COMPOSITE[,name=value…]/LAYER</c> is a map, <c>…/sum/LAYER</c> what it adds up to. zennit hands back 1 where
/// we hand back the logit. All that a network's file has of one question is asked at once, for the way back is the same.
/// </summary>
public class RelevanceGoldenTests
{
    private const string Family = "lrp", Input = "input";

    public static TheoryData<string> Networks =>
        [.. AttributionGoldens.Cases(Family).Concat(AttributionGoldens.Numbers(Family)).Select(NetworkOf).Distinct()];

    // In float32 a rounding decides which of two almost equal numbers a max pool takes, and moves what is handed back there by a pixel.
    // libtorch rounds as the reference did; ONNX Runtime, which computes differently, may take the other.
    private const double OfAMaxPool = 1e-3;

    [Theory]
    [MemberData(nameof(Networks))]
    public void MapsAndSums_AreZennits(string network)
    {
        using var models = new AttributionModels();
        AttributionCase[] cases = [.. AttributionGoldens.Cases(Family).Where(golden => NetworkOf(golden) == network)];
        AttributionCase[] numbers = [.. AttributionGoldens.Numbers(Family).Where(golden => NetworkOf(golden) == network)];
        CamModel model = models.Of(cases.Concat(numbers).First());
        IReadOnlyDictionary<string, string> wrong = Check(model, cases, numbers);
        if (wrong.Count > 0 && model.Network.Nodes.Any(node => node.Operator is MaxPool2d))
        {
            AttributionCase[] near = [.. cases.Where(golden => wrong.ContainsKey(golden.Key))];
            Assert.Empty(Check(model, [.. near.Select(golden => Loosely(golden))], []).Values);
            ((CompilingRunner)model.Runner).GiveUp("libtorch is to decide");
            wrong = Check(model, near, [.. numbers.Where(golden => wrong.ContainsKey(golden.Key))]);
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Values));
    }

    /// <summary>What is wrong, by key.</summary>
    private static Dictionary<string, string> Check(CamModel model, AttributionCase[] cases, AttributionCase[] numbers)
    {
        var wrong = new Dictionary<string, string>();
        foreach (var maps in cases.GroupBy(golden => (golden.What[0], golden.Variant, golden.Class, LayerOf(golden) == Input)))
        {
            CheckMaps(model, [.. maps], wrong);
        }
        foreach (var sums in numbers.GroupBy(golden => (golden.What[0], golden.Variant, golden.Class)))
        {
            CheckSums(model, [.. sums], wrong);
        }
        return wrong;
    }

    /// <summary>As a user gets them.</summary>
    private static void CheckMaps(CamModel model, AttributionCase[] goldens, Dictionary<string, string> wrong)
    {
        // In the order in which the network runs, for so the maps are made.
        goldens = [.. goldens.OrderBy(golden => model.Layers.ToList().FindIndex(layer => layer.Name == LayerOf(golden)))];
        string[] layers = [.. goldens.Select(LayerOf)];
        var relevance = new Queue<float[]>();
        CamMethod home = layers is [Input] ? LRP.Method : LRP.Method.AtLayers!;
        CamMethod method = home with
        {
            Map = evidence =>
            {
                relevance.Enqueue(evidence.Relevance.contiguous().data<float>().ToArray());
                return home.Map(evidence);
            },
        };
        var settings = new MethodSettings(null, 0, 0, 1) { Relevance = SettingsOf(goldens[0]) };
        CamExplanation explanation = goldens[0].Explain(model, method, settings, layers is [Input] ? [] : layers);
        double logit = goldens[0].Number("logit");
        foreach (var (golden, map) in goldens.Zip(explanation.Maps))
        {
            float[] channels = relevance.Dequeue();
            Try(wrong, golden.Key, () =>
            {
                float[] cells = [.. map.ToArray().Cast<float>().Select(value => (float)(value * map.Unit!.Value / logit))];
                if (golden.Map.Shape.Length == 3)
                {
                    golden.Agrees([.. channels.Select(value => (float)(value / logit))]);
                    Assert.Equal(channels.Sum() / logit, cells.Sum(), 1e-4);
                }
                else
                {
                    golden.Agrees(Plane(cells, map));
                }
            });
        }
    }

    /// <summary>Also of layers that do not lie on the picture.</summary>
    private static void CheckSums(CamModel model, AttributionCase[] goldens, Dictionary<string, string> wrong)
    {
        using DisposeScope scope = NewDisposeScope();
        RelevanceWay way = model.Relevance(SettingsOf(goldens[0]), [.. goldens.Select(golden => LayerOf(golden) is var layer
            && layer == Input ? "" : layer)]);
        Pass pass = model.Runner.Run(way.Network, model.Preprocessing.ToInput(goldens[0].Photo(model)), way.Read, track: false);
        Tensor one = zeros_like(pass.Logits);
        one[0, goldens[0].Class] = 1;
        foreach (var (golden, relevance) in goldens.Zip(way.Run(model.Runner, pass.Taps, one, default)))
        {
            Try(wrong, golden.Key, () => golden.Agrees(relevance.to(float64).sum().item<double>()));
        }
    }

    private static void Try(Dictionary<string, string> wrong, string key, Action check)
    {
        try
        {
            check();
        }
        catch (Xunit.Sdk.XunitException e)
        {
            wrong[key] = e.Message;
        }
    }

    private static string NetworkOf(AttributionCase golden) => $"{golden.Net}@{golden.Height}x{golden.Width}";

    private static string LayerOf(AttributionCase golden) => golden.What[^1];

    private static LrpSettings SettingsOf(AttributionCase golden)
    {
        string[] parts = golden.What[0].Split(',');
        Dictionary<string, double> numbers = parts.Skip(1).Select(part => part.Split('='))
            .ToDictionary(pair => pair[0], pair => double.Parse(pair[1], CultureInfo.InvariantCulture));
        var settings = new LrpSettings(Enum.Parse<LrpComposite>(parts[0].Split('.')[1]));
        Assert.All(numbers.Keys, name => Assert.Contains(name, new[] { "epsilon", "gamma" }));
        return settings with
        {
            Epsilon = numbers.GetValueOrDefault("epsilon", settings.Epsilon),
            Gamma = numbers.GetValueOrDefault("gamma", settings.Gamma),
        };
    }

    private static float[,] Plane(float[] cells, CamMap map)
    {
        var plane = new float[map.Height, map.Width];
        Buffer.BlockCopy(cells, 0, plane, 0, sizeof(float) * cells.Length);
        return plane;
    }

    private static AttributionCase Loosely(AttributionCase golden)
    {
        JsonNode entry = JsonNode.Parse(golden.Entry.GetRawText())!;
        (entry["tolerance"], entry["tolerance_l2"]) = (OfAMaxPool, OfAMaxPool);
        return golden with { Entry = JsonSerializer.SerializeToElement(entry) };
    }
}
