using EasyExplain.Explanation.Methods;
using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation;

public class ChannelSumTests
{
    [Fact]
    public void ChannelsAreSummed_AndNaNCountsAsNothing()
    {
        NativeLibraries.LoadTorch();
        using var scope = NewDisposeScope();
        Tensor weighted = tensor(new[] { 1f, 2, float.NaN, 4, 10, 20, 30, float.NaN }).view(2, 2, 2);
        Assert.Equal([11f, 22, 30, 4], ChannelSum.Of(weighted).flatten().data<float>());
    }
}
