using EasyExplain.Networks;
using EasyExplain.Networks.Engines.OnnxRuntime;
using EasyExplain.Networks.Engines.Quantised;
using EasyExplain.Networks.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks.Engines.Quantised;

/// <summary>What is computed in 8 bits is what float32 gives, but for the steps of its numbers; what is wanted is never in steps.</summary>
public class QuantisedGraphTests
{
    private const double Steps = 3.0 / 255; // of the range: inputs, weights and outputs of one operation have one each
    private const int InARow = 3; // operations of the small network

    public static TheoryData<string> Names => OnnxRuntimePartTests.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void AnOperationBeforeAWantedOne_IsThatOfFloat32_ButForSteps(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        (Network network, IReadOnlyDictionary<Node, long[]> shapes, Tensor input) = OnnxRuntimePartTests.Build(name);
        Node end = new(new MultiplyBy(2), [network.Output], "end");
        using var longer = new Network([.. network.Nodes, end], end, []);
        AssertNear(longer, input, [end]);
    }

    [Fact]
    public void AChannelWithoutWeights_KeepsItsBias()
    {
        using DisposeScope scope = NewDisposeScope();
        var g = new NetworkBuilder(4, 11, 13);
        Node convolution = g.Conv2d("x", g.Input, 6, kernel: 3);
        using Network network = g.Build(g.Add("end", new MultiplyBy(2), g.ReLU("relu", convolution)));
        SmallNetwork.Fill(network);
        var conv = (Conv2d)convolution.Operator;
        conv.Weight.Value[2] = zeros(4, 3, 3);
        conv.Bias!.Value[2] = tensor(5f);
        AssertNear(network, 3 * randn([2, 4, 11, 13]), [network.Output]);
    }

    [Theory]
    [InlineData("stem.relu", "block.relu")]
    [InlineData("block.conv2")]
    [InlineData("block.relu")]
    public void TappedOutputs_AreNotInSteps_AndThoseBeforeThemCountOnce(params string[] layers)
    {
        using DisposeScope scope = NewDisposeScope();
        using Network network = SmallNetwork.Build();
        Node[] taps = [.. layers.Select(layer => network.Find(layer)!.Node)];
        AssertNear(network, SmallNetwork.Picture(count: 2), [.. taps, network.Output], InARow);
    }

    [Fact]
    public void WhatComesAfterATap_IsComputedInFull()
    {
        using DisposeScope scope = NewDisposeScope();
        using Network network = SmallNetwork.Build();
        Node first = network.Nodes.First(node => node.Inputs.Contains(network.Input));
        Calibration calibration = Calibrated(network, SmallNetwork.Picture(count: 2));
        var graph = new QuantisedGraph(new OnnxGraph(), network.Nodes, [first], Shapes(network), calibration);
        Assert.DoesNotContain(graph.InBytes, network.DependentOn(first).Contains);
    }

    private static IReadOnlyDictionary<Node, long[]> Shapes(Network network) => network.Shapes(3, SmallNetwork.Size, SmallNetwork.Size);

    private static Calibration Calibrated(Network network, Tensor input)
    {
        IReadOnlyDictionary<Node, long[]> shapes = network.Shapes(input.shape[1..]);
        return new Calibration(RangeFinder.Find(network, network.Nodes, shapes, [.. input.split(1)], default), new HashSet<Node>(), default);
    }

    private static void AssertNear(Network network, Tensor input, Node[] wanted, int times = 1)
    {
        IReadOnlyDictionary<Node, long[]> shapes = network.Shapes(input.shape[1..]);
        Calibration calibration = Calibrated(network, input);
        using OnnxRuntimePart part = OnnxRuntimePart.Compile(network.Nodes, [network.Input], wanted, shapes,
            graph => new QuantisedGraph(graph, network.Nodes, wanted, shapes, calibration).TryAdd)!;
        Pass expected = Executor.Run(network, input, wanted, track: false);
        foreach (var (tensor, actual) in expected.Taps.Zip(part.Run([input], default)))
        {
            Assert.Equal(tensor.shape, actual.shape);
            double most = (tensor - actual).abs().max().item<float>(), range = (tensor.max() - tensor.min()).item<float>();
            Assert.True(most <= times * Steps * range, $"{most} of {range}");
        }
    }
}
