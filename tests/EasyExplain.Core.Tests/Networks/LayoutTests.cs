using EasyExplain.Networks;
using EasyExplain.Networks.Rewrites;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks;

public class LayoutTests
{
    private const long Channels = 4, Height = 2, Width = 3;

    public LayoutTests() => NativeLibraries.LoadTorch();

    [Fact]
    public void EachLayout_SeesTheSameMap_WithoutACopy()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor map = arange(2 * Channels * Height * Width, dtype: ScalarType.Float32).view(2, Channels, Height, Width);
        Tensor last = map.permute(0, 2, 3, 1).contiguous();
        Tensor tokens = cat([full([2, 1, Channels], -1), last.view(2, Height * Width, Channels)], 1);
        AssertSame(map, new ChannelsFirst(), map.clone());
        AssertSame(map, new ChannelsLast(), last);
        AssertSame(map, new TokenGrid(1, Height, Width), tokens);
    }

    [Fact]
    public void AnOutputWithoutRowsAndColumns_HasNoMap()
    {
        Assert.Null(new ChannelsFirst().MapShape([1000]));
        Assert.Null(new ChannelsLast().MapShape([1000]));
        Assert.Null(new TokenGrid(1, Height, Width).MapShape([768]));
        Assert.Null(new TokenGrid(1, Height, Width).MapShape([Height * Width, 768]));
    }

    [Fact]
    public void APermute_MovesTheChannels_AndFoldingLeavesItSo()
    {
        var g = new NetworkBuilder(3, 8, 8);
        Node x = g.Permute("last", g.BatchNorm2d("bn", g.Conv2d("conv", g.Input, 4, kernel: 3)), 0, 2, 3, 1);
        x = g.Permute("first", g.Linear("linear", x, 5), 0, 3, 1, 2);
        x = g.Permute("turned", x, 0, 2, 1, 3);
        using Network network = g.Build(g.Flatten(x));
        foreach (Parameter parameter in network.Parameters)
        {
            parameter.Load(ones([.. parameter.Shape]));
        }
        using var folding = new BatchNormFolding(network);
        foreach (Network either in new[] { network, folding.Apply(new HashSet<string>()) })
        {
            Assert.IsType<ChannelsFirst>(either.Find("bn")!.Node.Layout);
            Assert.IsType<ChannelsLast>(either.Find("linear")!.Node.Layout);
            Assert.Equal([6, 6, 5], either.Shapes(3, 8, 8)[either.Find("linear")!.Node]);
            Assert.IsType<ChannelsFirst>(either.Find("first")!.Node.Layout);
            Assert.Null(either.Find("turned")!.Node.Layout);
        }
    }

    private static void AssertSame(Tensor map, Layout layout, Tensor output)
    {
        Assert.Equal([Channels, Height, Width], layout.MapShape([.. output.shape.Skip(1)])!);
        Tensor seen = layout.ToMap(output);
        Assert.True(seen.equal(map).all().item<bool>());
        output.zero_();
        Assert.Equal(0, seen.count_nonzero().item<long>()); // the same memory
    }
}
