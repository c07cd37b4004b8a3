using EasyExplain.Networks;
using EasyExplain.Networks.Engines.OnnxRuntime;
using EasyExplain.Networks.Operators;
using EasyExplain.Networks.Rewrites;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks.Engines;

/// <summary>
/// Every operation that ONNX has a form of computes there what libtorch makes of it, and its way back is what autograd finds.
/// </summary>
public class OnnxRuntimePartTests
{
    private const int Batch = 3;

    // Odd sizes: a stride leaves rows at the end that no window reaches.
    private static readonly (string Name, Func<NetworkBuilder, Node, Node> Add)[] Operations =
    [
        ("Conv2d", (g, x) => g.Conv2d("x", x, 6, kernel: 3, padding: 1)),
        ("Conv2d, 1x1", (g, x) => g.Conv2d("x", x, 6, kernel: 1)),
        ("Conv2d, stride", (g, x) => g.Conv2d("x", x, 6, kernel: 3, stride: 2, padding: 1)),
        ("Conv2d, stride 4", (g, x) => g.Conv2d("x", x, 6, kernel: 3, stride: 4)),
        ("Conv2d, 1x1 stride", (g, x) => g.Conv2d("x", x, 6, kernel: 1, stride: 2, bias: false)),
        ("Conv2d, padding beyond the kernel", (g, x) => g.Conv2d("x", x, 2, kernel: 1, padding: 1)),
        ("Conv2d, groups", (g, x) => g.Conv2d("x", x, 8, kernel: (3, 5), padding: (1, 2), groups: 2)),
        ("Conv2d, depthwise", (g, x) => g.Conv2d("x", x, 4, kernel: 3, padding: 1, groups: 4)),
        ("Conv2d, depthwise stride", (g, x) => g.Conv2d("x", x, 4, kernel: 3, stride: 2, padding: 1, groups: 4)),
        ("BatchNorm2d", (g, x) => g.BatchNorm2d("x", x)),
        ("ReLU", (g, x) => g.ReLU("x", x)),
        ("ReLU6", (g, x) => g.Add("x", new ReLU6(), x)),
        ("Sigmoid", (g, x) => g.Add("x", new Sigmoid(), x)),
        ("SiLU", (g, x) => g.Add("x", new SiLU(), x)),
        ("Hardsigmoid", (g, x) => g.Add("x", new Hardsigmoid(), x)),
        ("Hardswish", (g, x) => g.Hardswish("x", x)),
        ("GELU", (g, x) => g.GELU("x", x)),
        ("Add", (g, x) => g.Add(x, g.ReLU("x", x))),
        ("Multiply", (g, x) => g.Multiply(x, g.Add("x", new Sigmoid(), x))),
        ("Multiply, a factor a channel", (g, x) => g.Multiply(x, g.AdaptiveAvgPool2d(x, 1))),
        ("Dropout", (g, x) => g.Dropout("x", x)),
        ("StochasticDepth", (g, x) => g.StochasticDepth("x", x)),
        ("MaxPool2d", (g, x) => g.MaxPool2d("x", x, kernel: 2, stride: 2)),
        ("MaxPool2d, overlapping", (g, x) => g.MaxPool2d("x", x, kernel: 3, stride: 2, padding: 1)),
        ("MaxPool2d, beyond the edge", (g, x) => g.MaxPool2d("x", x, kernel: 3, stride: 2, ceilMode: true)),
        ("AvgPool2d", (g, x) => g.AvgPool2d(x, kernel: 3, stride: 2, padding: 1)),
        ("AdaptiveAvgPool2d", (g, x) => g.AdaptiveAvgPool2d(x, 1)),
        ("Concat", (g, x) => g.Concat(x, g.ReLU("x", x), x)),
        ("ChannelSlice", (g, x) => g.ChannelSlice(x, 1, 2)),
        ("ChannelShuffle", (g, x) => g.ChannelShuffle(x, 2)),
        ("ChannelAffine", (g, x) => g.Call(new ChannelAffine([1, -2, 0.5, 3], [0.1, 0.2, 0.3, 0.4]), x)),
        ("LayerNorm2d", (g, x) => g.LayerNorm2d("x", x)),
        ("LayerNorm", (g, x) => g.LayerNorm("x", g.Permute("p", x, 0, 2, 3, 1))),
        ("Permute", (g, x) => g.Permute("x", x, 0, 2, 3, 1)),
        ("LayerScale", (g, x) => g.Call(new LayerScale(new Parameter("x.factor", 4, 1, 1)), x)),
        ("Linear", (g, x) => g.Linear("x", g.Flatten(x), 5)),
        ("Linear over places", (g, x) => g.Linear("x", g.Permute("p", x, 0, 2, 3, 1), 5, bias: false)),
    ];

    public static TheoryData<string> Names => [.. Operations.Select(operation => operation.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void AnOperation_ComputesInOnnxRuntime_WhatItDoesInLibtorch(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        (Network network, IReadOnlyDictionary<Node, long[]> shapes, Tensor input) = Build(name);
        AssertSameInOnnx(network, shapes, input);
        network.Dispose();
    }

    internal static void AssertSameInOnnx(Network network, IReadOnlyDictionary<Node, long[]> shapes, Tensor input)
    {
        using OnnxRuntimePart part = OnnxRuntimePart.Compile(network.Nodes, [network.Input], [network.Output], shapes)!;
        Tensor expected = Executor.Run(network, input, [], track: false).Logits;
        Tensor actual = part.Run([input], default).Single();
        Assert.Equal(expected.shape, actual.shape);
        Assert.True(expected.allclose(actual, rtol: 1e-5, atol: 1e-5), (expected - actual).abs().max().item<float>().ToString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheWayBack_IsWhatAutogradFinds_InLibtorchAndInOnnxRuntime(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        (Network network, IReadOnlyDictionary<Node, long[]> shapes, Tensor input) = Build(name);
        if (Backpropagation.From(GradientRules.Table, network, network.Output, [network.Input], shapes) is not { } back)
        {
            Assert.Contains(name.Split(',')[0], new[]
            {
                "Sigmoid", "SiLU", "Hardsigmoid", "Hardswish", "GELU", "Multiply", "AvgPool2d", "AdaptiveAvgPool2d", "ChannelSlice",
                    "ChannelShuffle",
                "LayerNorm2d", "LayerNorm", "Permute", "LayerScale", "Linear", "Linear over places",
            });
            return;
        }
        AssertSameAsAutograd(network, shapes, input, back);
        network.Dispose();
    }

    internal static void AssertSameAsAutograd(Network network, IReadOnlyDictionary<Node, long[]> shapes, Tensor input, Backpropagation back)
    {
        Pass pass = Executor.Run(network, input, [network.Input], track: true);
        Tensor upstream = randn(pass.Logits.shape);
        Tensor expected = autograd.grad([pass.Logits], [pass.Taps[0]], [upstream])[0];

        Node[] read = [.. back.Nodes.SelectMany(node => node.Inputs).Where(network.Nodes.Contains).Distinct()];
        IReadOnlyList<Tensor> values = Executor.Run(network, input, read, track: false).Taps;
        var given = read.Zip(values).Append((back.Start, upstream)).ToDictionary(pair => pair.Item1, pair => pair.Item2);
        using Network backward = new([.. given.Keys, .. back.Nodes.Skip(1)], back.Results[0], []);
        Tensor inLibtorch = Executor.Run(backward, backward.Nodes, given, [], track: false, default).Logits;
        Assert.True(expected.allclose(inLibtorch, rtol: 1e-5, atol: 1e-5),
            $"libtorch: {(expected - inLibtorch).abs().max().item<float>()}");

        var all = new Dictionary<Node, long[]>(shapes) { [back.Start] = shapes[network.Output] };
        foreach (Node node in back.Nodes.Skip(1))
        {
            all[node] = node.Operator.OutputShape([.. node.Inputs.Select(source => all[source])]);
        }
        using OnnxRuntimePart part = OnnxRuntimePart.Compile(back.Nodes, [back.Start, .. read], back.Results, all)!;
        Tensor inOnnx = part.Run([upstream, .. values], default).Single();
        Assert.Equal(expected.shape, inOnnx.shape);
        Assert.True(expected.allclose(inOnnx, rtol: 1e-5, atol: 1e-5), $"ONNX Runtime: {(expected - inOnnx).abs().max().item<float>()}");
    }

    /// <summary>A network of this one operation, its shapes, and pictures for it.</summary>
    internal static (Network, IReadOnlyDictionary<Node, long[]>, Tensor) Build(string name)
    {
        var g = new NetworkBuilder(4, 11, 13);
        Network network = g.Build(Operations.First(operation => operation.Name == name).Add(g, g.Input));
        SmallNetwork.Fill(network);
        using var generator = new Generator(5, CPU);
        return (network, network.Shapes(4, 11, 13), 3 * randn([Batch, 4, 11, 13], generator: generator));
    }
}
