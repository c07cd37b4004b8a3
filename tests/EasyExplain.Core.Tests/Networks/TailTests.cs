using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Engines;
using EasyExplain.Tests.Explanation;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks;

public class TailTests
{
    [Theory]
    [InlineData("resnet18", "layer2.0.conv1")]                           // beside it runs the downsampling branch
    [InlineData("densenet121", "features.denseblock2.denselayer3.conv2")] // beside it lie the features of the layers before
    [InlineData("vit_b_32", "encoder.layers.encoder_layer_5.mlp")]       // beside it lies the residual stream
    [InlineData("swin_t", "features.3.0.attn")]                          // beside it also lie tables of positions
    public void UnchangedOutputs_GiveTheLogitsOfAFullPass(string architecture, string layer)
    {
        using DisposeScope scope = NewDisposeScope();
        using CamModel model = GoldenModels.Build(architecture, 64);
        Tensor input = model.Preprocessing.ToInput(GoldenModels.Pattern(model));
        Node start = model.Network.Find(layer)!.Node;
        var tail = new Tail(Runner.Libtorch, model.Network, start);
        Assert.NotEmpty(tail.Beside);
        Pass full = Executor.Run(model.Network, input, [start, .. tail.Beside], track: false);
        Tensor logits = tail.Run(cat([full.Taps[0], full.Taps[0] * 0.5, full.Taps[0]], 0), [.. full.Taps.Skip(1)], default);
        Assert.Equal([3, 1000], logits.shape);
        double size = full.Logits.abs().max().item<float>();
        Assert.True((logits[0] - full.Logits[0]).abs().max().item<float>() <= 1e-4 * size);
        Assert.True((logits[2] - full.Logits[0]).abs().max().item<float>() <= 1e-4 * size);
        Assert.True((logits[1] - full.Logits[0]).abs().max().item<float>() > 1e-4 * size); // a changed one gives others
    }

    [Fact]
    public void WhatARunTakes_IsItsLargestCutThroughTheGraph()
    {
        var g = new NetworkBuilder(3, 8, 8);
        Node sum = g.Add(g.ReLU("left", g.Input), g.ReLU("right", g.Input));
        using Network network = g.Build(g.Flatten(g.AdaptiveAvgPool2d("pool", sum, 1)));
        Assert.Equal(3 * 3 * 8 * 8, Executor.MostNumbersAlive(network, network.Shapes(3, 8, 8))); // both branches and their sum
    }
}
