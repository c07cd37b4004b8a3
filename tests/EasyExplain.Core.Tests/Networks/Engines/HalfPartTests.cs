using EasyExplain.Networks;
using EasyExplain.Networks.Engines.OneDnn;
using EasyExplain.Networks.Rewrites;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks.Engines;

/// <summary>What is computed in bfloat16 is what float32 gives, but for its 8 bits.</summary>
public class HalfPartTests
{
    private const double Bits = 1.0 / 64; // a few roundings of 2⁻⁸ each

    public static TheoryData<string> Names => OnnxRuntimePartTests.Names;

    [BFloat16Theory]
    [MemberData(nameof(Names))]
    public void AnOperation_AndItsWayBack_AreThoseOfFloat32_ButForRounding(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        (Network network, IReadOnlyDictionary<Node, long[]> shapes, Tensor input) = OnnxRuntimePartTests.Build(name);
        input = input.to(bfloat16).to(float32); // so that a maximum is the same one
        Pass pass = Executor.Run(network, input, [network.Input], track: true);
        using (HalfPart part = HalfPart.Compile(network.Nodes, [network.Input], [network.Output], shapes))
        {
            AssertNear(pass.Logits, part.Run([input], default).Single());
        }
        if (Backpropagation.From(GradientRules.Table, network, network.Output, [network.Input], shapes) is { } back)
        {
            Tensor upstream = randn(pass.Logits.shape);
            Tensor expected = autograd.grad([pass.Logits], [pass.Taps[0]], [upstream])[0];
            Node[] read = [.. back.Nodes.SelectMany(node => node.Inputs).Where(network.Nodes.Contains).Distinct()];
            var all = new Dictionary<Node, long[]>(shapes) { [back.Start] = shapes[network.Output] };
            foreach (Node node in back.Nodes.Skip(1))
            {
                all[node] = node.Operator.OutputShape([.. node.Inputs.Select(source => all[source])]);
            }
            using HalfPart part = HalfPart.Compile(back.Nodes, [back.Start, .. read], back.Results, all);
            AssertNear(expected, part.Run([upstream, .. Executor.Run(network, input, read, track: false).Taps], default).Single());
        }
        network.Dispose();
    }

    [BFloat16Theory]
    [InlineData("stem.relu", "block.relu")]
    [InlineData("stem.conv", "block.downsample", "block.conv2")]
    [InlineData("block.bn2")]
    [InlineData("block.downsample")]
    public void WhatIsFusedOrOverwritten_LeavesTappedOutputsAsTheyAre(params string[] layers)
    {
        using DisposeScope scope = NewDisposeScope();
        using Network network = SmallNetwork.Build();
        using var folding = new BatchNormFolding(network);
        Network folded = folding.Apply(layers.ToHashSet());
        Node[] taps = [.. layers.Select(layer => folded.Find(layer)!.Node)];
        IReadOnlyDictionary<Node, long[]> shapes = folded.Shapes(3, SmallNetwork.Size, SmallNetwork.Size);
        Tensor pictures = SmallNetwork.Picture(count: 2);
        using HalfPart part = HalfPart.Compile(folded.Nodes, [folded.Input], [.. taps, folded.Output], shapes);
        Pass expected = Executor.Run(folded, pictures, taps, track: false);
        foreach (var (tensor, half) in expected.Taps.Append(expected.Logits).Zip(part.Run([pictures], default)))
        {
            AssertNear(tensor, half);
        }
    }

    [BFloat16Fact]
    public void ACancelledRun_Stops()
    {
        using DisposeScope scope = NewDisposeScope();
        (Network network, IReadOnlyDictionary<Node, long[]> shapes, Tensor input) = OnnxRuntimePartTests.Build("Conv2d");
        using HalfPart part = HalfPart.Compile(network.Nodes, [network.Input], [network.Output], shapes);
        Assert.Throws<OperationCanceledException>(() => part.Run([input], new CancellationToken(canceled: true)));
        network.Dispose();
    }

    private static void AssertNear(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        double most = (expected - actual.to(float32)).abs().max().item<float>(), range = expected.abs().max().item<float>();
        Assert.True(most <= Bits * range, $"{most} of {range}");
    }
}
