using EasyExplain.Checkpoints;
using EasyExplain.Models.Folders;
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

    private static NameTable TimmNames { get; } = new(
    [
        ("stem.conv.*", "stem.0.*"),
        ("stem.bn.*", "stem.1.*"),
        .. Enumerable.Range(1, 4).SelectMany(i => new[]
        {
            ($"s{i}.b#.conv1.conv.*", $"trunk_output.block{i}.block{i}-#-1.f.a.0.*"),
            ($"s{i}.b#.conv1.bn.*", $"trunk_output.block{i}.block{i}-#-1.f.a.1.*"),
            ($"s{i}.b#.conv2.conv.*", $"trunk_output.block{i}.block{i}-#-1.f.b.0.*"),
            ($"s{i}.b#.conv2.bn.*", $"trunk_output.block{i}.block{i}-#-1.f.b.1.*"),
            ($"s{i}.b#.se.*", $"trunk_output.block{i}.block{i}-#-1.f.se.*"),
            ($"s{i}.b#.conv3.conv.*", $"trunk_output.block{i}.block{i}-#-1.f.c.0.*"),
            ($"s{i}.b#.conv3.bn.*", $"trunk_output.block{i}.block{i}-#-1.f.c.1.*"),
            ($"s{i}.b#.downsample.conv.*", $"trunk_output.block{i}.block{i}-#-1.proj.0.*"),
            ($"s{i}.b#.downsample.bn.*", $"trunk_output.block{i}.block{i}-#-1.proj.1.*"),
        }),
        ("head.fc.*", "fc.*"),
    ]);

    public static IReadOnlyList<Architecture> Timm { get; } =
    [
        OfTimm("regnetx_002", depth: 13, w0: 24, wa: 36.44, wm: 2.49, groupWidth: 8),
        OfTimm("regnetx_004", depth: 22, w0: 24, wa: 24.48, wm: 2.54, groupWidth: 16),
        OfTimm("regnetx_004_tv", depth: 22, w0: 24, wa: 24.48, wm: 2.54, groupWidth: 16),
        OfTimm("regnetx_006", depth: 16, w0: 48, wa: 36.97, wm: 2.24, groupWidth: 24),
        OfTimm("regnetx_008", depth: 16, w0: 56, wa: 35.73, wm: 2.28, groupWidth: 16),
        OfTimm("regnetx_016", depth: 18, w0: 80, wa: 34.01, wm: 2.25, groupWidth: 24),
        OfTimm("regnetx_032", depth: 25, w0: 88, wa: 26.31, wm: 2.25, groupWidth: 48),
        OfTimm("regnetx_040", depth: 23, w0: 96, wa: 38.65, wm: 2.43, groupWidth: 40),
        OfTimm("regnetx_064", depth: 17, w0: 184, wa: 60.83, wm: 2.07, groupWidth: 56),
        OfTimm("regnetx_080", depth: 23, w0: 80, wa: 49.56, wm: 2.88, groupWidth: 120),
        OfTimm("regnetx_120", depth: 19, w0: 168, wa: 73.36, wm: 2.37, groupWidth: 112),
        OfTimm("regnetx_160", depth: 22, w0: 216, wa: 55.59, wm: 2.1, groupWidth: 128),
        OfTimm("regnetx_320", depth: 23, w0: 320, wa: 69.86, wm: 2.0, groupWidth: 168),
        OfTimm("regnety_002", depth: 13, w0: 24, wa: 36.44, wm: 2.49, groupWidth: 8),
        OfTimm("regnety_004", depth: 16, w0: 48, wa: 27.89, wm: 2.09, groupWidth: 8),
        OfTimm("regnety_006", depth: 15, w0: 48, wa: 32.54, wm: 2.32, groupWidth: 16),
        OfTimm("regnety_008", depth: 14, w0: 56, wa: 38.84, wm: 2.4, groupWidth: 16),
        OfTimm("regnety_008_tv", depth: 14, w0: 56, wa: 38.84, wm: 2.4, groupWidth: 16),
        OfTimm("regnety_016", depth: 27, w0: 48, wa: 20.71, wm: 2.65, groupWidth: 24),
        OfTimm("regnety_032", depth: 21, w0: 80, wa: 42.63, wm: 2.66, groupWidth: 24),
        OfTimm("regnety_040", depth: 22, w0: 96, wa: 31.41, wm: 2.24, groupWidth: 64),
        OfTimm("regnety_064", depth: 25, w0: 112, wa: 33.22, wm: 2.27, groupWidth: 72),
        OfTimm("regnety_080", depth: 17, w0: 192, wa: 76.82, wm: 2.19, groupWidth: 56),
        OfTimm("regnety_080_tv", depth: 17, w0: 192, wa: 76.82, wm: 2.19, groupWidth: 56),
        OfTimm("regnety_120", depth: 19, w0: 168, wa: 73.36, wm: 2.37, groupWidth: 112),
        OfTimm("regnety_160", depth: 18, w0: 200, wa: 106.23, wm: 2.48, groupWidth: 112),
        OfTimm("regnety_320", depth: 20, w0: 232, wa: 115.89, wm: 2.53, groupWidth: 232),
        OfTimm("regnety_640", depth: 20, w0: 352, wa: 147.48, wm: 2.4, groupWidth: 328),
        OfTimm("regnety_1280", depth: 27, w0: 456, wa: 160.83, wm: 2.52, groupWidth: 264),
    ];

    /// <summary>RegNetForImageClassification of transformers.</summary>
    public static Architecture OfTransformers(ConfigValues config)
    {
        config.Demand("hidden_act", "relu");
        config.Demand("downsample_in_first_stage", true);
        bool squeezes = config.Text("layer_type", "y") == "y";
        long first = config.Whole("embedding_size", 32), groupWidth = config.Whole("groups_width", 64);
        Stage[] stages =
        [
            .. config.Stages("hidden_sizes", [128, 192, 512, 1088], "depths", [2, 6, 12, 2])
                .Select(stage => new Stage(stage.Width, stage.Depth, Math.Min(groupWidth, stage.Width))),
        ];
        if (stages.Any(stage => stage.Width % stage.GroupWidth != 0))
        {
            throw config.Unknown("hidden_sizes and groups_width");
        }
        return new Architecture("RegNetForImageClassification", "fc.weight", Architecture.ImageNet, (g, classes) =>
            Logits(g, stages, squeezes, first, classes)).Named(TransformersNames(stages.Length, squeezes), "classifier.1.weight");
    }

    /// <summary>In Y squeeze and excitation is the third of four parts of a block.</summary>
    private static NameTable TransformersNames(int stages, bool squeezes) => new(
    [
        ("regnet.embedder.embedder.convolution.*", "stem.0.*"),
        ("regnet.embedder.embedder.normalization.*", "stem.1.*"),
        .. Enumerable.Range(0, stages).SelectMany(i =>
        {
            string theirs = $"regnet.encoder.stages.{i}.layers.#", own = $"trunk_output.block{i + 1}.block{i + 1}-#";
            return new[]
            {
                ($"{theirs}.shortcut.convolution.*", $"{own}.proj.0.*"),
                ($"{theirs}.shortcut.normalization.*", $"{own}.proj.1.*"),
                ($"{theirs}.layer.0.convolution.*", $"{own}.f.a.0.*"),
                ($"{theirs}.layer.0.normalization.*", $"{own}.f.a.1.*"),
                ($"{theirs}.layer.1.convolution.*", $"{own}.f.b.0.*"),
                ($"{theirs}.layer.1.normalization.*", $"{own}.f.b.1.*"),
                ($"{theirs}.layer.2.attention.0.*", $"{own}.f.se.fc1.*"),
                ($"{theirs}.layer.2.attention.2.*", $"{own}.f.se.fc2.*"),
                ($"{theirs}.layer.{(squeezes ? 3 : 2)}.convolution.*", $"{own}.f.c.0.*"),
                ($"{theirs}.layer.{(squeezes ? 3 : 2)}.normalization.*", $"{own}.f.c.1.*"),
            };
        }),
        ("classifier.1.*", "fc.*"),
    ]);

    /// <summary>Blocks of one width, in groups of <c>GroupWidth</c> channels.</summary>
    internal sealed record Stage(long Width, int Depth, long GroupWidth);

    /// <summary>
    /// The stages of a network whose block widths follow a line (equation 2: u_j = w_0 + w_a·j), moved to the nearest powers of w_m
    /// (equations 3 and 4) and then to whole eights. Blocks of one width are a stage; its width is then made whole groups.
    /// </summary>
    internal static IReadOnlyList<Stage> Stages(int depth, double w0, double wa, double wm, long groupWidth, bool nearest = false) =>
    [
        .. Enumerable.Range(0, depth)
            .Select(j => Math.Round(Math.Log((w0 + wa * j) / w0) / Math.Log(wm)))
            .Select(power => 8 * (long)Math.Round(w0 * Math.Pow(wm, power) / 8))
            .GroupBy(width => width)
            .Select(blocks => (Width: blocks.Key, Depth: blocks.Count(), GroupWidth: Math.Min(groupWidth, blocks.Key)))
            .Select(stage => new Stage(nearest
                ? (long)Math.Round((double)stage.Width / stage.GroupWidth) * stage.GroupWidth
                : Blocks.MakeDivisible(stage.Width, stage.GroupWidth), stage.Depth, stage.GroupWidth)),
    ];

    private static Architecture X(string name, int depth, double w0, double wa, double wm, long groupWidth) =>
        Of(name, Stages(depth, w0, wa, wm, groupWidth), squeezes: false);

    private static Architecture Y(string name, int depth, double w0, double wa, double wm, long groupWidth) =>
        Of(name, Stages(depth, w0, wa, wm, groupWidth), squeezes: true);

    private static Architecture Of(string name, IReadOnlyList<Stage> stages, bool squeezes) =>
        Architecture.Torchvision(name, "fc.weight", (g, classes) => Logits(g, stages, squeezes, first: 32, classes));

    private static Architecture OfTimm(string name, int depth, double w0, double wa, double wm, long groupWidth)
    {
        // The paper's authors take the nearest whole groups; torchvision's way has names of its own.
        IReadOnlyList<Stage> stages = Stages(depth, w0, wa, wm, groupWidth, nearest: !name.EndsWith("_tv", StringComparison.Ordinal));
        bool squeezes = name.StartsWith("regnety", StringComparison.Ordinal);
        return Architecture.OfTimm(name, "fc.weight", side: 224, (g, classes) => Logits(g, stages, squeezes, first: 32, classes))
            .Named(TimmNames, "head.fc.weight");
    }

    private static Node Logits(NetworkBuilder g, IReadOnlyList<Stage> stages, bool squeezes, long first, long classes)
    {
        Node x = g.Conv2dNormActivation("stem", g.Input, first, kernel: 3, ReLU, stride: 2, type: "SimpleStemIN");
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
    }

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
