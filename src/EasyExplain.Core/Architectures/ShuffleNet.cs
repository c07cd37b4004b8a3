using EasyExplain.Networks;

namespace EasyExplain.Architectures;

/// <summary>ShuffleNet v2 (Ma et al. 2018, arXiv 1807.11164, table 5).</summary>
internal static class ShuffleNet
{
    public static IReadOnlyList<Architecture> Family { get; } =
    [
        Of("shufflenet_v2_x0_5", [48, 96, 192], last: 1024),
        Of("shufflenet_v2_x1_0", [116, 232, 464], last: 1024),
        Of("shufflenet_v2_x1_5", [176, 352, 704], last: 1024),
        Of("shufflenet_v2_x2_0", [244, 488, 976], last: 2048),
    ];

    private static Architecture Of(string name, long[] widths, long last) =>
        Architecture.Torchvision(name, "fc.weight", (g, classes) =>
        {
            Node x = g.Scope("conv1", "Sequential", () => Convolution(g, 0, g.Input, 24, kernel: 3, stride: 2));
            x = g.MaxPool2d("maxpool", x, kernel: 3, stride: 2, padding: 1);
            x = Stage(g, "stage2", x, widths[0], depth: 4);
            x = Stage(g, "stage3", x, widths[1], depth: 8);
            x = Stage(g, "stage4", x, widths[2], depth: 4);
            x = g.Scope("conv5", "Sequential", () => Convolution(g, 0, x, last, kernel: 1));
            x = g.Flatten(g.AdaptiveAvgPool2d(x, 1));
            return g.Linear("fc", x, classes);
        });

    private static Node Stage(NetworkBuilder g, string name, Node x, long channels, int depth) =>
        g.Scope(name, "Sequential", () =>
        {
            x = Downsampling(g, "0", x, channels);
            for (int i = 1; i < depth; i++)
            {
                x = Basic(g, $"{i}", x);
            }
            return x;
        });

    /// <summary>Figure 3 (d): half the height and width, all channels go both ways.</summary>
    private static Node Downsampling(NetworkBuilder g, string name, Node x, long channels) =>
        g.Scope(name, "InvertedResidual", () =>
        {
            Node left = g.Scope("branch1", "Sequential", () =>
                Convolution(g, 2, Depthwise(g, 0, x, stride: 2), channels / 2, kernel: 1));
            return g.ChannelShuffle(g.Concat(left, Right(g, x, channels / 2, stride: 2)), groups: 2);
        });

    /// <summary>Figure 3 (c): half of the channels stays as it is.</summary>
    private static Node Basic(NetworkBuilder g, string name, Node x) =>
        g.Scope(name, "InvertedResidual", () =>
        {
            long half = g.Channels(x) / 2;
            Node left = g.Scope("branch1", "Sequential", () => g.ChannelSlice(x, first: 0, half));
            Node right = g.ChannelSlice(x, first: half, half);
            return g.ChannelShuffle(g.Concat(left, Right(g, right, half, stride: 1)), groups: 2);
        });

    /// <summary>1×1, depthwise 3×3, 1×1.</summary>
    private static Node Right(NetworkBuilder g, Node x, long channels, long stride) =>
        g.Scope("branch2", "Sequential", () =>
        {
            Node y = Convolution(g, 0, x, channels, kernel: 1);
            y = Depthwise(g, 3, y, stride);
            return Convolution(g, 5, y, channels, kernel: 1);
        });

    /// <summary>Convolution, batch norm, ReLU; they are numbered from <paramref name="index"/> on.</summary>
    private static Node Convolution(NetworkBuilder g, int index, Node x, long channels, long kernel, long stride = 1)
    {
        Node y = g.Conv2d($"{index}", x, channels, kernel, stride, padding: kernel / 2, bias: false);
        return g.ReLU($"{index + 2}", g.BatchNorm2d($"{index + 1}", y));
    }

    /// <summary>A 3×3 convolution of each channel alone, batch norm; they are numbered from <paramref name="index"/> on.</summary>
    private static Node Depthwise(NetworkBuilder g, int index, Node x, long stride)
    {
        Node y = g.Conv2d($"{index}", x, g.Channels(x), kernel: 3, stride, padding: 1, groups: g.Channels(x), bias: false);
        return g.BatchNorm2d($"{index + 1}", y);
    }
}
