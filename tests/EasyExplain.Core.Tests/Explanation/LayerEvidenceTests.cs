using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Networks;
using EasyExplain.Tests.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation;

public class LayerEvidenceTests
{
    [Fact]
    public void ChannelsAreSummed_AndNaNCountsAsNothing()
    {
        using DisposeScope scope = NewDisposeScope();
        var g = new NetworkBuilder(3, SmallNetwork.Size, SmallNetwork.Size);
        using Network network = SmallNetwork.Fill(g.Build(g.Linear("fc", g.Flatten(g.Input), 2)));
        Tensor picture = SmallNetwork.Picture();
        var run = new PictureRun(network, picture, [], [], Executor.Run(network, picture, [], track: false), new MethodSettings(1, 0, 0, 1),
            Progress: null, default);
        var layer = new LayerEvidence(new ScoreEvidence(run, [new ClassTarget(0)], scope), 0, 0, GradCAM.Method, eigen: false);

        Tensor weighted = tensor(new[] { 1f, 2, float.NaN, 4, 10, 20, 30, float.NaN }).view(2, 2, 2);
        Assert.Equal([11f, 22, 30, 4], layer.Merge(weighted).flatten().data<float>());
    }
}
