using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>
/// EfficientNet (Tan and Le 2019, arXiv 1905.11946): B0 is its table 1, the others are B0 made wider and deeper; and EfficientNet v2
/// (Tan and Le 2021, arXiv 2104.00298): S is its table 4, M and L are as torchvision has them.
/// </summary>
internal static class EfficientNet
{
    private static readonly SiLU SiLU = new();

    private static readonly Stage[] B0 =
    [
        new(MBConv, 1, 3, 1, 16, 1),
        new(MBConv, 6, 3, 2, 24, 2),
        new(MBConv, 6, 5, 2, 40, 2),
        new(MBConv, 6, 3, 2, 80, 3),
        new(MBConv, 6, 5, 1, 112, 3),
        new(MBConv, 6, 5, 2, 192, 4),
        new(MBConv, 6, 3, 1, 320, 1),
    ];

    private static readonly Stage[] S =
    [
        new(FusedMBConv, 1, 3, 1, 24, 2),
        new(FusedMBConv, 4, 3, 2, 48, 4),
        new(FusedMBConv, 4, 3, 2, 64, 4),
        new(MBConv, 4, 3, 2, 128, 6),
        new(MBConv, 6, 3, 1, 160, 9),
        new(MBConv, 6, 3, 2, 256, 15),
    ];

    private static readonly Stage[] M =
    [
        new(FusedMBConv, 1, 3, 1, 24, 3),
        new(FusedMBConv, 4, 3, 2, 48, 5),
        new(FusedMBConv, 4, 3, 2, 80, 5),
        new(MBConv, 4, 3, 2, 160, 7),
        new(MBConv, 6, 3, 1, 176, 14),
        new(MBConv, 6, 3, 2, 304, 18),
        new(MBConv, 6, 3, 1, 512, 5),
    ];

    private static readonly Stage[] L =
    [
        new(FusedMBConv, 1, 3, 1, 32, 4),
        new(FusedMBConv, 4, 3, 2, 64, 7),
        new(FusedMBConv, 4, 3, 2, 96, 7),
        new(MBConv, 4, 3, 2, 192, 10),
        new(MBConv, 6, 3, 1, 224, 19),
        new(MBConv, 6, 3, 2, 384, 25),
        new(MBConv, 6, 3, 1, 640, 7),
    ];

    public static IReadOnlyList<Architecture> Family { get; } =
    [
        Scaled("efficientnet_b0", width: 1.0, depth: 1.0),
        Scaled("efficientnet_b1", width: 1.0, depth: 1.1),
        Scaled("efficientnet_b2", width: 1.1, depth: 1.2),
        Scaled("efficientnet_b3", width: 1.2, depth: 1.4),
        Scaled("efficientnet_b4", width: 1.4, depth: 1.8),
        Scaled("efficientnet_b5", width: 1.6, depth: 2.2, eps: 0.001),
        Scaled("efficientnet_b6", width: 1.8, depth: 2.6, eps: 0.001),
        Scaled("efficientnet_b7", width: 2.0, depth: 3.1, eps: 0.001),
        Of("efficientnet_v2_s", S, first: 24, last: 1280, eps: 0.001),
        Of("efficientnet_v2_m", M, first: 24, last: 1280, eps: 0.001),
        Of("efficientnet_v2_l", L, first: 32, last: 1280, eps: 0.001),
    ];

    private delegate Node Block(NetworkBuilder g, string name, Node x, Stage stage, long stride, double eps);

    /// <summary>A row of the tables: blocks one after the other, of which the first steps.</summary>
    private sealed record Stage(Block Block, int Expansion, int Kernel, int Stride, long Channels, int Layers);

    /// <summary>B0 with its channels times <paramref name="width"/>, in whole eights, and layers times <paramref name="depth"/>.</summary>
    private static Architecture Scaled(string name, double width, double depth, double eps = 1e-5)
    {
        Stage[] stages =
        [
            .. B0.Select(stage => stage with
            {
                Channels = Blocks.MakeDivisible(stage.Channels * width, 8),
                Layers = (int)Math.Ceiling(stage.Layers * depth),
            }),
        ];
        return Of(name, stages, Blocks.MakeDivisible(32 * width, 8), 4 * stages[^1].Channels, eps);
    }

    private static Architecture Of(string name, Stage[] stages, long first, long last, double eps) =>
        Architecture.Torchvision(name, "classifier.1.weight", (g, classes) =>
        {
            Node x = g.Scope("features", "Sequential", () =>
            {
                Node x = g.Conv2dNormActivation("0", g.Input, first, kernel: 3, SiLU, stride: 2, eps: eps);
                for (int i = 0; i < stages.Length; i++)
                {
                    x = Layers(g, $"{i + 1}", x, stages[i], eps);
                }
                return g.Conv2dNormActivation($"{stages.Length + 1}", x, last, kernel: 1, SiLU, eps: eps);
            });
            x = g.Flatten(g.AdaptiveAvgPool2d("avgpool", x, 1));
            return g.Scope("classifier", "Sequential", () => g.Linear("1", g.Dropout("0", x), classes));
        });

    private static Node Layers(NetworkBuilder g, string name, Node x, Stage stage, double eps) =>
        g.Scope(name, "Sequential", () =>
        {
            for (int i = 0; i < stage.Layers; i++)
            {
                x = stage.Block(g, $"{i}", x, stage, i == 0 ? stage.Stride : 1, eps);
            }
            return x;
        });

    /// <summary>1×1 to widen, a convolution a channel, squeeze and excitation, 1×1 to narrow.</summary>
    private static Node MBConv(NetworkBuilder g, string name, Node x, Stage stage, long stride, double eps) =>
        Residual(g, name, "MBConv", x, stride, () =>
        {
            int index = 0;
            long width = stage.Expansion * g.Channels(x);
            Node y = stage.Expansion == 1 ? x : g.Conv2dNormActivation($"{index++}", x, width, kernel: 1, SiLU, eps: eps);
            y = g.Conv2dNormActivation($"{index++}", y, width, stage.Kernel, SiLU, stride: stride, groups: width, eps: eps);
            y = g.SqueezeExcitation($"{index++}", y, g.Channels(x) / 4, SiLU, new Sigmoid());
            return g.Conv2dNormActivation($"{index}", y, stage.Channels, kernel: 1, activation: null, eps: eps);
        });

    /// <summary>One full convolution to widen, 1×1 to narrow; without widening, the full convolution alone.</summary>
    private static Node FusedMBConv(NetworkBuilder g, string name, Node x, Stage stage, long stride, double eps) =>
        Residual(g, name, "FusedMBConv", x, stride, () =>
        {
            if (stage.Expansion == 1)
            {
                return g.Conv2dNormActivation("0", x, stage.Channels, stage.Kernel, SiLU, stride: stride, eps: eps);
            }
            Node y = g.Conv2dNormActivation("0", x, stage.Expansion * g.Channels(x), stage.Kernel, SiLU, stride: stride, eps: eps);
            return g.Conv2dNormActivation("1", y, stage.Channels, kernel: 1, activation: null, eps: eps);
        });

    /// <summary>A block and, where the shape stays, the way around it.</summary>
    private static Node Residual(NetworkBuilder g, string name, string type, Node x, long stride, Func<Node> block) =>
        g.Scope(name, type, () =>
        {
            Node y = g.StochasticDepth("stochastic_depth", g.Scope("block", "Sequential", block));
            return stride == 1 && g.Channels(x) == g.Channels(y) ? g.Add(x, y) : y;
        });
}
