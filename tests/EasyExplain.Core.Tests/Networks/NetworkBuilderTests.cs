using EasyExplain.Networks;

namespace EasyExplain.Tests.Networks;

public class NetworkBuilderTests
{
    [Fact]
    public void Layers_AreTheModuleTree_ParentsFirst_ReusedNamesOnce()
    {
        using Network network = SmallNetwork.Build();
        Assert.Equal(
            ["stem", "stem.conv", "stem.bn", "stem.relu", "block", "block.conv1", "block.bn1", "block.relu", "block.conv2", "block.bn2",
             "block.downsample", "block.downsample.0", "block.downsample.1", "avgpool", "fc"],
            network.Layers.Select(layer => layer.Name));
    }

    [Fact]
    public void AScope_IsItsLastOutput_AndAReusedModule_ItsLastCall()
    {
        using Network network = SmallNetwork.Build();
        Assert.Same(network.Find("block")!.Node, network.Find("block.relu")!.Node);
        Assert.Same(network.Find("block.downsample.1")!.Node, network.Find("block.downsample")!.Node);
    }

    [Fact]
    public void Shapes_FollowTheInput()
    {
        using Network network = SmallNetwork.Build();
        Assert.Equal([6, 5, 5], network.Shapes(3, 9, 9)[network.Find("block")!.Node]);
        Assert.Equal([6, 16, 10], network.Shapes(3, 32, 20)[network.Find("block")!.Node]);
        Assert.Equal([3], network.Shapes(3, 32, 20)[network.Output]);
    }

    [Fact]
    public void TwoModules_OfOneName_AreNotTakenForOne() =>
        Assert.Throws<ArgumentException>(() =>
        {
            var g = new NetworkBuilder(3, 8, 8);
            g.Scope("a", "Sequential", () => g.ReLU("0", g.Input));
            g.Scope("a", "Sequential", () => g.ReLU("1", g.Input));
        });
}
