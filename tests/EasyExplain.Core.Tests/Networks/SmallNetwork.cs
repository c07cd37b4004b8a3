using EasyExplain.Networks;
using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks;

/// <summary>
/// A network small enough for finite differences, with everything that makes taps hard: a fork, a sum, batch norms, a reused name.
/// </summary>
internal static class SmallNetwork
{
    public const int Size = 9;

    /// <summary>
    /// stem (conv, bn, relu) → block (conv1, bn1 | downsample conv, bn → sum → relu) → pool → fc, with weights of a fixed seed.
    /// </summary>
    public static Network Build(ScalarType type = ScalarType.Float32, long seed = 1)
    {
        var g = new NetworkBuilder(3, Size, Size);
        Node x = g.Scope("stem", "Sequential", () =>
            g.ReLU("relu", g.BatchNorm2d("bn", g.Conv2d("conv", g.Input, 4, kernel: 3, padding: 1, bias: false))));
        x = g.Scope("block", "BasicBlock", () =>
        {
            Node y = g.ReLU("relu", g.BatchNorm2d("bn1", g.Conv2d("conv1", x, 6, kernel: 3, stride: 2, padding: 1)));
            y = g.BatchNorm2d("bn2", g.Conv2d("conv2", y, 6, kernel: 3, padding: 1, bias: false));
            Node way = g.Scope("downsample", "Sequential", () =>
                g.BatchNorm2d("1", g.Conv2d("0", x, 6, kernel: 1, stride: 2, bias: false)));
            return g.ReLU("relu", g.Add(y, way));
        });
        x = g.Flatten(g.AdaptiveAvgPool2d("avgpool", x, 1));
        return Fill(g.Build(g.Linear("fc", x, 3)), type, seed);
    }

    /// <summary>Gives every parameter values of a fixed seed.</summary>
    public static Network Fill(Network network, ScalarType type = ScalarType.Float32, long seed = 1)
    {
        NativeLibraries.LoadTorch();
        using var generator = new Generator((ulong)seed, CPU);
        foreach (Parameter parameter in network.Parameters)
        {
            using var scope = NewDisposeScope();
            Tensor value = randn([.. parameter.Shape], generator: generator) * 0.5;
            parameter.Load((parameter.Name.EndsWith("running_var", StringComparison.Ordinal) ? value.abs() + 0.5 : value).to(type));
        }
        return network;
    }

    public static Tensor Picture(ScalarType type = ScalarType.Float32, long count = 1, long seed = 2)
    {
        NativeLibraries.LoadTorch();
        using var generator = new Generator((ulong)seed, CPU);
        using Tensor noise = randn([count, 3, Size, Size], generator: generator);
        return noise.to(type, copy: true);
    }
}
