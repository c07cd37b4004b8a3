using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Networks.Rewrites;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks;

public class BatchNormFoldingTests
{
    public static TheoryData<string> Layers => ["stem", "stem.conv", "stem.bn", "stem.relu", "block.conv1", "block.bn1", "block.conv2", "block.bn2", "block.downsample.0", "block.downsample", "block"];

    [Theory]
    [MemberData(nameof(Layers))]
    public void ATappedOutput_ItsGradient_AndTheLogits_StayWhatTheyWere(string layer)
    {
        using DisposeScope scope = NewDisposeScope();
        using Network network = SmallNetwork.Build();
        using var folding = new BatchNormFolding(network);
        Tensor picture = SmallNetwork.Picture();
        (Tensor Logits, Tensor Output, Tensor Gradient) before = Explain(network, layer, picture);
        (Tensor Logits, Tensor Output, Tensor Gradient) after = Explain(folding.Apply(new HashSet<string> { layer }), layer, picture);
        Assert.True(before.Logits.allclose(after.Logits, rtol: 1e-5, atol: 1e-5));
        Assert.True(before.Output.allclose(after.Output, rtol: 1e-5, atol: 1e-5));
        Assert.True(before.Gradient.allclose(after.Gradient, rtol: 1e-4, atol: 1e-6));
    }

    [Fact]
    public void EveryBatchNorm_GoesIntoItsConvolution_UnlessThatIsTapped()
    {
        using Network network = SmallNetwork.Build();
        using var folding = new BatchNormFolding(network);
        Assert.Equal(4, Count(network));
        Assert.Equal(0, Count(folding.Apply(new HashSet<string>())));
        Assert.Equal(0, Count(folding.Apply(new HashSet<string> { "block.bn1" })));
        Network kept = folding.Apply(new HashSet<string> { "block.conv1" });
        Assert.Equal(1, Count(kept));
        Assert.NotNull(kept.Find("block.conv1"));
        Assert.Null(kept.Find("block.conv2"));
    }

    private static int Count(Network network) => network.Nodes.Count(node => node.Operator is BatchNorm2d);

    private static (Tensor, Tensor, Tensor) Explain(Network network, string layer, Tensor picture)
    {
        Pass pass = Executor.Run(network, picture, [network.Find(layer)!.Node], track: true);
        return (pass.Logits, pass.Taps[0], autograd.grad([pass.Logits[0, 1]], [pass.Taps[0]])[0]);
    }
}
