using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>
/// ReXNet (Han et al. 2020, arXiv 2007.00992): inverted bottlenecks whose channels grow by the same number from block to block. The names
/// are timm's.
/// </summary>
internal static class ReXNet
{
    private const double FirstChannels = 16;
    private const double Growth = 180; // from the first block to the last

    private static readonly int[] Layers = [1, 2, 2, 3, 3, 5];
    private static readonly int[] Strides = [1, 2, 2, 2, 1, 2];

    public static IReadOnlyList<Architecture> Timm { get; } =
    [
        OfTimm("rexnet_100", 1.0), OfTimm("rexnet_130", 1.3), OfTimm("rexnet_150", 1.5), OfTimm("rexnet_200", 2.0),
        OfTimm("rexnet_300", 3.0), OfTimm("rexnetr_100", 1.0, divisor: 8), OfTimm("rexnetr_130", 1.3, divisor: 8),
        OfTimm("rexnetr_150", 1.5, divisor: 8), OfTimm("rexnetr_200", 2.0, divisor: 8), OfTimm("rexnetr_300", 3.0, divisor: 16),
    ];

    private static Architecture OfTimm(string name, double width, long divisor = 1) =>
        Architecture.OfTimm(name, "head.fc.weight", side: 224, (g, classes) =>
        {
            Node x = g.ConvNormAct("stem", g.Input, Of(32 * width), kernel: 3, new SiLU(), stride: 2);
            x = g.Scope("features", "Sequential", () =>
            {
                int index = 0, blocks = Layers.Sum();
                for (int stage = 0; stage < Layers.Length; stage++)
                {
                    for (int i = 0; i < Layers[stage]; i++)
                    {
                        long channels = Of((FirstChannels + index * (Growth / blocks)) * width);
                        x = Block(g, $"{index++}", x, channels, i == 0 ? Strides[stage] : 1, stage, divisor);
                    }
                }
                return g.ConvNormAct($"{index}", x, Blocks.MakeDivisible(1280 * width, divisor), kernel: 1, new SiLU());
            });
            return g.ClassifierHead(x, classes);

            long Of(double channels) => Blocks.MakeDivisible(Math.Round(channels), divisor);
        });

    /// <summary>
    /// 1×1 to widen, 3×3 a channel, squeeze and excitation from the third stage on, 1×1 to narrow; the way around leads to the first of
    /// the channels, as there are more after the block than before.
    /// </summary>
    private static Node Block(NetworkBuilder g, string name, Node x, long channels, long stride, int stage, long divisor) =>
        g.Scope(name, "LinearBottleneck", () =>
        {
            long before = g.Channels(x), wide = stage == 0 ? before : Blocks.MakeDivisible(6 * before, divisor);
            Node y = stage == 0 ? x : g.ConvNormAct("conv_exp", x, wide, kernel: 1, new SiLU());
            y = g.ConvNormAct("conv_dw", y, wide, kernel: 3, activation: null, stride: stride, groups: wide);
            y = stage < 2 ? y : SqueezeExcitation(g, y, Blocks.MakeDivisible(wide / 12, divisor));
            y = g.ConvNormAct("conv_pwl", g.Add("act_dw", new ReLU6(), y), channels, kernel: 1, activation: null);
            return stride > 1 || before > channels ? y
                : before == channels ? g.Add(y, x)
                : g.Add(y, g.Call(new Pad([0, 0, 0, 0, 0, channels - before], PadMode.Constant, 0), x));
        });

    /// <summary>With a batch norm after the first of its layers.</summary>
    private static Node SqueezeExcitation(NetworkBuilder g, Node x, long channels) => g.Scope("se", "SEWithNorm", () =>
    {
        Node y = g.BatchNorm2d("bn", g.Conv2d("fc1", g.AdaptiveAvgPool2d(x, 1), channels, kernel: 1));
        y = g.Conv2d("fc2", g.ReLU("act", y), g.Channels(x), kernel: 1);
        return g.Multiply(g.Add("gate", new Sigmoid(), y), x);
    });
}
