using System.Globalization;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Explanation.Metrics;
using EasyExplain.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation.Metrics;

/// <summary>
/// Every figure of torch-cam, pytorch-grad-cam, Quantus, Xplique and RISE in tests/data/attribution/metrics.json, by our functions. A case
/// more in the file is a test more.
/// </summary>
public sealed class MetricGoldenTests(MetricGoldenTests.Figures figures) : IClassFixture<MetricGoldenTests.Figures>
{
    private const string Family = "metrics";

    public static TheoryData<string> Keys =>
        [.. AttributionGoldens.Cases(Family).Concat(AttributionGoldens.Numbers(Family)).Select(golden => golden.Key)];

    [Theory]
    [MemberData(nameof(Keys))]
    public void AFigure_IsTheLibrarys(string key)
    {
        AttributionCase golden = AttributionGoldens.Find(Family, key);
        double[] got = figures.Of(golden);
        if (golden.Entry.TryGetProperty("value", out _))
        {
            golden.Agrees(Assert.Single(got));
        }
        else
        {
            golden.Agrees(Array.ConvertAll(got, value => (float)value));
        }
    }

    /// <summary>
    /// All figures of a network are found out together, when the first is asked for: xunit asks in an order of its own, and some networks
    /// are
    /// large.
    /// </summary>
    public sealed class Figures : IDisposable
    {
        private readonly AttributionModels _models = new();
        private readonly Dictionary<string, Func<Dictionary<string, double[]>>> _known = []; // or what went wrong

        public void Dispose() => _models.Dispose();

        internal double[] Of(AttributionCase golden)
        {
            (string group, _, _, string figure) = Read(golden);
            if (!_known.ContainsKey(group))
            {
                foreach (AttributionCase other in AttributionGoldens.Cases(Family).Concat(AttributionGoldens.Numbers(Family))
                    .Where(other => (other.Net, other.Height, other.Width) == (golden.Net, golden.Height, golden.Width)))
                {
                    Know(other);
                }
            }
            return _known[group]()[figure];
        }

        private void Know(AttributionCase golden)
        {
            (string group, string method, string where, _) = Read(golden);
            if (_known.ContainsKey(group))
            {
                return;
            }
            try
            {
                using DisposeScope scope = NewDisposeScope();
                Dictionary<string, double[]> known =
                    golden.Text("family") == "localisation" ? Localise(golden) : Measure(golden, method, where);
                _known[group] = () => known;
            }
            catch (Exception e)
            {
                _known[group] = () => throw new InvalidOperationException(golden.Key, e);
            }
        }

        /// <summary>What is found out together, by which method, on which map; and which figure of it.</summary>
        private static (string Group, string Method, string Where, string Figure) Read(AttributionCase golden)
        {
            string last = golden.What[^1];
            if (golden.Text("family") == "localisation")
            {
                return (golden.Key, "", "", golden.What[0]);
            }
            int dot = golden.What.Length == 1 ? last.LastIndexOf('.') : last.IndexOf('.'); // names of layers have dots, those of maps none
            (string method, string where, string figure) = golden.What.Length == 1
                ? (last[..Math.Max(0, dot)], "", last[(dot + 1)..])
                : (golden.What[0], dot < 0 ? last : last[..dot], dot < 0 ? "" : last[(dot + 1)..]);
            return ($"{golden.Net}@{golden.Height}x{golden.Width}v{golden.Variant}/{method}/{where}/{golden.Class}", method, where, figure);
        }

        private Dictionary<string, double[]> Measure(AttributionCase golden, string method, string where)
        {
            CamModel model = _models.Of(golden);
            (int height, int width) = (golden.Height, golden.Width);
            Tensor x = model.Preprocessing.ToInput(golden.Photo(model));
            var passes = new ProbabilityPasses(model, model.Optimized(new HashSet<string>()), new ClassTarget(golden.Class), 16, default);
            double p = passes.Of(x);
            (string name, string argument) = method.Split('@') is [var before, var after] ? (before, after) : (method, "");
            if (name is "")
            {
                return new() { ["probability"] = [p] };
            }
            if (name == "arcc")
            {
                return Arcc(golden, model, passes, x, p, layer: argument);
            }
            Tensor map = MapOf(where, height, width);
            float[] values = map.data<float>().ToArray();
            switch (name)
            {
                case "average_drop": // torch-cam
                    double q = passes.Of(Fusion.Resize(map, (height, width)) * x);
                    return new() { ["avg_drop"] = [Drop.Of(p, q, 1e-7)], ["conf_increase"] = [Drop.Increase(p, q)] };
                case "xplique_averages":
                    Tensor high = map.abs() - map.abs().min();
                    q = passes.Of(high / high.max() * x);
                    return new()
                    {
                        ["average_drop"] = [Drop.Of(p, q, 1e-8)],
                        ["average_increase"] = [Drop.Increase(p, q)],
                        ["average_gain"] = [Math.Max(q - p, 0) / (1 - p + 1e-8)],
                    };
                case "cam_mult_image": // pytorch-grad-cam
                    q = passes.Of(map * x);
                    return new() { ["change"] = [q - p], ["drop"] = [Math.Max(0, p - q)], ["increase"] = [Drop.Increase(p, q)] };
                case "deletion_insertion": // torch-cam
                    string[] options = argument.Split(',');
                    Tensor nothing = options.Contains("mean") ? x.mean([2, 3], keepdim: true).expand_as(x) : zeros_like(x);
                    int[] counts = RemovalCurve.Counts(height * width, int.Parse(options[0], CultureInfo.InvariantCulture));
                    Tensor ranks = PixelOrder.Ranks(PixelOrder.ByPlace(values), height, width);
                    double[] deletion = RemovalCurve.Of(passes, ranks, counts, x, nothing);
                    double[] insertion = RemovalCurve.Of(passes, ranks, counts, nothing, x);
                    return new()
                    {
                        ["fractions"] = Array.ConvertAll(counts, count => (double)count / counts[^1]),
                        ["deletion_curve"] = deletion,
                        ["insertion_curve"] = insertion,
                        ["deletion_auc"] = [RemovalCurve.Area(counts, deletion)],
                        ["insertion_auc"] = [RemovalCurve.Area(counts, insertion)],
                    };
                case "xplique_causal" or "rise_causal":
                    bool rise = name == "rise_causal";
                    int steps = int.Parse(argument, CultureInfo.InvariantCulture), pixels = height * width;
                    counts = rise
                        ? [.. Enumerable.Range(0, (pixels + steps - 1) / steps + 1).Select(step => Math.Min(step * steps, pixels))]
                        : [.. Enumerable.Range(0, steps + 1).Select(step => (int)((double)pixels / steps * step))];
                    ranks = PixelOrder.Ranks(PixelOrder.ByPlace(values), height, width);
                    deletion = RemovalCurve.Of(passes, ranks, counts, x, zeros_like(x));
                    insertion = RemovalCurve.Of(passes, ranks, counts, rise ? Blur.Of(x) : zeros_like(x), x);
                    return new()
                    {
                        ["deletion"] = [RemovalCurve.AreaOfEqualSteps(deletion)],
                        ["insertion"] = [RemovalCurve.AreaOfEqualSteps(insertion)],
                        ["deletion.curve"] = deletion,
                        ["insertion.curve"] = insertion,
                    };
                case "road":
                    return RoadOf(passes, x, values, p, Road.Parts);
                case "impute":
                    double percentile = double.Parse(argument, CultureInfo.InvariantCulture);
                    bool[] removed = Road.FromPercentile(Array.ConvertAll(values, value => (double)value), percentile);
                    float[] filled = new NeighbourFill(removed, height, width).Fill(x.data<float>().ToArray());
                    return new() { [""] = Array.ConvertAll(filled, value => (double)value) };
                case "mufidelity":
                    int[] numbers = [.. argument.Split('x').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
                    Tensor cells = stack(Enumerable.Range(0, numbers[1]).Select(k => tensor(
                        Goldens.Uniform($"mufidelity.{k}", numbers[0] * numbers[0]).Select(v => (v + 1) / 2 > 0.2 ? 1f : 0f).ToArray())
                        .view(numbers[0], numbers[0])));
                    double[] drops = MuFidelity.Drops(passes, x, cells, p), sums = MuFidelity.Sums(values, width, cells);
                    return new()
                    {
                        ["drops"] = drops,
                        ["attribution_sums"] = sums,
                        ["spearman"] = [MuFidelity.Of(drops, sums)],
                        ["pearson"] = [Correlation.Pearson(drops, sums)],
                    };
                default:
                    throw new NotSupportedException($"{golden.Key}: no such figure is known here.");
            }
        }

        /// <summary>pytorch-grad-cam's rule for ties; LeRF goes by 1 − map.</summary>
        private static Dictionary<string, double[]> RoadOf(
            ProbabilityPasses passes, Tensor x, float[] map, double p, IReadOnlyList<int> percentiles)
        {
            double[] values = Array.ConvertAll(map, value => (double)value), turned = Array.ConvertAll(values, value => 1 - value);
            double[] most = Without(values), least = Without(turned);
            return new()
            {
                ["morf_changes"] = most,
                ["lerf_changes"] = least,
                ["morf_average"] = [most.Average()],
                ["lerf_average"] = [least.Average()],
                ["combined"] = [(least.Average() - most.Average()) / 2],
            };

            double[] Without(double[] by) => Array.ConvertAll(Road.Without(passes, x,
                [.. percentiles.Select(percentile => Road.FromPercentile(by, percentile))], noise: null, within: 1e-10), q => q - p);
        }

        private static Dictionary<string, double[]> Arcc(
            AttributionCase golden, CamModel model, ProbabilityPasses passes, Tensor x, double p, string layer)
        {
            var again = new MapAgain(model, GradCAM.Method, LayerSelection.Select(model, [layer]), MapAgain.UsualSettings, Smoothing.None);
            Tensor map = again.Of(x, new ClassTarget(golden.Class));
            float[] values = map.data<float>().ToArray();
            double q = passes.Of(map * x), drop = Drop.Of(p, q);
            double complexity = Adcc.Complexity(values);
            double coherency = Adcc.Coherency(values, again.Of(map * x, new ClassTarget(golden.Class)).data<float>().ToArray());
            double road = RoadOf(passes, x, values, p, [20, 40, 60, 80])["combined"][0], scaled = Math.Clamp(2 * road, 0, 1);
            return new()
            {
                ["map"] = Array.ConvertAll(values, value => (double)value),
                ["complexity"] = [complexity],
                ["coherency"] = [coherency],
                ["average_drop"] = [drop],
                ["adcc"] = [Adcc.Of(coherency, complexity, drop)],
                ["road20-40-60-80"] = [road],
                ["arcc"] = [3 / (1 / (coherency + 1e-8) + 1 / (1 - complexity + 1e-8) + 1 / (scaled + 1e-8))],
            };
        }

        private static Dictionary<string, double[]> Localise(AttributionCase golden)
        {
            string[] tag = golden.What[1].Split(',');
            int[] box = [.. golden.What[2]["box".Length..].Split(',').Select(edge => int.Parse(edge, CultureInfo.InvariantCulture))];
            float[] map = MapOf(tag[0], golden.Height, golden.Width).data<float>().ToArray();
            map = tag.Contains("signed") ? Array.ConvertAll(map, value => (float)(value * 2.0 - 0.7)) : map;
            bool[] inside = [.. Enumerable.Range(0, map.Length).Select(place => (place / golden.Width, place % golden.Width))
                .Select(pixel => pixel.Item2 >= box[0] && pixel.Item2 < box[2] && pixel.Item1 >= box[1] && pixel.Item1 < box[3])];
            int[] order = PixelOrder.ByPlace(map);
            var known = new Dictionary<string, double[]>
            {
                ["pointing_game"] = [Localisation.PointingGame(map, inside)],
                ["relevance_mass_accuracy"] = [Localisation.RelevanceMass(map, inside)],
                ["attribution_localisation"] = [Localisation.Energy(map, inside)],
                ["relevance_rank_accuracy"] = [Localisation.RelevanceRank(order, inside)],
                ["auc"] = [Localisation.AreaUnderRoc(map, inside)],
                ["energy_in_box"] = [Localisation.Energy(map, inside)],
                ["sparseness"] = [Evenness.Gini(map)],
                ["complexity"] = [Evenness.Entropy(map)],
            };
            string[] asked = golden.What[0].Split([',', '=']);
            if (asked is ["top_k_intersection", "k", var top])
            {
                known[golden.What[0]] = [Localisation.TopPixels(order, inside, int.Parse(top, CultureInfo.InvariantCulture))];
            }
            else if (asked is ["effective_complexity", "eps", var limit])
            {
                known[golden.What[0]] = [Evenness.Over(map, double.Parse(limit, CultureInfo.InvariantCulture))];
            }
            return known;
        }

        private static Tensor MapOf(string tag, int height, int width)
        {
            IReadOnlyDictionary<string, Golden> stored = AttributionGoldens.Maps(Family);
            Golden map = stored.GetValueOrDefault($"map/{tag}@{height}x{width}")
                ?? stored.First(entry => entry.Key.StartsWith($"map/{tag}@", StringComparison.Ordinal)).Value;
            return tensor(map.Floats).view(map.Shape);
        }
    }
}
