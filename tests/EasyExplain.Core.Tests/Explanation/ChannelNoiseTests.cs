using EasyExplain.Explanation;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation;

public class ChannelNoiseTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(37)]
    public void HoweverManyAreTaken_ItIsWhatOneDrawOfAllChannelsGives(int atATime)
    {
        NativeLibraries.LoadTorch();
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(7, CPU);
        using var noise = new ChannelNoise(7, 37, 5, 7);
        for (int round = 0; round < 2; round++)
        {
            Tensor[] taken = [.. Enumerable.Range(0, 37).Chunk(atATime).Select(channels => noise.Next(channels.Length))];
            Assert.Equal(randn([37, 5, 7], generator: generator).data<float>().ToArray(), cat(taken, 0).data<float>().ToArray());
        }
    }
}
