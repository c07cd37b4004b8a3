using EasyExplain.Networks;

namespace EasyExplain.Architectures;

/// <summary>
/// ResNet (He et al. 2015, arXiv 1512.03385, table 1), ResNeXt (Xie et al. 2016, arXiv 1611.05431) and Wide ResNet (Zagoruyko and
/// Komodakis 2016, arXiv 1605.07146), with torchvision's names and its stride in the 3×3 convolution.
/// </summary>
internal static class ResNet
{
    public static IReadOnlyList<Architecture> Family { get; } =
    [
        Of("resnet18", BasicBlock, [2, 2, 2, 2]),
        Of("resnet34", BasicBlock, [3, 4, 6, 3]),
        Of("resnet50", Bottleneck(), [3, 4, 6, 3]),
        Of("resnet101", Bottleneck(), [3, 4, 23, 3]),
        Of("resnet152", Bottleneck(), [3, 8, 36, 3]),
        Of("resnext50_32x4d", Bottleneck(groups: 32, groupWidth: 4), [3, 4, 6, 3]),
        Of("resnext101_32x8d", Bottleneck(groups: 32, groupWidth: 8), [3, 4, 23, 3]),
        Of("resnext101_64x4d", Bottleneck(groups: 64, groupWidth: 4), [3, 4, 23, 3]),
        Of("wide_resnet50_2", Bottleneck(groupWidth: 128), [3, 4, 6, 3]),
        Of("wide_resnet101_2", Bottleneck(groupWidth: 128), [3, 4, 23, 3]),
    ];

    /// <summary>A residual block: reads <c>x</c>, works in <c>planes</c> channels, steps by <c>stride</c>.</summary>
    internal delegate Node Block(NetworkBuilder g, string name, Node x, long planes, long stride);

    private static Architecture Of(string name, Block block, int[] depths) =>
        Architecture.Torchvision(name, "fc.weight", (g, classes) =>
        {
            Node x = g.Conv2d("conv1", g.Input, 64, kernel: 7, stride: 2, padding: 3, bias: false);
            x = g.BatchNorm2d("bn1", x);
            x = g.ReLU("relu", x);
            x = g.MaxPool2d("maxpool", x, kernel: 3, stride: 2, padding: 1);
            x = Stage(g, "layer1", x, block, 64, depths[0], stride: 1);
            x = Stage(g, "layer2", x, block, 128, depths[1], stride: 2);
            x = Stage(g, "layer3", x, block, 256, depths[2], stride: 2);
            x = Stage(g, "layer4", x, block, 512, depths[3], stride: 2);
            x = g.Flatten(g.AdaptiveAvgPool2d("avgpool", x, 1));
            return g.Linear("fc", x, classes);
        });

    /// <summary>Blocks one after the other; the first one steps.</summary>
    internal static Node Stage(NetworkBuilder g, string name, Node x, Block block, long planes, int depth, long stride) =>
        g.Scope(name, "Sequential", () =>
        {
            for (int i = 0; i < depth; i++)
            {
                x = block(g, $"{i}", x, planes, i == 0 ? stride : 1);
            }
            return x;
        });

    /// <summary>Two 3×3 convolutions and the way around them.</summary>
    internal static Node BasicBlock(NetworkBuilder g, string name, Node x, long planes, long stride) =>
        g.Scope(name, "BasicBlock", () =>
        {
            Node y = g.Conv2d("conv1", x, planes, kernel: 3, stride: stride, padding: 1, bias: false);
            y = g.ReLU("relu", g.BatchNorm2d("bn1", y));
            y = g.Conv2d("conv2", y, planes, kernel: 3, padding: 1, bias: false);
            y = g.BatchNorm2d("bn2", y);
            return g.ReLU("relu", g.Add(y, Shortcut(g, x, planes, stride)));
        });

    /// <summary>1×1 to narrow, 3×3 (in groups for ResNeXt), 1×1 to four times the planes, and the way around them.</summary>
    private static Block Bottleneck(long groups = 1, long groupWidth = 64) => (g, name, x, planes, stride) =>
        g.Scope(name, "Bottleneck", () =>
        {
            long width = planes * groupWidth / 64 * groups;
            Node y = g.Conv2d("conv1", x, width, kernel: 1, bias: false);
            y = g.ReLU("relu", g.BatchNorm2d("bn1", y));
            y = g.Conv2d("conv2", y, width, kernel: 3, stride: stride, padding: 1, groups: groups, bias: false);
            y = g.ReLU("relu", g.BatchNorm2d("bn2", y));
            y = g.Conv2d("conv3", y, 4 * planes, kernel: 1, bias: false);
            y = g.BatchNorm2d("bn3", y);
            return g.ReLU("relu", g.Add(y, Shortcut(g, x, 4 * planes, stride)));
        });

    /// <summary>The input itself, or a strided 1×1 convolution of it where the shape changes.</summary>
    private static Node Shortcut(NetworkBuilder g, Node x, long channels, long stride) =>
        stride == 1 && g.Channels(x) == channels
            ? x
            : g.Scope("downsample", "Sequential", () =>
                g.BatchNorm2d("1", g.Conv2d("0", x, channels, kernel: 1, stride: stride, bias: false)));
}
