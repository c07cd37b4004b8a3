using EasyExplain.Networks;
using EasyExplain.Networks.Engines;
using EasyExplain.Networks.Operators;
using EasyExplain.Networks.Rewrites.Lrp;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks.Lrp;

/// <summary>What each rule hands back, worked out by hand, and that nothing is lost on the way where there are no biases.</summary>
public sealed class RelevanceRulesTests
{
    // A pixel of two colours, 2 and −1, that can be from −2 to 2; two filters (1, 2) + 0.5 and (−1, 1) − 0.5; the score is 3·z₁ + 5·z₂ + 1.
    // z is 0.5 and −3.5. With a ReLU the score is 2.5, of which z₁ has 1.5; without it is −15, of which z₁ has 1.5 and z₂ −17.5.
    [Theory]
    [InlineData(LrpComposite.EpsilonPlus, true, 1.2, 0)]                  // 1.5 / (1·2 + 0.5) is 0.6
    [InlineData(LrpComposite.EpsilonAlpha2Beta1, true, 2.4, -1.5)]        // against it −2, of which the second colour has all
    [InlineData(LrpComposite.EpsilonGammaBox, true, 1, 0.5)]              // z-box: 1.5 / (0 + 2 + 4) is 0.25
    [InlineData(LrpComposite.EpsilonPlusFlat, true, 0.75, 0.75)]
    [InlineData(LrpComposite.EpsilonPlusFlat, false, -8, -8)]
    [InlineData(LrpComposite.EpsilonPlus, false, 1.2, 0)]                 // nothing speaks for z₂, so what it has is lost
    public void AFirstConvolution_HandsBack(LrpComposite composite, bool bends, double first, double second)
    {
        using DisposeScope scope = NewDisposeScope();
        using Network network = TwoFilters(new NetworkBuilder(2, 1, 1), g => g.Input, bends);
        AssertRelevance([first, second], Relevance(network, new LrpSettings(composite), Pixel, network.Input));
    }

    [Theory]
    [InlineData(true, 10.0 / 3, -8.0 / 3)]                                // s = 1.5 / (1.25·2 − 2 + 0.625) is 4/3
    [InlineData(false, 10.0 / 3 - 10, -8.0 / 3 - 5)]                      // t = −17.5 / (−2.5 − 1.25 − 0.625) is 4
    public void Gamma_FavoursWhatSpokeForTheOutput(bool bends, double first, double second)
    {
        using DisposeScope scope = NewDisposeScope();
        // Behind a convolution that changes nothing, so that it is not the first.
        var g = new NetworkBuilder(2, 1, 1);
        Node same = g.Conv2d("same", g.Input, 2, kernel: 1, bias: false);
        using Network network = TwoFilters(g, _ => same, bends);
        AssertRelevance([first, second], Relevance(network, new LrpSettings(LrpComposite.EpsilonGammaBox), Pixel, same));
    }

    [Fact]
    public void Epsilon_LeavesOutWhatIsSmall()
    {
        using DisposeScope scope = NewDisposeScope();
        var g = new NetworkBuilder(2, 1, 1);
        Node flat = g.Flatten(g.Input);
        using Network network = g.Build(g.Linear("fc", flat, 1));
        Load(network, "fc.weight", [1, 2]);
        Load(network, "fc.bias", [0.5f]);
        // z is 0.5, and so is what comes back: 0.5 / (0.5 + 0.75) is 0.4 of each contribution.
        AssertRelevance([0.8, -0.8], Relevance(network, new LrpSettings(Epsilon: 0.75), Pixel, flat));
    }

    [Fact]
    public void AProduct_IsTheSignalsWhereTheOtherIsAGate_AndElseHalfOfEach()
    {
        using DisposeScope scope = NewDisposeScope();
        var g = new NetworkBuilder(3, SmallNetwork.Size, SmallNetwork.Size);
        Node signal = g.Conv2d("signal", g.Input, 4, kernel: 3, bias: false), other = g.Conv2d("other", g.Input, 4, kernel: 3, bias: false);
        Node gate = g.Call(new Sigmoid(), g.AdaptiveAvgPool2d("pool", other, 1));
        Node gated = g.Multiply(signal, gate), product = g.Multiply(gated, other);
        using Network network = SmallNetwork.Fill(g
            .Build(g.Linear("fc", g.Flatten(g.AdaptiveAvgPool2d("avgpool", product, 1)), 3, bias: false)));

        Tensor[] relevance = Relevance(network, new LrpSettings(), SmallNetwork.Picture(), product, gated, signal, gate, other);
        Assert.True(relevance[0].abs().max().item<float>() > 1e-3);
        AssertClose(relevance[0] * 0.5, relevance[1]);
        AssertClose(relevance[1], relevance[2]);
        Assert.Equal(0, relevance[3].abs().max().item<float>());
        AssertClose(relevance[1], relevance[4]);
    }

    [Fact]
    public void Attention_HandsEverythingToTheValues()
    {
        using DisposeScope scope = NewDisposeScope();
        var g = new NetworkBuilder(6, 2, 2);
        Node tokens = g.Call(new PatchTokens(new Parameter("class", 1, 1, 6), 2, 2), g.Input);
        Node parts = g.Linear("qkv", tokens, 18, bias: false), mixed = g.Call(new SelfAttention(2), parts);
        using Network network = SmallNetwork.Fill(g.Build(g.Linear("fc", g.Call(new ClassToken(), mixed), 3, bias: false)));
        Tensor picture = randn(1, 6, 2, 2);
        Tensor[] relevance = Relevance(network, new LrpSettings(), picture, mixed, parts, tokens);
        Assert.Equal(0, relevance[1].narrow(2, 0, 12).abs().max().item<float>());
        Assert.All(relevance, each => Assert.Equal(Score(network, picture), each.sum().item<float>(), 1e-3));
    }

    [Fact]
    public void ANormalisation_DividesByAConstant()
    {
        using DisposeScope scope = NewDisposeScope();
        var g = new NetworkBuilder(4, 1, 1);
        Node x = g.LayerNorm2d("norm", g.Input);
        using Network network = SmallNetwork.Fill(g.Build(g.Linear("fc", g.Flatten(x), 1, bias: false)));
        Load(network, "norm.bias", new float[4]);
        Tensor picture = tensor(new float[] { 1, 2, -4, 3 }, 1, 4, 1, 1);
        // The score is Σ wᵢγᵢ(xᵢ − m)/σ; of it xᵢ has xᵢ·(wᵢγᵢ − mean of wγ)/σ.
        float[] w = Values(network, "fc.weight"), gamma = Values(network, "norm.weight"), at = [1, 2, -4, 3];
        double mean = at.Average(), sigma = Math.Sqrt(at.Average(a => (a - mean) * (a - mean)) + 1e-5);
        double meanOfWeights = w.Zip(gamma, (a, b) => a * b).Average();
        AssertRelevance([.. at.Select((a, i) => a * (w[i] * gamma[i] - meanOfWeights) / sigma)],
            Relevance(network, new LrpSettings(), picture, network.Input));
    }

    [Theory]
    [InlineData(LrpComposite.EpsilonPlus)]
    [InlineData(LrpComposite.EpsilonPlusFlat)]
    [InlineData(LrpComposite.EpsilonAlpha2Beta1)]
    [InlineData(LrpComposite.EpsilonGammaBox)]
    public void WithoutBiases_WhatComesBackIsTheScore_AtEveryLayer(LrpComposite composite)
    {
        using DisposeScope scope = NewDisposeScope();
        var ways = new List<Node>();
        var g = new NetworkBuilder(3, 24, 24);
        // Wide enough that something speaks for each number and something against it: alpha-beta keeps what it hands back in balance so.
        Node x = Way(g.ReLU(g.Conv2d("stem", g.Input, 32, kernel: 3, stride: 2, padding: 1, bias: false)));
        x = Way(g.MaxPool2d("maxpool", x, kernel: 2, stride: 2));
        x = Way(g.ReLU(g.Add(g.Conv2d("block", x, 32, kernel: 3, padding: 1, bias: false), x)));
        x = Way(g.Concat(x, g.ReLU(g.Conv2d("beside", x, 32, kernel: 3, padding: 1, groups: 2, bias: false))));
        x = Way(g.ChannelShuffle(x, 2));
        Node left = g.ReLU(g.Conv2d("left", g.ChannelSlice(x, 0, 32), 32, kernel: 3, padding: 1, bias: false));
        x = Way(g.Add(left, g.ChannelSlice(x, 32, 32)));
        x = Way(g.Multiply(x, g.Call(new Hardsigmoid(), g.Conv2d("gate", g.AdaptiveAvgPool2d(x, 1), 32, kernel: 1, bias: false))));
        x = Way(g.AvgPool2d("avgpool", x, kernel: 2, stride: 2));
        x = Way(g.ReLU(g.Linear("hidden", g.Flatten(x), 16, bias: false)));
        using Network network = SmallNetwork.Fill(g.Build(g.Linear("fc", x, 4, bias: false)), seed: 5);
        Tensor picture = randn(1, 3, 24, 24, generator: new Generator(3, CPU));
        double score = Score(network, picture);
        Assert.True(Math.Abs(score) > 0.1);
        Assert.All(Relevance(network, new LrpSettings(composite), picture, [.. ways, network.Input]), (relevance, index) =>
            Assert.True(Math.Abs(relevance.to(float64).sum().item<double>() / score - 1) < 0.01,
                $"{composite}, {(index < ways.Count ? ways[index].Name : "input")}: {relevance.sum().item<float>() / score}"));

        Node Way(Node node)
        {
            ways.Add(node);
            return node;
        }
    }

    private static Tensor Pixel => tensor(new float[] { 2, -1 }, 1, 2, 1, 1);

    private static Network TwoFilters(NetworkBuilder g, Func<NetworkBuilder, Node> read, bool bends)
    {
        Node z = g.Conv2d("conv", read(g), 2, kernel: 1);
        Network network = g.Build(g.Linear("fc", g.Flatten(bends ? g.ReLU(z) : z), 1));
        Load(network, "conv.weight", [1, 2, -1, 1]);
        Load(network, "conv.bias", [0.5f, -0.5f]);
        Load(network, "fc.weight", [3, 5]);
        Load(network, "fc.bias", [1]);
        if (network.Find("same") is not null)
        {
            Load(network, "same.weight", [1, 0, 0, 1]);
        }
        return network;
    }

    private static void Load(Network network, string name, float[] values)
    {
        NativeLibraries.LoadTorch();
        Parameter parameter = network.Parameters.First(parameter => parameter.Name == name);
        parameter.Load(tensor(values).view([.. parameter.Shape]));
    }

    private static float[] Values(Network network, string name) =>
        network.Parameters.First(parameter => parameter.Name == name).Value.data<float>().ToArray();

    private static float Score(Network network, Tensor picture) =>
        Executor.Run(network, picture, [], track: false).Logits[0, 0].item<float>();

    /// <summary>Of the first class's logit.</summary>
    private static Tensor[] Relevance(Network network, LrpSettings settings, Tensor picture, params Node[] taps)
    {
        using var parts = new WeightParts();
        long[] input = picture.shape[1..];
        var rules = new RelevanceRules(network, settings, parts, () => (full([1, input[0], 1, 1], -2f), full([1, input[0], 1, 1], 2f)));
        RelevanceWay way = RelevanceWay.Of(network, taps, rules, network.Shapes(input));
        Pass pass = Executor.Run(way.Network, picture, way.Read, track: false);
        Tensor ofOutput = zeros_like(pass.Logits);
        ofOutput[0, 0] = pass.Logits[0, 0];
        return [.. way.Run(Runner.Libtorch, pass.Taps, ofOutput, default)];
    }

    private static void AssertRelevance(double[] right, Tensor[] relevance) =>
        Assert.All(right.Zip(relevance.Single().data<float>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-4));

    private static void AssertClose(Tensor right, Tensor relevance) => Assert.True(right.allclose(relevance, rtol: 1e-4, atol: 1e-5));
}
