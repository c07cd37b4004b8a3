using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>
/// MobileNet v4 without attention (Qin et al. 2024, arXiv 2404.10518, tables 11 to 13 of its appendix), with timm's names.
/// </summary>
internal static class MobileNetV4
{
    private const int No = 0; // convolution a channel

    private static readonly ReLU ReLU = new();

    private static readonly Block[][] Small =
    [
        [Conv(3, 2, 32), Conv(1, 1, 32)],
        [Conv(3, 2, 96), Conv(1, 1, 64)],
        [Uib(5, 5, 2, 3, 96), Uib(No, 3, 1, 2, 96), Uib(No, 3, 1, 2, 96), Uib(No, 3, 1, 2, 96), Uib(No, 3, 1, 2, 96), Uib(3, No, 1, 4, 96)],
        [
            Uib(3, 3, 2, 6, 128), Uib(5, 5, 1, 4, 128), Uib(No, 5, 1, 4, 128), Uib(No, 5, 1, 3, 128), Uib(No, 3, 1, 4, 128),
            Uib(No, 3, 1, 4, 128),
        ],
        [Conv(1, 1, 960)],
    ];

    private static readonly Block[][] Medium =
    [
        [Fused(3, 2, 4, 48)],
        [Uib(3, 5, 2, 4, 80), Uib(3, 3, 1, 2, 80)],
        [
            Uib(3, 5, 2, 6, 160), Uib(3, 3, 1, 4, 160), Uib(3, 3, 1, 4, 160), Uib(3, 5, 1, 4, 160), Uib(3, 3, 1, 4, 160),
            Uib(3, No, 1, 4, 160), Uib(No, No, 1, 2, 160), Uib(3, No, 1, 4, 160),
        ],
        [
            Uib(5, 5, 2, 6, 256), Uib(5, 5, 1, 4, 256), Uib(3, 5, 1, 4, 256), Uib(3, 5, 1, 4, 256), Uib(No, No, 1, 4, 256),
            Uib(3, No, 1, 4, 256), Uib(3, 5, 1, 2, 256), Uib(5, 5, 1, 4, 256), Uib(No, No, 1, 4, 256), Uib(No, No, 1, 4, 256),
            Uib(5, No, 1, 2, 256),
        ],
        [Conv(1, 1, 960)],
    ];

    private static readonly Block[][] Large =
    [
        [Fused(3, 2, 4, 48)],
        [Uib(3, 5, 2, 4, 96), Uib(3, 3, 1, 4, 96)],
        [
            Uib(3, 5, 2, 4, 192), Uib(3, 3, 1, 4, 192), Uib(3, 3, 1, 4, 192), Uib(3, 3, 1, 4, 192), Uib(3, 5, 1, 4, 192),
            Uib(5, 3, 1, 4, 192), Uib(5, 3, 1, 4, 192), Uib(5, 3, 1, 4, 192), Uib(5, 3, 1, 4, 192), Uib(5, 3, 1, 4, 192),
            Uib(3, No, 1, 4, 192),
        ],
        [
            Uib(5, 5, 2, 4, 512), Uib(5, 5, 1, 4, 512), Uib(5, 5, 1, 4, 512), Uib(5, 5, 1, 4, 512),
            Uib(5, No, 1, 4, 512), Uib(5, 3, 1, 4, 512), Uib(5, No, 1, 4, 512), Uib(5, No, 1, 4, 512), Uib(5, 3, 1, 4, 512),
            Uib(5, 5, 1, 4, 512), Uib(5, No, 1, 4, 512), Uib(5, No, 1, 4, 512), Uib(5, No, 1, 4, 512),
        ],
        [Conv(1, 1, 960)],
    ];

    public static IReadOnlyList<Architecture> Timm { get; } =
    [
        OfTimm("mobilenetv4_conv_small_035", Small, first: 32, width: 0.35, side: 224),
        OfTimm("mobilenetv4_conv_small_050", Small, first: 32, width: 0.5, side: 224),
        OfTimm("mobilenetv4_conv_small", Small, first: 32, width: 1, side: 224),
        OfTimm("mobilenetv4_conv_medium", Medium, first: 32, width: 1, side: 224),
        OfTimm("mobilenetv4_conv_large", Large, first: 24, width: 1, side: 256),
    ];

    /// <summary>A block, of which the channels that come out are times <c>width</c>.</summary>
    private delegate Node Block(NetworkBuilder g, string name, Node x, double width);

    private static Architecture OfTimm(string name, Block[][] stages, long first, double width, int side) =>
        Architecture.OfTimm(name, "classifier.weight", side, (g, classes) =>
        {
            Node x = g.Conv2d("conv_stem", g.Input, first, kernel: 3, stride: 2, padding: 1, bias: false);
            x = g.ReLU(g.BatchNorm2d("bn1", x));
            x = g.Scope("blocks", "Sequential", () =>
            {
                for (int i = 0; i < stages.Length; i++)
                {
                    x = Stage(g, $"{i}", x, stages[i], width);
                }
                return x;
            });
            x = g.Conv2d("conv_head", g.AdaptiveAvgPool2d("global_pool", x, 1), 1280, kernel: 1, bias: false);
            x = g.ReLU(g.BatchNorm2d("norm_head", x));
            return g.Linear("classifier", g.Flatten("flatten", x), classes);
        });

    private static Node Stage(NetworkBuilder g, string name, Node x, Block[] blocks, double width) => g.Scope(name, "Sequential", () =>
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            x = blocks[i](g, $"{i}", x, width);
        }
        return x;
    });

    private static Block Conv(long kernel, long stride, long channels) => (g, name, x, width) => g.Scope(name, "ConvBnAct", () =>
    {
        Node y = g.Conv2d("conv", x, Of(channels, width), kernel, stride, kernel / 2, bias: false);
        return g.ReLU(g.BatchNorm2d("bn1", y));
    });

    /// <summary>A full convolution to widen, 1×1 to narrow.</summary>
    private static Block Fused(long kernel, long stride, long expansion, long channels) => (g, name, x, width) =>
        g.Scope(name, "EdgeResidual", () =>
        {
            Node y = g.Conv2d("conv_exp", x, Of(expansion * g.Channels(x), 1), kernel, stride, kernel / 2, bias: false);
            y = g.ReLU(g.BatchNorm2d("bn1", y));
            y = g.BatchNorm2d("bn2", g.Conv2d("conv_pwl", y, Of(channels, width), kernel: 1, bias: false));
            return Around(g, x, y, stride);
        });

    /// <summary>
    /// The universal inverted bottleneck (section 4.1): 1×1 to widen and 1×1 to narrow, with a convolution a channel before or between
    /// them, in both places or in none; the later one steps.
    /// </summary>
    private static Block Uib(long before, long between, long stride, long expansion, long channels) => (g, name, x, width) =>
        g.Scope(name, "UniversalInvertedResidual", () =>
        {
            long wide = Of(expansion * g.Channels(x), 1);
            Node y = before == No ? x : g.ConvNormAct(
                "dw_start", x, g.Channels(x), before, activation: null, stride: between == No ? stride : 1, groups: g.Channels(x));
            y = g.ConvNormAct("pw_exp", y, wide, kernel: 1, ReLU);
            y = between == No ? y : g.ConvNormAct("dw_mid", y, wide, between, ReLU, stride: stride, groups: wide);
            y = g.ConvNormAct("pw_proj", y, Of(channels, width), kernel: 1, activation: null);
            return Around(g, x, y, stride);
        });

    private static Node Around(NetworkBuilder g, Node x, Node y, long stride) =>
        stride == 1 && g.Channels(x) == g.Channels(y) ? g.Add(y, x) : y;

    private static long Of(double channels, double width) => Blocks.MakeDivisible(channels * width, 8);
}
