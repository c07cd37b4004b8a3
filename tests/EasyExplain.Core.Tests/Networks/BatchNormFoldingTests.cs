using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Networks.Rewrites;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks;

public class BatchNormFoldingTests
{
    public static TheoryData<string> Layers =>
        ["stem", "stem.conv", "stem.bn", "stem.relu", "block.conv1", "block.bn1", "block.conv2", "block.bn2", "block.downsample.0",
        "block.downsample", "block"];

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

    /// <summary>Folding a convolution that something else reads too would change what that reads.</summary>
    [Fact]
    public void WithConcatenations_OnlyAPrivateConvolutionTakesItsBatchNorm_AndAllOutputsStay()
    {
        using DisposeScope scope = NewDisposeScope();
        var g = new NetworkBuilder(3, SmallNetwork.Size, SmallNetwork.Size);
        Node shared = g.Conv2d("shared", g.Input, 4, kernel: 3, padding: 1);
        Node x = g.Concat(shared, g.BatchNorm2d("ofShared", shared));
        x = g.ReLU("relu", g.BatchNorm2d("ofConcat", x));
        Node own = g.BatchNorm2d("ofOwn", g.Conv2d("own", x, 5, kernel: (1, 3), padding: (0, 1)));
        x = g.Concat(x, own, g.AvgPool2d(x, kernel: 3, stride: 1, padding: 1));
        using Network network = g.Build(g.Linear("fc", g.Flatten(g.AdaptiveAvgPool2d(x, 1)), 3));
        SmallNetwork.Fill(network);
        using var folding = new BatchNormFolding(network);
        Assert.Equal(["ofShared", "ofConcat"],
            folding.Apply(new HashSet<string>()).Nodes.Where(node => node.Operator is BatchNorm2d).Select(node => node.Name));
        foreach (string layer in new[] { "shared", "ofShared", "ofConcat", "relu", "own", "ofOwn" })
        {
            (Tensor Logits, Tensor Output, Tensor Gradient) before = Explain(network, layer, SmallNetwork.Picture());
            (Tensor Logits, Tensor Output, Tensor Gradient) after =
                Explain(folding.Apply(new HashSet<string> { layer }), layer, SmallNetwork.Picture());
            Assert.True(before.Logits.allclose(after.Logits, rtol: 1e-5, atol: 1e-5), layer);
            Assert.True(before.Output.allclose(after.Output, rtol: 1e-5, atol: 1e-5), layer);
            Assert.True(before.Gradient.allclose(after.Gradient, rtol: 1e-4, atol: 1e-6), layer);
        }
    }

    private static int Count(Network network) => network.Nodes.Count(node => node.Operator is BatchNorm2d);

    private static (Tensor, Tensor, Tensor) Explain(Network network, string layer, Tensor picture)
    {
        Pass pass = Executor.Run(network, picture, [network.Find(layer)!.Node], track: true);
        return (pass.Logits, pass.Taps[0], autograd.grad([pass.Logits[0, 1]], [pass.Taps[0]])[0]);
    }
}
