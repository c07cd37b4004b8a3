using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>
/// RegNet (Radosavovic et al. 2020, arXiv 2003.13678): X, and Y with squeeze and excitation. Four numbers give the widths and depths of
/// all stages (section 3.3 of the paper); the values are torchvision's.
/// </summary>
internal static class RegNet
{
    private static readonly ReLU ReLU = new();

    public static IReadOnlyList<Architecture> Family { get; } =
    [
        X("regnet_x_400mf", depth: 22, w0: 24, wa: 24.48, wm: 2.54, groupWidth: 16),
        X("regnet_x_800mf", depth: 16, w0: 56, wa: 35.73, wm: 2.28, groupWidth: 16),
        X("regnet_x_1_6gf", depth: 18, w0: 80, wa: 34.01, wm: 2.25, groupWidth: 24),
        X("regnet_x_3_2gf", depth: 25, w0: 88, wa: 26.31, wm: 2.25, groupWidth: 48),
        X("regnet_x_8gf", depth: 23, w0: 80, wa: 49.56, wm: 2.88, groupWidth: 120),
        X("regnet_x_16gf", depth: 22, w0: 216, wa: 55.59, wm: 2.1, groupWidth: 128),
        X("regnet_x_32gf", depth: 23, w0: 320, wa: 69.86, wm: 2.0, groupWidth: 168),
        Y("regnet_y_400mf", depth: 16, w0: 48, wa: 27.89, wm: 2.09, groupWidth: 8),
        Y("regnet_y_800mf", depth: 14, w0: 56, wa: 38.84, wm: 2.4, groupWidth: 16),
        Y("regnet_y_1_6gf", depth: 27, w0: 48, wa: 20.71, wm: 2.65, groupWidth: 24),
        Y("regnet_y_3_2gf", depth: 21, w0: 80, wa: 42.63, wm: 2.66, groupWidth: 24),
        Y("regnet_y_8gf", depth: 17, w0: 192, wa: 76.82, wm: 2.19, groupWidth: 56),
        Y("regnet_y_16gf", depth: 18, w0: 200, wa: 106.23, wm: 2.48, groupWidth: 112),
        Y("regnet_y_32gf", depth: 20, w0: 232, wa: 115.89, wm: 2.53, groupWidth: 232),
        Y("regnet_y_128gf", depth: 27, w0: 456, wa: 160.83, wm: 2.52, groupWidth: 264),
    ];

    /// <summary>Blocks of one width, in groups of <c>GroupWidth</c> channels.</summary>
    internal sealed record Stage(long Width, int Depth, long GroupWidth);

    /// <summary>
    /// The stages of a network whose block widths follow a line (equation 2: u_j = w_0 + w_a·j), moved to the nearest powers of w_m
    /// (equations 3 and 4) and then to whole eights. Blocks of one width are a stage; its width is then made whole groups.
    /// </summary>
    internal static IReadOnlyList<Stage> Stages(int depth, double w0, double wa, double wm, long groupWidth) =>
    [
        .. Enumerable.Range(0, depth)
            .Select(j => Math.Round(Math.Log((w0 + wa * j) / w0) / Math.Log(wm)))
            .Select(power => 8 * (long)Math.Round(w0 * Math.Pow(wm, power) / 8))
            .GroupBy(width => width)
            .Select(blocks => (Width: blocks.Key, Depth: blocks.Count(), GroupWidth: Math.Min(groupWidth, blocks.Key)))
            .Select(stage => new Stage(Blocks.MakeDivisible(stage.Width, stage.GroupWidth), stage.Depth, stage.GroupWidth)),
    ];

    private static Architecture X(string name, int depth, double w0, double wa, double wm, long groupWidth) =>
        Of(name, Stages(depth, w0, wa, wm, groupWidth), squeezes: false);

    private static Architecture Y(string name, int depth, double w0, double wa, double wm, long groupWidth) =>
        Of(name, Stages(depth, w0, wa, wm, groupWidth), squeezes: true);

    private static Architecture Of(string name, IReadOnlyList<Stage> stages, bool squeezes) =>
        Architecture.Torchvision(name, "fc.weight", (g, classes) =>
        {
            Node x = g.Conv2dNormActivation("stem", g.Input, 32, kernel: 3, ReLU, stride: 2, type: "SimpleStemIN");
            x = g.Scope("trunk_output", "Sequential", () =>
            {
                for (int i = 0; i < stages.Count; i++)
                {
                    x = AnyStage(g, $"block{i + 1}", x, stages[i], squeezes);
                }
                return x;
            });
            x = g.Flatten(g.AdaptiveAvgPool2d("avgpool", x, 1));
            return g.Linear("fc", x, classes);
        });

    /// <summary>Blocks one after the other; the first one halves height and width.</summary>
    private static Node AnyStage(NetworkBuilder g, string name, Node x, Stage stage, bool squeezes) =>
        g.Scope(name, "AnyStage", () =>
        {
            for (int i = 0; i < stage.Depth; i++)
            {
                x = ResBottleneckBlock(g, $"{name}-{i}", x, stage, i == 0 ? 2 : 1, squeezes);
            }
            return x;
        });

    /// <summary>1×1, 3×3 in groups, squeeze and excitation for Y, 1×1, all of one width, and the way around them.</summary>
    private static Node ResBottleneckBlock(NetworkBuilder g, string name, Node x, Stage stage, long stride, bool squeezes) =>
        g.Scope(name, "ResBottleneckBlock", () =>
        {
            long width = stage.Width;
            Node shortcut = stride == 1 && g.Channels(x) == width
                ? x
                : g.Conv2dNormActivation("proj", x, width, kernel: 1, activation: null, stride: stride);
            Node y = g.Scope("f", "BottleneckTransform", () =>
            {
                Node y = g.Conv2dNormActivation("a", x, width, kernel: 1, ReLU);
                y = g.Conv2dNormActivation("b", y, width, kernel: 3, ReLU, stride: stride, groups: width / stage.GroupWidth);
                y = squeezes ? g.SqueezeExcitation("se", y, g.Channels(x) / 4, ReLU, new Sigmoid()) : y;
                return g.Conv2dNormActivation("c", y, width, kernel: 1, activation: null);
            });
            return g.ReLU("activation", g.Add(shortcut, y));
        });
}
