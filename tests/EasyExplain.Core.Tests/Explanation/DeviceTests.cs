using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation;

/// <summary>
/// Whatever is computed stays on the model's device: seen on libtorch's device "meta", which has shapes and no numbers, and refuses what
/// lies on the CPU much as a GPU does. It lacks many operators, such as convolutions, ReLU, isnan and index_select.
/// </summary>
public class DeviceTests
{
    /// <summary>What methods work with: drawn numbers, noisy and changed passes, fused maps.</summary>
    [Fact]
    public void WhatMethodsAskFor_LiesWithTheInput()
    {
        NativeLibraries.LoadTorch();
        using DisposeScope scope = NewDisposeScope();
        var g = new NetworkBuilder(3, 32, 32);
        Node last = g.GELU("gelu", g.MaxPool2d("pool", g.Input, 2, 2));
        using Network network = g.Build(g.Linear("fc", g.Flatten(g.AdaptiveAvgPool2d("avgpool", last, 1)), 5));
        foreach (Parameter parameter in network.Parameters)
        {
            parameter.Load(Empty([.. parameter.Shape]));
        }
        Tensor input = Empty(1, 3, 32, 32);
        Pass pass = Executor.Run(network, input, [last], track: true);
        var run = new PictureRun(network, input, [last], [], pass, new MethodSettings(3, 0.3, 7, BatchSize: 2), Progress: null, default);
        var layer = new LayerEvidence(new ScoreEvidence(run, [new ClassTarget(0)], scope), 0, 0, ScoreCAM.Method, eigen: false);
        using ChannelNoise noise = layer.DrawMaskNoise();
        Tensor map = (layer.Gradients * layer.Activations).sum(dim: 0);
        Tensor[] made =
        [
            layer.Gradients, layer.MeanNoisyGradient(power: 2), layer.HessianTimes(layer.Activations), layer.Random(3, 1, 1),
            layer.ClassWeights, map,
            layer.ScoresWithoutChannel(), layer
                .ScoresUnderMasks(ChannelMasks.Of(layer.Activations), 2, (_, masks) => masks + noise.Next(masks.shape[0]).to(masks.device), true),
            Fusion.Strongest([map, Empty(8, 8)]),
        ];
        Assert.All(made, tensor => Assert.Equal(DeviceType.META, tensor.device_type));
    }

    private static Tensor Empty(params long[] shape) => empty(shape, device: META);
}
