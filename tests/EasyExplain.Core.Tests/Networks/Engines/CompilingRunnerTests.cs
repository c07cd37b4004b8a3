using EasyExplain.Networks;
using EasyExplain.Networks.Engines;
using EasyExplain.Networks.Engines.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks.Engines;

public class CompilingRunnerTests
{
    public static TheoryData<string[]> Choices =>
        [["stem"], ["stem.relu", "block"], ["block.conv1"], ["block.bn1", "block.downsample.0", "stem.conv"],
            ["stem", "block.bn2", "block"], ["block", "stem"]];

    [Theory]
    [MemberData(nameof(Choices))]
    public void OutputsAndGradients_AreThoseOfLibtorch_WhereverTheTapsAre(string[] layers)
    {
        using DisposeScope scope = NewDisposeScope();
        using var fast = new CompilingRunner(new OnnxRuntimeEngine());
        using Network network = SmallNetwork.Build();
        Tensor pictures = SmallNetwork.Picture().repeat(2, 1, 1, 1) * tensor([1f, -0.5f]).view(2, 1, 1, 1);
        Node[] taps = [.. layers.Select(layer => network.Find(layer)!.Node)];
        Pass expected = Executor.Run(network, pictures, taps, track: true), actual = fast.Run(network, pictures, taps, track: true);
        Assert.Null(fast.Failure);
        Assert.NotNull(fast.PlanFor(network, taps, track: true, pictures.shape[1..]));
        Assert.True(expected.Logits.allclose(actual.Logits, rtol: 1e-5, atol: 1e-5));
        Tensor Score(Pass pass) => pass.Logits.select(1, 1).sum();
        foreach (var (tap, index) in expected.Taps.Select((tap, index) => (tap, index)))
        {
            Assert.True(tap.allclose(actual.Taps[index], rtol: 1e-5, atol: 1e-5), layers[index]);
            Tensor before = expected.Gradients(Score(expected))[index], after = actual.Gradients(Score(actual))[index];
            Assert.True(before.abs().max().item<float>() > 0);
            Assert.True(before.allclose(after, rtol: 1e-4, atol: 1e-6), layers[index]);
        }
    }

    [Fact]
    public void GradientsBetweenTaps_AreComputedThere_AndAutogradFollowsFromTheirEndAlone()
    {
        using DisposeScope scope = NewDisposeScope();
        using var fast = new CompilingRunner(new OnnxRuntimeEngine());
        using Network network = SmallNetwork.Build();
        Node[] taps = [network.Find("stem")!.Node, network.Find("block")!.Node];
        Pass pass = fast.Run(network, SmallNetwork.Picture(), taps, track: true);
        Assert.NotNull(pass.Back);
        Assert.False(pass.Taps[0].requires_grad);
    }

    [Fact]
    public void CurvedRuns_AndOtherNumbersThanFloat32_AreLeftToLibtorch()
    {
        using DisposeScope scope = NewDisposeScope();
        using var fast = new CompilingRunner(new OnnxRuntimeEngine());
        using Network network = SmallNetwork.Build();
        Node[] taps = [network.Find("stem")!.Node, network.Find("block")!.Node];
        Assert.Null(fast.Run(network, SmallNetwork.Picture(), taps, track: true, curved: true).Back);
        Assert.Null(fast.InEngine(network, SmallNetwork.Picture().to(float64), taps, track: true, default));
    }

    [Fact]
    public void MoreChoicesOfLayersThanAreKept_AreCompiledAgain_WithTheSameResult()
    {
        using DisposeScope scope = NewDisposeScope();
        using var fast = new CompilingRunner(new OnnxRuntimeEngine());
        using Network network = SmallNetwork.Build();
        string[] layers = ["stem", "stem.relu", "block.conv1", "block.bn1", "block.conv2", "block.bn2", "block"];
        for (int round = 0; round < 2; round++)
        {
            foreach (string layer in layers)
            {
                Node tap = network.Find(layer)!.Node;
                Tensor expected = Executor.Run(network, SmallNetwork.Picture(), [tap], track: true).Taps[0];
                Assert.True(expected.allclose(fast.Run(network, SmallNetwork.Picture(), [tap], track: true).Taps[0], rtol: 1e-5,
                    atol: 1e-5), layer);
            }
            fast.FreeRetired();
        }
    }

    [Fact]
    public void Cancelled_BeforeAndAfterCompiling_ItStops()
    {
        using DisposeScope scope = NewDisposeScope();
        using var fast = new CompilingRunner(new OnnxRuntimeEngine());
        using Network network = SmallNetwork.Build();
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => fast.Run(network, SmallNetwork.Picture(), [], track: false, stop.Token));
        Assert.Null(fast.Failure);
    }

    [Fact]
    public void WithoutOnnxRuntime_LibtorchRunsEverything_AndTheReasonIsTold()
    {
        using DisposeScope scope = NewDisposeScope();
        using var fast = new CompilingRunner(new OnnxRuntimeEngine());
        using Network network = SmallNetwork.Build();
        Node[] taps = [network.Find("stem")!.Node, network.Find("block")!.Node];
        Assert.Equal("ONNX Runtime", fast.Summary(network, taps, track: true, [.. SmallNetwork.Picture().shape[1..]]));
        fast.GiveUp("ONNX Runtime cannot be used: no such file");
        Assert.Equal("libtorch (ONNX Runtime cannot be used: no such file)",
            fast.Summary(network, taps, track: true, [.. SmallNetwork.Picture().shape[1..]]));
        Pass expected = Executor.Run(network, SmallNetwork.Picture(), taps, track: true),
            actual = fast.Run(network, SmallNetwork.Picture(), taps, track: true);
        Assert.True(expected.Logits.Equals(actual.Logits));
        Assert.Null(actual.Back);
    }

    [Fact]
    public void WhatHasNoWayBackThere_IsLeftToLibtorch()
    {
        using DisposeScope scope = NewDisposeScope();
        using var fast = new CompilingRunner(new OnnxRuntimeEngine());
        var g = new EasyExplain.Networks.NetworkBuilder(3, SmallNetwork.Size, SmallNetwork.Size);
        Node early = g.ReLU("early", g.Conv2d("conv", g.Input, 4, kernel: 3)), late = g.ReLU("late", early);
        using Network network = SmallNetwork.Fill(g
            .Build(g.Linear("fc", g.Flatten(g.AdaptiveAvgPool2d("pool", g.GELU("gelu", late), 1)), 3)));
        long[] shape = SmallNetwork.Picture().shape[1..];
        Assert.Equal("ONNX Runtime up to 'late', gradients too, and libtorch from there on",
            fast.Summary(network, [early, late], track: true, shape));
        Assert.Equal("ONNX Runtime up to 'late', and libtorch from there on", fast.Summary(network, [late], track: true, shape));
        Assert.Equal("ONNX Runtime", fast.Summary(network, [late], track: false, shape));
        Pass expected = Executor.Run(network, SmallNetwork.Picture(), [early, late], track: true),
            actual = fast.Run(network, SmallNetwork.Picture(), [early, late], track: true);
        foreach (var (before, after) in expected.Gradients(expected.Logits.select(1, 1).sum())
            .Zip(actual.Gradients(actual.Logits.select(1, 1).sum())))
        {
            Assert.True(before.abs().max().item<float>() > 0);
            Assert.True(before.allclose(after, rtol: 1e-4, atol: 1e-6));
        }
    }

    [Fact]
    public void AClassifierThatIsMostOfTheWeights_IsNotCopied()
    {
        using DisposeScope scope = NewDisposeScope();
        using var fast = new CompilingRunner(new OnnxRuntimeEngine());
        var g = new EasyExplain.Networks.NetworkBuilder(3, SmallNetwork.Size, SmallNetwork.Size);
        Node last = g.ReLU("relu", g.Conv2d("conv", g.Input, 4, kernel: 3));
        using Network network = SmallNetwork.Fill(g.Build(g.Linear("fc", g.Flatten("flatten", last), 300)));
        Assert.Equal("ONNX Runtime up to 'flatten', gradients too, and libtorch from there on",
            fast.Summary(network, [last], track: true, [.. SmallNetwork.Picture().shape[1..]]));
    }
}
