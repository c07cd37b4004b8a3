using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>
/// FastViT without attention (Vasu et al. 2023, arXiv 2303.14189, table 2), with the branches that it is trained with, and timm's names.
/// </summary>
internal static class FastViT
{
    public static IReadOnlyList<Architecture> Timm { get; } =
    [
        OfTimm("fastvit_t8", 48, [2, 2, 4, 2], expansion: 3),
        OfTimm("fastvit_t12", 64, [2, 2, 6, 2], expansion: 3),
        OfTimm("fastvit_s12", 64, [2, 2, 6, 2], expansion: 4),
    ];

    private static Architecture OfTimm(string name, long channels, int[] depths, long expansion) =>
        Architecture.OfTimm(name, "head.fc.weight", side: 256, (g, classes) =>
        {
            Node x = g.Scope("stem", "Sequential", () =>
            {
                Node y = g.GELU("0.act", Branches(g, "0", g.Input, channels, kernel: 3, stride: 2));
                y = g.GELU("1.act", Branches(g, "1", y, channels, kernel: 3, stride: 2, groups: channels));
                return g.GELU("2.act", Branches(g, "2", y, channels, kernel: 1));
            });
            x = g.Scope("stages", "Sequential", () =>
            {
                for (int i = 0; i < depths.Length; i++)
                {
                    x = Stage(g, $"{i}", x, channels << i, depths[i], expansion);
                }
                return x;
            });
            x = Branches(g, "final_conv", x, 2 * g.Channels(x), kernel: 3, groups: g.Channels(x), squeezes: true);
            return g.ClassifierHead(g.GELU("final_conv.act", x), classes);
        });

    private static Node Stage(NetworkBuilder g, string name, Node x, long channels, int depth, long expansion) =>
        g.Scope(name, "FastVitStage", () =>
        {
            x = g.Channels(x) == channels ? x : g.Scope("downsample", "PatchEmbed", () => Halve(g, x, channels));
            return g.Scope("blocks", "Sequential", () =>
            {
                for (int i = 0; i < depth; i++)
                {
                    x = Block(g, $"{i}", x, expansion);
                }
                return x;
            });
        });

    /// <summary>7×7 and 3×3 a channel, side by side, then 1×1.</summary>
    private static Node Halve(NetworkBuilder g, Node x, long channels) => g.Scope("proj", "Sequential", () =>
    {
        long before = g.Channels(x);
        Node y = g.Scope("0", "ReparamLargeKernelConv", () => g.Add(
            g.ConvNormAct("large_conv", x, channels, kernel: 7, activation: null, stride: 2, groups: before),
            g.ConvNormAct("small_conv", x, channels, kernel: 3, activation: null, stride: 2, groups: before)));
        return g.GELU("1.act", Branches(g, "1", y, channels, kernel: 1));
    });

    /// <summary>What mixes places, then two layers for each place by itself after a 7×7 a channel, and the ways around both.</summary>
    private static Node Block(NetworkBuilder g, string name, Node x, long expansion) => g.Scope(name, "RepMixerBlock", () =>
    {
        long channels = g.Channels(x);
        x = g.Scope("token_mixer", "RepMixer", () =>
        {
            Node mixed = Branches(g, "mixer", x, channels, kernel: 3, groups: channels);
            Node plain = g.Scope("norm", "MobileOneBlock", () => g.BatchNorm2d("identity", x));
            return g.Add(x, Scaled(g, g.Call(new Subtract(), mixed, plain)));
        });
        Node y = g.Scope("mlp", "ConvMlp", () =>
        {
            Node z = g.ConvNormAct("conv", x, channels, kernel: 7, activation: null, groups: channels);
            z = g.GELU("act", g.Conv2d("fc1", z, expansion * channels, kernel: 1));
            return g.Conv2d("fc2", z, channels, kernel: 1);
        });
        return g.Add(x, Scaled(g, y));
    });

    private static Node Scaled(NetworkBuilder g, Node x) =>
        g.Add("layer_scale", new LayerScale(new Parameter(g.PathOf("layer_scale.gamma"), g.Channels(x), 1, 1)), x);

    /// <summary>
    /// A convolution, a 1×1 one and none at all side by side, as far as the shape lets them (Vasu et al. 2022, arXiv 2206.04040, figure 3).
    /// </summary>
    private static Node Branches(NetworkBuilder g, string name, Node x, long channels, long kernel, long stride = 1, long groups = 1,
        bool squeezes = false) => g.Scope(name, "MobileOneBlock", () =>
        {
            Node y = g.Scope("conv_kxk", "ModuleList", () =>
                g.ConvNormAct("0", x, channels, kernel, activation: null, stride: stride, groups: groups));
            if (kernel > 1)
            {
                y = g.Add(g.ConvNormAct("conv_scale", x, channels, kernel: 1, activation: null, stride: stride, groups: groups), y);
            }
            y = stride == 1 && g.Channels(x) == channels ? g.Add(g.BatchNorm2d("identity", x), y) : y;
            return squeezes ? g.SqueezeExcitation("se", y, channels / 16, new ReLU(), new Sigmoid()) : y;
        });
}
