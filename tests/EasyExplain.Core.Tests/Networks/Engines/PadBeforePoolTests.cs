using EasyExplain.Networks;
using EasyExplain.Networks.Engines.OnnxRuntime;
using EasyExplain.Networks.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks.Engines;

public class PadBeforePoolTests
{
    /// <summary>As BiT has them: a zero beside numbers below 0 is the largest.</summary>
    [Fact]
    public void ZerosAroundAPicture_MayWinAMaximum()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        Tensor x = rand([1, 4, 8, 8], generator: generator).sub(2);
        var input = new Node(new Input(), [], "");
        var pad = new Node(new Pad([1, 1, 1, 1], PadMode.Constant, 0), [input], "pad");
        var pool = new Node(new MaxPool2d(3, 2, 0, false), [pad], "pool");
        var shapes = new Dictionary<Node, long[]> { [input] = [4, 8, 8], [pad] = [4, 10, 10], [pool] = [4, 4, 4] };

        using OnnxRuntimePart part = OnnxRuntimePart.Compile([input, pad, pool], [input], [pool], shapes)!;
        Tensor got = part.Run([x], default).Single();

        Assert.Equal(0, got[0, 0, 0, 0].item<float>());
        Assert.True(got.equal(pool.Operator.Run([pad.Operator.Run([x])])).all().item<bool>());
    }
}
