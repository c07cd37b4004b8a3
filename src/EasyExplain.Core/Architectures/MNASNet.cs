using EasyExplain.Networks;

namespace EasyExplain.Architectures;

/// <summary>MNASNet, the network that a search for small latency found (Tan et al. 2018, arXiv 1807.11626), in its variant B1.</summary>
internal static class MNASNet
{
    public static IReadOnlyList<Architecture> Family { get; } =
    [
        Of("mnasnet0_5", 0.5),
        Of("mnasnet0_75", 0.75),
        Of("mnasnet1_0", 1.0),
        Of("mnasnet1_3", 1.3),
    ];

    private static Architecture Of(string name, double multiplier) =>
        Architecture.Torchvision(name, "classifier.1.weight", (g, classes) =>
        {
            Node x = g.Scope("layers", "Sequential", () => Layers(g, channels => Blocks.MakeDivisible(channels * multiplier, 8)));
            x = g.Flatten(g.AdaptiveAvgPool2d(x, 1));
            return g.Scope("classifier", "Sequential", () => g.Linear("1", g.Dropout("0", x), classes));
        });

    private static Node Layers(NetworkBuilder g, Func<long, long> width)
    {
        Node x = Convolution(g, 0, g.Input, width(32), kernel: 3, stride: 2);
        x = g.ReLU("2", x);
        x = Convolution(g, 3, x, width(32), kernel: 3, groups: width(32));
        x = g.ReLU("5", x);
        x = Convolution(g, 6, x, width(16), kernel: 1);
        x = Stack(g, "8", x, width(24), depth: 3, kernel: 3, stride: 2, expansion: 3);
        x = Stack(g, "9", x, width(40), depth: 3, kernel: 5, stride: 2, expansion: 3);
        x = Stack(g, "10", x, width(80), depth: 3, kernel: 5, stride: 2, expansion: 6);
        x = Stack(g, "11", x, width(96), depth: 2, kernel: 3, stride: 1, expansion: 6);
        x = Stack(g, "12", x, width(192), depth: 4, kernel: 5, stride: 2, expansion: 6);
        x = Stack(g, "13", x, width(320), depth: 1, kernel: 3, stride: 1, expansion: 6);
        x = Convolution(g, 14, x, 1280, kernel: 1);
        return g.ReLU("16", x);
    }

    /// <summary>Blocks one after the other; the first one steps.</summary>
    private static Node Stack(NetworkBuilder g, string name, Node x, long channels, int depth, long kernel, long stride, long expansion) =>
        g.Scope(name, "Sequential", () =>
        {
            for (int i = 0; i < depth; i++)
            {
                x = InvertedResidual(g, $"{i}", x, channels, kernel, i == 0 ? stride : 1, expansion);
            }
            return x;
        });

    /// <summary>1×1 to widen, a convolution of each channel alone, 1×1 to narrow; the way around them where the shape stays.</summary>
    private static Node InvertedResidual(NetworkBuilder g, string name, Node x, long channels, long kernel, long stride, long expansion) =>
        g.Scope(name, "_InvertedResidual", () =>
        {
            long wide = g.Channels(x) * expansion;
            Node y = g.Scope("layers", "Sequential", () =>
            {
                Node z = g.ReLU("2", Convolution(g, 0, x, wide, kernel: 1));
                z = g.ReLU("5", Convolution(g, 3, z, wide, kernel, stride, groups: wide));
                return Convolution(g, 6, z, channels, kernel: 1);
            });
            return stride == 1 && g.Channels(x) == channels ? g.Add(y, x) : y;
        });

    /// <summary>Convolution and batch norm; they are numbered from <paramref name="index"/> on.</summary>
    private static Node Convolution(NetworkBuilder g, int index, Node x, long channels, long kernel, long stride = 1, long groups = 1)
    {
        Node y = g.Conv2d($"{index}", x, channels, kernel, stride, padding: kernel / 2, groups, bias: false);
        return g.BatchNorm2d($"{index + 1}", y);
    }
}
