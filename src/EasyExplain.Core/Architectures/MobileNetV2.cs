using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>MobileNet v2 (Sandler et al. 2018, arXiv 1801.04381, table 2).</summary>
internal static class MobileNetV2
{
    private static readonly ReLU6 ReLU6 = new();

    /// <summary>The table's columns t, c, n and s.</summary>
    private static readonly (int Expansion, int Channels, int Repeats, int Stride)[] Bottlenecks =
    [
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    ];

    public static IReadOnlyList<Architecture> Family { get; } =
    [
        Architecture.Torchvision("mobilenet_v2", "classifier.1.weight", (g, classes) =>
        {
            Node x = g.Scope("features", "Sequential", () => Features(g));
            x = g.Flatten(g.AdaptiveAvgPool2d(x, 1));
            return g.Scope("classifier", "Sequential", () => g.Linear("1", g.Dropout("0", x), classes));
        }),
    ];

    private static Node Features(NetworkBuilder g)
    {
        int index = 0;
        Node x = g.Conv2dNormActivation($"{index++}", g.Input, 32, kernel: 3, ReLU6, stride: 2);
        foreach ((int expansion, int channels, int repeats, int stride) in Bottlenecks)
        {
            for (int i = 0; i < repeats; i++)
            {
                x = InvertedResidual(g, $"{index++}", x, expansion, channels, i == 0 ? stride : 1);
            }
        }
        return g.Conv2dNormActivation($"{index}", x, 1280, kernel: 1, ReLU6);
    }

    /// <summary>1×1 to widen, 3×3 a channel, 1×1 to narrow without activation, and the way around them where the shape stays.</summary>
    private static Node InvertedResidual(NetworkBuilder g, string name, Node x, int expansion, int channels, int stride) =>
        g.Scope(name, "InvertedResidual", () =>
        {
            long width = expansion * g.Channels(x);
            Node y = g.Scope("conv", "Sequential", () =>
            {
                int index = 0;
                Node y = expansion == 1 ? x : g.Conv2dNormActivation($"{index++}", x, width, kernel: 1, ReLU6);
                y = g.Conv2dNormActivation($"{index++}", y, width, kernel: 3, ReLU6, stride: stride, groups: width);
                y = g.Conv2d($"{index++}", y, channels, kernel: 1, bias: false);
                return g.BatchNorm2d($"{index}", y);
            });
            return stride == 1 && g.Channels(x) == channels ? g.Add(x, y) : y;
        });
}
