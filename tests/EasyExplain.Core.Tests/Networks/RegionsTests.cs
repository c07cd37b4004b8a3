using EasyExplain.Networks.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks;

/// <summary>What features say of many boxes is what they say of each.</summary>
[Collection(Alone.Name)]
public sealed class RegionsTests
{
    [Fact]
    public void ManyBoxes_AreSampledAFewAtATime()
    {
        using DisposeScope scope = NewDisposeScope();
        SmallNetwork.Picture();
        Tensor features = tensor(Goldens.Uniform("features", 512 * 8 * 8).Select(value => (float)value).ToArray()).view(1, 512, 8, 8);
        float[] corners = [.. Enumerable.Range(0, 100).SelectMany(i => (float[])[i % 11, i % 7, i % 11 + 3 + i % 5, i % 7 + 2 + i % 8])];
        Tensor boxes = tensor(corners).view(100, 4);
        var align = new RoiAlign(7, 7, 0.5, 2, HalfPixel: true);
        Tensor followed = features.alias().requires_grad_(true);
        Tensor all = align.Run([followed, boxes]);
        Assert.Equal([100, 512, 7, 7], all.shape);
        // 83 of them are 2²³ numbers.
        foreach (int i in (int[])[0, 82, 83, 99])
        {
            Tensor one = align.Run([features, boxes.narrow(0, i, 1)]);
            Assert.True(one[0].sub(all[i]).abs().max().item<float>() < 1e-6, $"{i}");
        }
        Tensor slopes = autograd.grad([all[90].sum()], [followed])[0];
        Tensor alone = autograd.grad([align.Run([followed, boxes.narrow(0, 90, 1)]).sum()], [followed])[0];
        Assert.InRange(slopes.sub(alone).abs().max().item<float>(), 0, 1e-4);
        Assert.InRange(slopes.sum().item<float>(), 512 * 49 * 0.99, 512 * 49 * 1.01);
    }
}
