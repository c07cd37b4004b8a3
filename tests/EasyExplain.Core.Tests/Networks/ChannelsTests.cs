using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks;

public class ChannelsTests
{
    static ChannelsTests() => NativeLibraries.LoadTorch();

    public static TheoryData<Operator, int> Operators => new()
    {
        { new Concat(), 1 }, { new Concat(), 3 }, { new ChannelSlice(0, 2), 1 }, { new ChannelSlice(2, 4), 1 },
        { new ChannelShuffle(2), 1 }, { new ChannelShuffle(3), 1 }, { new ChannelAffine([1, 2, 3, 4, 5, 6], [0, 0, 0, 1, 1, 1]), 1 },
    };

    [Theory]
    [MemberData(nameof(Operators))]
    public void TheShapeIsTheDeclaredOne_InputsStayAsTheyWere_AndOneTensorIsLeft(Operator @operator, int count)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] inputs = [.. Enumerable.Range(0, count).Select(i => rand(2, 6, 4, 5))],
            before = [.. inputs.Select(input => input.clone())];
        int tensors = scope.DisposablesCount;
        Tensor output = @operator.Run(inputs);
        Assert.Equal(tensors + 1, scope.DisposablesCount);
        Assert.Equal(@operator.OutputShape([.. inputs.Select(_ => new long[] { 6, 4, 5 })]), output.shape.Skip(1));
        Assert.All(inputs.Zip(before), pair => Assert.True(pair.First.equal(pair.Second).all().item<bool>()));
    }

    [Fact]
    public void Concat_PutsChannelsOneAfterTheOther()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal([0, 1, 2, 0, 0, 1], Values(new Concat().Run([Channels(3), Channels(1), Channels(2)])));
        Assert.Equal([6, 4, 5], new Concat().OutputShape([[3, 4, 5], [1, 4, 5], [2, 4, 5]]));
    }

    [Fact]
    public void ChannelSlice_TakesCountFromFirstOn()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal([2, 3, 4], Values(new ChannelSlice(2, 3).Run([Channels(6)])));
    }

    /// <summary>Numbers from PyTorch's functional.channel_shuffle.</summary>
    [Theory]
    [InlineData(2, new float[] { 0, 3, 1, 4, 2, 5 })]
    [InlineData(3, new float[] { 0, 2, 4, 1, 3, 5 })]
    public void ChannelShuffle_DealsTheGroupsOut(long groups, float[] dealt)
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal(dealt, Values(new ChannelShuffle(groups).Run([Channels(6)])));
    }

    [Fact]
    public void ChannelAffine_ScalesThenShifts_EachChannelByItsOwn()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal([10, 22, 34], Values(new ChannelAffine([5, 2, 2], [10, 20, 30]).Run([Channels(3)])));
    }

    /// <summary>One pixel whose channels are 0, 1, 2, ….</summary>
    private static Tensor Channels(long count) => arange(count, float32).view(1, count, 1, 1);

    private static float[] Values(Tensor tensor) => tensor.flatten().data<float>().ToArray();
}
