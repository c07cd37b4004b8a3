using EasyExplain.Detectors;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Tests.Networks;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Detectors;

/// <summary>What is explained of a detector or a segmenter, in numbers: by differences, by definition, by closed forms.</summary>
[Collection(Alone.Name)]
public sealed class DetectionTargetTests
{
    private const int Side = SmallNetwork.Size;

    public static TheoryData<string> Targets => ["class", "side", "region"];

    [Theory]
    [MemberData(nameof(Targets))]
    public void ItsGradient_IsWhatItChangesBy(string which)
    {
        using var scope = NewDisposeScope();
        using Network network = SmallNetwork.Fill(which == "region" ? Segmenter() : Finder(bias: true), ScalarType.Float64);
        Node layer = network.Find("layer")!.Node;
        Target target = which switch
        {
            "class" => new DetectionTarget(1, 40, 5),
            "side" => new BoxTarget(1, 40, BoxSide.Right),
            _ => new RegionTarget(1, [.. Enumerable.Range(0, Side * Side).Select(place => place % 7 == 3)]),
        };
        Pass pass = Executor.Run(network, SmallNetwork.Picture(ScalarType.Float64), [layer], track: true);
        double[] slopes = pass.Gradients(target.Of(pass.Logits).sum())[0].flatten().data<double>().ToArray();
        var tail = new Tail(EasyExplain.Networks.Engines.Runner.Libtorch, network, layer);
        Tensor clean = pass.Taps[0].detach();

        Assert.Contains(slopes, slope => Math.Abs(slope) > 1e-3);
        for (int place = 0; place < slopes.Length; place += 5)
        {
            Assert.Equal((After(place, 1e-5) - After(place, -1e-5)) / 2e-5, slopes[place], 1e-6);
        }

        double After(int place, double step)
        {
            Tensor changed = clean.clone();
            changed.flatten()[place].add_(step);
            return target.Of(tail.Run(changed, [], default)).item<double>();
        }
    }

    [Fact]
    public void ARegion_IsTheMeanOverItsPlaces()
    {
        using var scope = NewDisposeScope();
        SmallNetwork.Picture();
        Tensor logits = arange(2 * 3 * 4 * 5, dtype: ScalarType.Float32).view(2, 3, 4, 5);
        bool[] mask = [.. Enumerable.Range(0, 20).Select(place => place is 0 or 1 or 7 or 19)];
        Assert.Equal([20 + 27 / 4f, 80 + 27 / 4f], new RegionTarget(1, mask).Of(logits).data<float>().ToArray());
        Assert.Equal([27 / 4f, 20 + 27 / 4f, 40 + 27 / 4f, 60 + 27 / 4f, 80 + 27 / 4f, 100 + 27 / 4f],
            new RegionTarget(1, mask).OfClasses(logits).contiguous().data<float>().ToArray());
    }

    /// <summary>Against the definition in plain arithmetic: from the most certain on, whatever overlaps one that stays is gone.</summary>
    [Fact]
    public void Suppression_IsItsDefinition()
    {
        var random = new Random(5);
        Detection[] all = [.. Enumerable.Range(0, 300)
            .Select(i => new Detection(0, random.Next(3), random.NextDouble(),
                new DetectionBox(random.Next(60), random.Next(60), random.Next(5, 40), random.Next(5, 40)), i))
            .OrderByDescending(one => one.Probability)];
        bool[] gone = new bool[all.Length];
        for (int i = 0; i < all.Length; i++)
        {
            for (int j = i + 1; j < all.Length && !gone[i]; j++)
            {
                gone[j] |= all[i].Class == all[j].Class && Overlap(all[i].Box, all[j].Box) > 0.45;
            }
        }
        Assert.InRange(gone.Count(one => one), 20, 280);
        Assert.Equal(all.Where((_, i) => !gone[i]), Suppression.Of(all, 0.45));

        static double Overlap(DetectionBox a, DetectionBox b)
        {
            int both = 0, either = 0;
            for (int y = 0; y < 100; y++)
            {
                for (int x = 0; x < 100; x++)
                {
                    bool inA = x >= a.X && x < a.X + a.Width && y >= a.Y && y < a.Y + a.Height;
                    bool inB = x >= b.X && x < b.X + b.Width && y >= b.Y && y < b.Y + b.Height;
                    (both, either) = (both + (inA && inB ? 1 : 0), either + (inA || inB ? 1 : 0));
                }
            }
            return (double)both / either;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Likeness_IsOverlapTimesCosineTimesCertainty(bool objectness)
    {
        using var scope = NewDisposeScope();
        SmallNetwork.Picture();
        var head = new DetectorHead(2, Activation.Sigmoid) { HasObjectness = objectness };
        float[] numbers = objectness ? [1f] : [];
        float[] found = [10, 10, 30, 30, .. numbers, 2, -1];
        // Nothing like it; half of it, less certain; the same box of another class.
        float[] candidates =
            [50, 50, 60, 60, .. numbers, 3, -1, 10, 10, 20, 30, .. numbers, 1, -2, 10, 10, 30, 30, .. numbers, -9, 1];
        Tensor changed = tensor(candidates).view(1, 3, -1);
        double p = S(2), q = S(-1);
        double Of(double overlap, double first, double second)
        {
            double cosine = (p * first + q * second) / Math.Sqrt((p * p + q * q) * (first * first + second * second));
            return overlap * cosine * (objectness ? S(1) : Math.Max(first, second));
        }
        double wanted = Math.Max(Of(0.5, S(1), S(-2)), Of(1, S(-9), S(1)));
        var alike = new LikenessTarget(0, head, tensor(found));
        Assert.Equal(wanted, alike.Of(changed).item<float>(), 1e-5);
        Assert.Equal(objectness ? S(1) : p, alike.Of(tensor(found).view(1, 1, -1)).item<float>(), 1e-5);

        static double S(double logit) => 1 / (1 + Math.Exp(-logit));
    }

    /// <summary>Without biases, what is handed back down to the pixels is what was handed in: the class's logit.</summary>
    [Fact]
    public void Relevance_AddsUpToTheScore_WhereThereAreNoBiases()
    {
        Network network = SmallNetwork.Fill(Finder(bias: false));
        using var model = new CamModel("finder", "finder", "", network,
            new Preprocessing(Side, Side, [0, 0, 0], [1, 1, 1], ResizeMode.Stretch), ["cat", "dog"], CPU, activation: Activation.Sigmoid,
            task: CamTask.Detect, detector: new DetectorHead(2, Activation.Sigmoid));
        using Tensor picture = SmallNetwork.Picture();
        var explainer = new Explainer(model, [model.Layers[0]], [LRP.Method],
            ClassChoice.Top(3) with { Detections = new DetectionSettings(0, OverlapThreshold: 1) }, new MethodSettings(1, 0, 0, 1));
        CamExplanation[] all = [.. explainer.Explain(picture)];
        Assert.Equal(3, all.Length);
        Assert.All(all, one =>
            Assert.Equal(1, one.Map.ToArray().Cast<float>().Sum(value => (double)value) * one.Map.Unit!.Value / one.Score, 0.01));
    }

    /// <summary>Two layers, then each place is a candidate: four corners that hold a box, and two classes.</summary>
    private static Network Finder(bool bias)
    {
        var g = new NetworkBuilder(3, Side, Side);
        Node x = bias ? g.Add("layer", new SiLU(), g.Conv2d("conv", g.Input, 4, kernel: 3, padding: 1))
            : g.ReLU("layer", g.Conv2d("conv", g.Input, 4, kernel: 3, padding: 1, bias: false));
        Node boxes = g.Conv2d("boxes", x, 4, kernel: 1, bias: bias), scores = g.Conv2d("scores", x, 2, kernel: 3, padding: 1, bias: bias);
        Node corner = g.Call(new Sigmoid(), boxes);
        boxes = g.Concat(g.Call(new MultiplyBy(-1), g.ChannelSlice(corner, 0, 2)),
            g.Call(new AddNumber(Side), g.ChannelSlice(corner, 2, 2)));
        Node all = g.Call(new Reshape([-1, 6, Side * Side]), g.Concat(boxes, scores));
        return g.Build(g.Call(new Permute([0, 2, 1]), all));
    }

    private static Network Segmenter()
    {
        var g = new NetworkBuilder(3, Side, Side);
        Node x = g.Add("layer", new SiLU(), g.Conv2d("conv", g.Input, 4, kernel: 3, padding: 1));
        return g.Build(g.Conv2d("classes", x, 3, kernel: 3, padding: 1));
    }
}
