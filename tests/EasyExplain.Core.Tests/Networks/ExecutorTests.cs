using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks;

public class ExecutorTests
{
    /// <summary>Gradients at a tap against central differences: the tapped output is nudged, and what follows is run again.</summary>
    [Theory]
    [InlineData("stem")]
    [InlineData("block.bn1")]
    [InlineData("block.conv2")]
    [InlineData("block.downsample")]
    [InlineData("block")]
    public void Gradients_AtATap_AreThoseOfFiniteDifferences(string layer)
    {
        using DisposeScope scope = NewDisposeScope();
        using Network network = SmallNetwork.Build(ScalarType.Float64);
        Tensor picture = SmallNetwork.Picture(ScalarType.Float64);
        Node tap = network.Find(layer)!.Node;
        Pass pass = Executor.Run(network, picture, [tap], track: true);
        double[] gradient = [.. autograd.grad([pass.Logits[0, 1]], [pass.Taps[0]])[0].flatten().data<double>()];
        double[] clean = [.. pass.Taps[0].detach().flatten().data<double>()];

        const double step = 1e-6;
        for (int i = 0; i < clean.Length; i += 7)
        {
            double Score(double nudge)
            {
                double[] moved = [.. clean];
                moved[i] += nudge;
                return RunFrom(network, picture, tap, tensor(moved).view(pass.Taps[0].shape))[0, 1].item<double>();
            }
            Assert.Equal((Score(step) - Score(-step)) / (2 * step), gradient[i], 6);
        }
    }

    [Fact]
    public void ManyTaps_InOnePass_GiveWhatEachGivesAlone()
    {
        using DisposeScope scope = NewDisposeScope();
        using Network network = SmallNetwork.Build();
        Tensor picture = SmallNetwork.Picture();
        Node[] taps = [.. new[] { "block", "stem.conv", "block.downsample.0", "block.conv1", "stem", "block.downsample" }.Select(name =>
            network.Find(name)!.Node)];
        Pass together = Executor.Run(network, picture, taps, track: true);
        IList<Tensor> gradients = autograd.grad([together.Logits[0, 2]], [.. together.Taps]);
        for (int i = 0; i < taps.Length; i++)
        {
            Pass alone = Executor.Run(network, picture, [taps[i]], track: true);
            Tensor gradient = autograd.grad([alone.Logits[0, 2]], [alone.Taps[0]])[0];
            Assert.Equal(alone.Taps[0].detach().flatten().data<float>(), together.Taps[i].detach().flatten().data<float>());
            Assert.True(gradient.allclose(gradients[i], rtol: 1e-5, atol: 1e-7), taps[i].Name);
        }
    }

    [Fact]
    public void NothingBeforeTheFirstTap_IsTracked()
    {
        using DisposeScope scope = NewDisposeScope();
        using Network network = SmallNetwork.Build();
        Tensor picture = SmallNetwork.Picture().requires_grad_(true);
        Pass pass = Executor.Run(network, picture, [network.Find("block")!.Node], track: true);
        Assert.True(pass.Taps[0].is_leaf);
        Assert.True(pass.Logits.requires_grad);
        pass.Logits.sum().backward();
        Assert.NotNull(pass.Taps[0].grad);
        Assert.Null(picture.grad);
    }

    [Fact]
    public void WithoutTracking_NoGraphIsBuilt()
    {
        using DisposeScope scope = NewDisposeScope();
        using Network network = SmallNetwork.Build();
        Pass pass = Executor.Run(network, SmallNetwork.Picture(), [network.Find("stem")!.Node], track: false);
        Assert.False(pass.Logits.requires_grad);
        Assert.False(pass.Taps[0].requires_grad);
    }

    [Fact]
    public void GradientMode_IsAfterwardsWhatItWas()
    {
        using DisposeScope scope = NewDisposeScope();
        using Network network = SmallNetwork.Build();
        Assert.True(is_grad_enabled());
        Executor.Run(network, SmallNetwork.Picture(), [network.Find("stem")!.Node], track: true);
        Assert.True(is_grad_enabled());
        using (no_grad())
        {
            Executor.Run(network, SmallNetwork.Picture(), [network.Find("stem")!.Node], track: true);
            Assert.False(is_grad_enabled());
        }
    }

    [Fact]
    public void TensorsAreFreed_AfterTheirLastUse()
    {
        using Network network = SmallNetwork.Build();
        using Tensor picture = SmallNetwork.Picture();
        using DisposeScope scope = NewDisposeScope();
        Executor.Run(network, picture, [], track: false);
        // A run without taps leaves the logits; an untracked executor would leave one tensor a node.
        Assert.InRange(scope.DisposablesCount, 1, 2);
    }

    [Fact]
    public void ARunThatWasStopped_StopsBeforeTheNextNode()
    {
        using DisposeScope scope = NewDisposeScope();
        using Network network = SmallNetwork.Build();
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => Executor.Run(network, SmallNetwork.Picture(), [], track: true, stop.Token));
        Assert.True(is_grad_enabled());
    }

    /// <summary>What the network makes of the picture when one node's output is replaced.</summary>
    private static Tensor RunFrom(Network network, Tensor picture, Node replaced, Tensor value)
    {
        using IDisposable untracked = no_grad();
        var outputs = new Dictionary<Node, Tensor> { [network.Input] = picture };
        foreach (Node node in network.Nodes.Skip(1))
        {
            outputs[node] = node == replaced ? value : node.Operator.Run([.. node.Inputs.Select(input => outputs[input])]);
        }
        return outputs[network.Output];
    }
}
