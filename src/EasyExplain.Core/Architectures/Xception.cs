using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>
/// Xception (Chollet 2016, arXiv 1610.02357) as DeepLab has it (Chen et al. 2018, arXiv 1802.02611, figure 4), without pools. The names are
/// timm's.
/// </summary>
internal static class Xception
{
    private const double Eps = 0.001;

    public static IReadOnlyList<Architecture> Timm { get; } =
    [
        OfTimm("xception41", [(128, 2), (256, 2), (728, 2)], middle: 8),
        OfTimm("xception65", [(128, 2), (256, 2), (728, 2)], middle: 16),
        OfTimm("xception71", [(128, 2), (256, 1), (256, 2), (728, 1), (728, 2)], middle: 16),
    ];

    private static Architecture OfTimm(string name, (long Channels, long Stride)[] entry, int middle) =>
        Architecture.OfTimm(name, "head.fc.weight", side: 299, (g, classes) =>
        {
            Node x = g.Scope("stem", "Sequential", () => g.ConvNormAct("1",
                g.ConvNormAct("0", g.Input, 32, kernel: 3, new ReLU(), stride: 2, eps: Eps), 64, kernel: 3, new ReLU(), eps: Eps));
            x = g.Scope("blocks", "Sequential", () =>
            {
                int index = 0;
                foreach ((long channels, long stride) in entry.Concat(Enumerable.Repeat((728L, 1L), middle)))
                {
                    x = Block(g, $"{index++}", x, [channels, channels, channels], stride);
                }
                x = Block(g, $"{index++}", x, [728, 1024, 1024], stride: 2);
                return g.Scope($"{index}", "XceptionModule", () => Stack(g, x, [1536, 1536, 2048], stride: 1, activatesFirst: false));
            });
            return g.ClassifierHead(x, classes);
        }, halves: true);

    /// <summary>Three separable convolutions, each after a ReLU, and the way around them.</summary>
    private static Node Block(NetworkBuilder g, string name, Node x, long[] channels, long stride) => g.Scope(name, "XceptionModule", () =>
    {
        Node shortcut = stride == 1 && g.Channels(x) == channels[^1]
            ? x
            : g.ConvNormAct("shortcut", x, channels[^1], kernel: 1, activation: null, stride: stride, eps: Eps);
        return g.Add(Stack(g, x, channels, stride, activatesFirst: true), shortcut);
    });

    private static Node Stack(NetworkBuilder g, Node x, long[] channels, long stride, bool activatesFirst) =>
        g.Scope("stack", "Sequential", () =>
        {
            for (int i = 0; i < channels.Length; i++)
            {
                x = activatesFirst ? g.ReLU($"act{i + 1}", x) : x;
                x = Separable(g, $"conv{i + 1}", x, channels[i], i == channels.Length - 1 ? stride : 1, activates: !activatesFirst);
            }
            return x;
        });

    /// <summary>3×3 a channel, then 1×1.</summary>
    private static Node Separable(NetworkBuilder g, string name, Node x, long channels, long stride, bool activates) =>
        g.Scope(name, "SeparableConv2d", () =>
        {
            long before = g.Channels(x);
            Node y = g.BatchNorm2d("bn_dw", g.Conv2d("conv_dw", x, before, kernel: 3, stride, 1, groups: before, bias: false), Eps);
            y = activates ? g.ReLU("act_dw", y) : y;
            y = g.BatchNorm2d("bn_pw", g.Conv2d("conv_pw", y, channels, kernel: 1, bias: false), Eps);
            return activates ? g.ReLU("act_pw", y) : y;
        });
}
