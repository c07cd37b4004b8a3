using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Networks;
using EasyExplain.Networks.Engines;
using EasyExplain.Tests.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation;

/// <summary>
/// Every method that uses gradients, in float64, against its paper's formula in plain arithmetic, with derivatives by central differences:
/// the network runs from the layer on with one number of its output changed.
/// </summary>
public sealed class FiniteDifferenceTests : IDisposable
{
    private const int Class = 1;
    private const double Step = 1e-5;
    private static readonly int[] Others = [0, 2];

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Network _network = Curved();
    private readonly Node _layer;
    private readonly Tensor _picture = SmallNetwork.Picture(ScalarType.Float64);
    private readonly MethodSettings _settings = new(3, 0.2, 5, 2);
    private readonly PictureRun _run;
    private readonly double[,] _a; // activations by channel and place
    private readonly int _channels, _places;

    public FiniteDifferenceTests()
    {
        _layer = _network.Find("layer")!.Node;
        Node[] taps = [_layer, _network.Input], biased = [.. _network.Nodes.Where(node => node.Operator.ChannelBias is not null)];
        _run = new PictureRun(
            _network, _picture, taps, biased, Executor.Run(_network, _picture, [.. taps, .. biased], track: true), _settings, Progress: null,
            default);
        _a = Plain(_run.Activations[0]);
        (_channels, _places) = (_a.GetLength(0), _a.GetLength(1));
    }

    public static TheoryData<string> Methods =>
        [.. MethodCatalog.All.Where(method => method.UsesGradients || method.Name.Contains("Grad", StringComparison.Ordinal))
            .Where(method => method.Name != "LeGrad") // there is no attention here: see LeGradTests
            .Select(method => method.Name)];

    public void Dispose()
    {
        _network.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void AMethod_IsItsPapersFormula(string name)
    {
        CamMethod method = MethodCatalog.Find(name);
        Target target = method.Score is { } compare ? new ClassAgainstOthers(Class, Others, compare, Activation.Softmax)
            : new ClassTarget(Class);
        var evidence = new LayerEvidence(new ScoreEvidence(_run, [target], _scope), 0, method.AtInput ? 1 : 0, method, eigen: false);

        double[] wanted = Expected(name), got = method.Map(evidence).flatten().data<double>().ToArray();

        double largest = wanted.Max(Math.Abs);
        Assert.True(largest > 1e-4, "an empty map proves nothing");
        Assert.All(wanted.Zip(got), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-6 * largest));
    }

    private double[] Expected(string name)
    {
        double[,] g = name is "FullGrad" ? _a : Gradient(_layer, _picture, name == "FinerCAM" ? Difference : logits => logits[Class]);
        double Sum(Func<int, double> of) => Enumerable.Range(0, _places).Sum(of);
        double[] Weighted(Func<int, double> weight) => OverPlaces(p => Math.Max(0, OverChannels(c => weight(c) * _a[c, p])));
        return name switch
        {
            "GradCAM" or "FinerCAM" => Weighted(c => Sum(p => g[c, p]) / _places),
            "GradCAMPlusPlus" or "RefineCAM" => Weighted(c =>
            {
                double all = Sum(p => _a[c, p]);
                return Sum(p => g[c, p] * g[c, p] / (2 * g[c, p] * g[c, p] + all * Math.Pow(g[c, p], 3) + 1e-6) * Math.Max(0, g[c, p]));
            }),
            "XGradCAM" => Weighted(c =>
            {
                double all = Sum(p => _a[c, p]) + 1e-7;
                return Sum(p => _a[c, p] / all * g[c, p]);
            }),
            "LayerCAM" => OverPlaces(p => Math.Max(0, OverChannels(c => Math.Max(0, g[c, p]) * _a[c, p]))),
            "HiResCAM" => OverPlaces(p => Math.Max(0, OverChannels(c => g[c, p] * _a[c, p]))),
            "GradCAMElementWise" => OverPlaces(p => OverChannels(c => Math.Max(0, g[c, p] * _a[c, p]))),
            "ODAM" => OverPlaces(p => Math.Max(0, OverChannels(c => Around(g, c, p) * _a[c, p]))),
            "EigenGradCAM" => FirstComponent((c, p) => g[c, p] * _a[c, p]),
            "ShapleyCAM" => Shapley(g, Weighted),
            "SmoothGradCAMPlusPlus" => Smooth(Weighted),
            "FullGrad" => FullGradient(),
            "Saliency" => OverPixels(AtInput(_picture), (slopes, _) => slopes.Max(Math.Abs)),
            "InputXGradient" => OverPixels(AtInput(_picture), (slopes, x) => slopes.Zip(x, (slope, value) => slope * value).Sum()),
            "IntegratedGradients" => Integrated(),
            "SmoothGrad" => SmoothAtInput(),
            _ => throw new NotSupportedException($"{name}: write its formula down here."),
        };
    }

    /// <summary>What a Gaussian of one place, five wide, makes of the gradients around a place; beyond the edges there are none.</summary>
    private double Around(double[,] g, int channel, int place)
    {
        int side = (int)Math.Sqrt(_places);
        int[] steps = [-2, -1, 0, 1, 2];
        double Weight(int step) => Math.Exp(-step * step / 2.0) / steps.Sum(other => Math.Exp(-other * other / 2.0));
        return (from down in steps
                from right in steps
                let row = place / side + down
                let column = place % side + right
                where row >= 0 && row < side && column >= 0 && column < side
                select Weight(down) * Weight(right) * g[channel, row * side + column]).Sum();
    }

    private double[,] AtInput(Tensor picture) => Gradient(_network.Input, picture, logits => logits[Class]);

    /// <summary>Something of each pixel, of its slopes and its values in the three colours.</summary>
    private double[] OverPixels(double[,] slopes, Func<double[], double[], double> of)
    {
        double[,] x = Plain(_picture[0]);
        double[] Colours(double[,] all, int pixel) => [.. Enumerable.Range(0, 3).Select(c => all[c, pixel])];
        return [.. Enumerable.Range(0, x.GetLength(1)).Select(pixel => of(Colours(slopes, pixel), Colours(x, pixel)))];
    }

    /// <summary>Gauss and Legendre's rule of three points: 5/9, 8/9 and 5/9 at −√⅗, 0 and √⅗ of [−1, 1].</summary>
    private double[] Integrated()
    {
        double far = Math.Sqrt(0.6);
        (double At, double Weight)[] points = [((1 - far) / 2, 5.0 / 18), (0.5, 8.0 / 18), ((1 + far) / 2, 5.0 / 18)];
        double[][] parts = [.. points.Select(point => OverPixels(AtInput(_picture * point.At), (slopes, x) =>
            point.Weight * slopes.Zip(x, (slope, value) => slope * value).Sum()))];
        return [.. parts[0].Select((_, pixel) => parts.Sum(part => part[pixel]))];
    }

    private double[] SmoothAtInput()
    {
        using var generator = new Generator((ulong)_settings.Seed, CPU);
        double[][] copies = [.. Enumerable.Range(0, _settings.SampleCount!.Value).Select(_ => OverPixels(
            AtInput(_picture + randn(_picture.shape, generator: generator).to(float64) * _settings.NoiseStd),
            (slopes, _) => slopes.Sum()))];
        return [.. copies[0].Select((_, pixel) => copies.Average(copy => copy[pixel]))];
    }

    /// <summary>w = mean of ∇ − ½·H·A: the gradient's change along the activations themselves.</summary>
    private double[] Shapley(double[,] g, Func<Func<int, double>, double[]> weighted)
    {
        const double Far = 1e-3;
        Tensor a = _run.Pass.Taps[0].detach();
        double[,] more = Gradient(_layer, a * (1 + Far), logits => logits[Class], ofLayer: true),
            less = Gradient(_layer, a * (1 - Far), logits => logits[Class], ofLayer: true);
        return weighted(c => Enumerable.Range(0, _places).Sum(p => g[c, p] - (more[c, p] - less[c, p]) / (4 * Far)) / _places);
    }

    /// <summary>Derivatives averaged over the noisy copies, drawn one after the other from the seed.</summary>
    private double[] Smooth(Func<Func<int, double>, double[]> weighted)
    {
        using var generator = new Generator((ulong)_settings.Seed, CPU);
        double[][,] samples = [.. Enumerable.Range(0, _settings.SampleCount!.Value)
            .Select(_ => Gradient(_layer, _picture + randn(_picture.shape, generator: generator).to(float64) * _settings.NoiseStd, logits =>
            logits[Class]))];
        double Mean(int c, int p, int power) => samples.Average(g => Math.Pow(g[c, p], power));
        return weighted(c =>
        {
            double sum = Enumerable.Range(0, _places).Sum(p => Mean(c, p, 3) * _a[c, p]);
            return Enumerable.Range(0, _places).Sum(p => Mean(c, p, 2) / (2 * Mean(c, p, 2) + sum + 1e-8) * Math.Max(0, Mean(c, p, 1)));
        });
    }

    /// <summary>Σ over the colours and all biased outputs of ψ(contribution), each channel from 0 to 1, at the input's size.</summary>
    private double[] FullGradient()
    {
        double[] total = [.. Enumerable.Repeat(0.0, SmallNetwork.Size * SmallNetwork.Size)];
        Add(Plain(_picture[0]), (value, slope) =>
            value * slope, Gradient(_network.Input, _picture, logits => logits[Class]), SmallNetwork.Size);
        foreach (Node node in _run.Biased)
        {
            double[] bias = node.Operator.ChannelBias!.data<double>().ToArray();
            double[,] g = Gradient(node, _picture, logits => logits[Class]);
            double[,] spread = new double[g.GetLength(0), g.GetLength(1)];
            for (int c = 0; c < bias.Length; c++)
            {
                for (int p = 0; p < g.GetLength(1); p++)
                {
                    spread[c, p] = bias[c];
                }
            }
            Add(spread, (value, slope) => value * slope, g, (int)Math.Sqrt(g.GetLength(1)));
        }
        return total;

        void Add(double[,] values, Func<double, double, double> contribution, double[,] g, int side)
        {
            for (int c = 0; c < g.GetLength(0); c++)
            {
                double[] sizes = [.. Enumerable.Range(0, side * side).Select(p => Math.Abs(contribution(values[c, p], g[c, p])))];
                double low = sizes.Min(), high = sizes.Max() - low + 1e-7;
                for (int p = 0; p < total.Length; p++)
                {
                    total[p] += (Bilinear(sizes, side, p / SmallNetwork.Size, p % SmallNetwork.Size) - low) / high;
                }
            }
        }

        static double Bilinear(double[] from, int side, int y, int x)
        {
            (int, int, double) Between(int at)
            {
                double place = Math.Clamp((at + 0.5) * side / SmallNetwork.Size - 0.5, 0, side - 1);
                int first = (int)place;
                return (first, Math.Min(first + 1, side - 1), place - first);
            }

            var ((top, bottom, down), (left, right, across)) = (Between(y), Between(x));
            double Row(int row) => from[row * side + left] * (1 - across) + from[row * side + right] * across;
            return Row(top) * (1 - down) + Row(bottom) * down;
        }
    }

    /// <summary>
    /// The places on the first principal component of their channels, by power iteration, with the sign of their mean; then ReLU.
    /// </summary>
    private double[] FirstComponent(Func<int, int, double> value)
    {
        double[] mean = [.. Enumerable.Range(0, _channels).Select(c => OverPlaces(p => value(c, p)).Average())];
        double[] along = [.. Enumerable.Repeat(1.0, _channels)];
        for (int round = 0; round < 5000; round++)
        {
            double[] shadow = Shadow(along);
            double[] next = [.. Enumerable.Range(0, _channels)
                .Select(c => Enumerable.Range(0, _places).Sum(p => shadow[p] * (value(c, p) - mean[c])))];
            double length = Math.Sqrt(next.Sum(x => x * x));
            along = [.. next.Select(x => x / length)];
        }
        double sign = Math.Sign(mean.Zip(along, (x, y) => x * y).Sum());
        return [.. Shadow(along).Select(x => Math.Max(0, sign * x))];

        double[] Shadow(double[] direction) => OverPlaces(p => OverChannels(c => direction[c] * (value(c, p) - mean[c])));
    }

    private double[] OverPlaces(Func<int, double> of) => [.. Enumerable.Range(0, _places).Select(of)];

    private double OverChannels(Func<int, double> of) => Enumerable.Range(0, _channels).Sum(of);

    /// <summary>FinerCAM's score in plain arithmetic.</summary>
    private static double Difference(double[] logits)
    {
        double[] p = [.. Others.Select(other => Math.Exp(logits[other]))];
        return p.Zip(Others, (weight, other) => weight * (logits[Class] - logits[other])).Sum() / p.Sum();
    }

    /// <summary>
    /// The slopes of a score in every number of a node's output, <c>[C, H·W]</c>: for a picture, or for a changed output of that node.
    /// </summary>
    private double[,] Gradient(Node node, Tensor from, Func<double[], double> score, bool ofLayer = false)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor at = ofLayer ? from : Executor.Run(_network, from, [node], track: false).Taps[0];
        var tail = new Tail(Runner.Libtorch, _network, node);
        IReadOnlyList<Tensor> beside = tail.Beside.Count == 0 ? []
            : Executor.Run(_network, ofLayer ? _picture : from, tail.Beside, track: false).Taps;
        long count = at.numel();
        Tensor steps = eye(count, dtype: float64).view([count, .. at.shape.Skip(1)]) * Step;
        double[] Scores(Tensor changed)
        {
            Tensor logits = tail.Run(changed, beside, default);
            double[] flat = logits.flatten().data<double>().ToArray();
            return [.. flat.Chunk((int)logits.shape[1]).Select(score)];
        }

        double[] up = Scores(at + steps), down = Scores(at - steps);
        var slopes = new double[at.shape[1], count / at.shape[1]];
        for (int i = 0; i < count; i++)
        {
            slopes[i / slopes.GetLength(1), i % slopes.GetLength(1)] = (up[i] - down[i]) / (2 * Step);
        }
        return slopes;
    }

    private static double[,] Plain(Tensor channels)
    {
        var values = new double[channels.shape[0], channels.numel() / channels.shape[0]];
        Buffer.BlockCopy(channels.flatten().data<double>().ToArray(), 0, values, 0, values.Length * sizeof(double));
        return values;
    }

    /// <summary>
    /// Smooth everywhere, so that a difference is a derivative, with second derivatives, a fork, batch norm and two resolutions.
    /// </summary>
    private static Network Curved()
    {
        var g = new NetworkBuilder(3, SmallNetwork.Size, SmallNetwork.Size);
        Node x = g.Add("layer", new EasyExplain.Networks.Operators.SiLU(),
            g.BatchNorm2d("bn", g.Conv2d("conv1", g.Input, 4, kernel: 3, padding: 1)));
        Node y = g.GELU("gelu", g.Conv2d("conv2", x, 4, kernel: 3, stride: 2, padding: 1));
        x = g.Add(y, g.Conv2d("way", x, 4, kernel: 1, stride: 2));
        return SmallNetwork.Fill(g.Build(g.Linear("fc", g.Flatten(g.AdaptiveAvgPool2d("pool", g.GELU("out", x), 1)), 3)),
            ScalarType.Float64);
    }
}
