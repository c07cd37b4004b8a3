using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>
/// GhostNet (Han et al. 2019, arXiv 1911.11907, table 1): half of the channels are made of the other half by a cheap convolution. The names
/// are timm's.
/// </summary>
internal static class GhostNet
{
    private const bool SE = true;
    private const bool No = false;

    /// <summary>The table: kernel, #exp, #out, SE and stride; a stage ends where the stride changes.</summary>
    private static readonly Row[][] Stages =
    [
        [new(3, 16, 16, No, 1)],
        [new(3, 48, 24, No, 2)],
        [new(3, 72, 24, No, 1)],
        [new(5, 72, 40, SE, 2)],
        [new(5, 120, 40, SE, 1)],
        [new(3, 240, 80, No, 2)],
        [new(3, 200, 80, No, 1), new(3, 184, 80, No, 1), new(3, 184, 80, No, 1), new(3, 480, 112, SE, 1), new(3, 672, 112, SE, 1)],
        [new(5, 672, 160, SE, 2)],
        [new(5, 960, 160, No, 1), new(5, 960, 160, SE, 1), new(5, 960, 160, No, 1), new(5, 960, 160, SE, 1)],
    ];

    public static IReadOnlyList<Architecture> Timm { get; } =
        [OfTimm("ghostnet_050", 0.5), OfTimm("ghostnet_100", 1), OfTimm("ghostnet_130", 1.3)];

    private sealed record Row(long Kernel, long Expanded, long Channels, bool Squeezes, long Stride);

    private static Architecture OfTimm(string name, double width) => Architecture.OfTimm(name, "classifier.weight", 224, (g, classes) =>
    {
        Node x = g.Conv2d("conv_stem", g.Input, Of(16, width), kernel: 3, stride: 2, padding: 1, bias: false);
        x = g.ReLU("act1", g.BatchNorm2d("bn1", x));
        x = g.Scope("blocks", "Sequential", () =>
        {
            for (int i = 0; i < Stages.Length; i++)
            {
                x = Stage(g, $"{i}", x, Stages[i], width);
            }
            return g.Scope($"{Stages.Length}", "Sequential", () => g.Scope("0", "ConvBnAct", () =>
                g.ReLU(g.BatchNorm2d("bn1", g.Conv2d("conv", x, Of(Stages[^1][^1].Expanded, width), kernel: 1, bias: false)))));
        });
        x = g.Conv2d("conv_head", g.AdaptiveAvgPool2d("global_pool", x, 1), 1280, kernel: 1);
        return g.Linear("classifier", g.Flatten("flatten", g.ReLU("act2", x)), classes);
    });

    private static Node Stage(NetworkBuilder g, string name, Node x, Row[] rows, double width) => g.Scope(name, "Sequential", () =>
    {
        for (int i = 0; i < rows.Length; i++)
        {
            x = Bottleneck(g, $"{i}", x, rows[i], width);
        }
        return x;
    });

    /// <summary>Two ghost modules, between them a convolution a channel where it steps, and the way around them (figure 3).</summary>
    private static Node Bottleneck(NetworkBuilder g, string name, Node x, Row row, double width) => g.Scope(name, "GhostBottleneck", () =>
    {
        long wide = Of(row.Expanded, width), channels = Of(row.Channels, width);
        Node y = Ghost(g, "ghost1", x, wide, activates: true);
        if (row.Stride > 1)
        {
            y = g.Conv2d("conv_dw", y, wide, row.Kernel, row.Stride, row.Kernel / 2, groups: wide, bias: false);
            y = g.BatchNorm2d("bn_dw", y);
        }
        y = row.Squeezes
            ? g.SqueezeExcitation("se", y, Of(wide, 0.25), new ReLU(), new Hardsigmoid(), "conv_reduce", "conv_expand")
            : y;
        y = Ghost(g, "ghost2", y, channels, activates: false);
        return g.Add(y, Shortcut(g, x, channels, row));
    });

    private static Node Shortcut(NetworkBuilder g, Node x, long channels, Row row)
    {
        long before = g.Channels(x);
        return row.Stride == 1 && before == channels ? x : g.Scope("shortcut", "Sequential", () =>
        {
            Node y = g.Conv2d("0", x, before, row.Kernel, row.Stride, row.Kernel / 2, groups: before, bias: false);
            return g.BatchNorm2d("3", g.Conv2d("2", g.BatchNorm2d("1", y), channels, kernel: 1, bias: false));
        });
    }

    /// <summary>Half the channels by 1×1, and the other half of each of these by 3×3 (figure 1b).</summary>
    private static Node Ghost(NetworkBuilder g, string name, Node x, long channels, bool activates) => g.Scope(name, "GhostModule", () =>
    {
        long half = (channels + 1) / 2;
        Node one = Part("primary_conv", x, kernel: 1, groups: 1), other = Part("cheap_operation", one, kernel: 3, groups: half);
        Node both = g.Concat(one, other);
        return 2 * half == channels ? both : g.ChannelSlice(both, 0, channels);

        Node Part(string part, Node from, long kernel, long groups) => g.Scope(part, "Sequential", () =>
        {
            Node y = g.BatchNorm2d("1", g.Conv2d("0", from, half, kernel, padding: kernel / 2, groups: groups, bias: false));
            return activates ? g.ReLU("2", y) : y;
        });
    });

    private static long Of(double channels, double width) => Blocks.MakeDivisible(channels * width, 4);
}
