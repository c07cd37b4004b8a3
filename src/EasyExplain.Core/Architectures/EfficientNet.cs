using EasyExplain.Checkpoints;
using EasyExplain.Models.Folders;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>
/// EfficientNet (Tan and Le 2019, arXiv 1905.11946): B0 is its table 1, the others are B0 made wider and deeper; and EfficientNet v2
/// (Tan and Le 2021, arXiv 2104.00298): S is its table 4, M and L are as torchvision has them,
/// XL and the small ones as timm has them.
/// </summary>
internal static class EfficientNet
{
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

    private static readonly Stage[] XL =
    [
        new(FusedMBConv, 1, 3, 1, 32, 4),
        new(FusedMBConv, 4, 3, 2, 64, 8),
        new(FusedMBConv, 4, 3, 2, 96, 8),
        new(MBConv, 4, 3, 2, 192, 16),
        new(MBConv, 6, 3, 1, 256, 24),
        new(MBConv, 6, 3, 2, 512, 32),
        new(MBConv, 6, 3, 1, 640, 8),
    ];

    private static readonly Stage[] SmallV2 =
    [
        new(FusedMBConv, 1, 3, 1, 16, 1),
        new(FusedMBConv, 4, 3, 2, 32, 2),
        new(FusedMBConv, 4, 3, 2, 48, 2),
        new(MBConv, 4, 3, 2, 96, 3),
        new(MBConv, 6, 3, 1, 112, 5),
        new(MBConv, 6, 3, 2, 192, 8),
    ];

    public static IReadOnlyList<Architecture> Family { get; } =
    [
        Torchvision("efficientnet_b0", Scaled(1.0, 1.0), PyTorch),
        Torchvision("efficientnet_b1", Scaled(1.0, 1.1), PyTorch),
        Torchvision("efficientnet_b2", Scaled(1.1, 1.2), PyTorch),
        Torchvision("efficientnet_b3", Scaled(1.2, 1.4), PyTorch),
        Torchvision("efficientnet_b4", Scaled(1.4, 1.8), PyTorch),
        Torchvision("efficientnet_b5", Scaled(1.6, 2.2), PyTorch with { Eps = 0.001 }),
        Torchvision("efficientnet_b6", Scaled(1.8, 2.6), PyTorch with { Eps = 0.001 }),
        Torchvision("efficientnet_b7", Scaled(2.0, 3.1), PyTorch with { Eps = 0.001 }),
        Torchvision("efficientnet_v2_s", new(S, 24, 1280), PyTorch with { Eps = 0.001 }),
        Torchvision("efficientnet_v2_m", new(M, 24, 1280), PyTorch with { Eps = 0.001 }),
        Torchvision("efficientnet_v2_l", new(L, 32, 1280), PyTorch with { Eps = 0.001 }),
    ];

    /// <summary>timm's, and with tf_ before it those whose weights come from TensorFlow.</summary>
    public static IReadOnlyList<Architecture> Timm { get; } =
    [
        .. OfTimm("efficientnet_b0", Scaled(1.0, 1.0), 224),
        .. OfTimm("efficientnet_b1", Scaled(1.0, 1.1), 240),
        .. OfTimm("efficientnet_b2", Scaled(1.1, 1.2), 260),
        .. OfTimm("efficientnet_b3", Scaled(1.2, 1.4), 300),
        .. OfTimm("efficientnet_b4", Scaled(1.4, 1.8), 380),
        .. OfTimm("efficientnet_b5", Scaled(1.6, 2.2), 456),
        .. OfTimm("efficientnet_b6", Scaled(1.8, 2.6), 528),
        .. OfTimm("efficientnet_b7", Scaled(2.0, 3.1), 600),
        .. OfTimm("efficientnet_b8", Scaled(2.2, 3.6), 672),
        .. OfTimm("efficientnet_lite0", Lite(1.0, 1.0), 224, isLite: true),
        .. OfTimm("efficientnet_lite1", Lite(1.0, 1.1), 240, isLite: true),
        .. OfTimm("efficientnet_lite2", Lite(1.1, 1.2), 260, isLite: true),
        .. OfTimm("efficientnet_lite3", Lite(1.2, 1.4), 300, isLite: true),
        .. OfTimm("efficientnet_lite4", Lite(1.4, 1.8), 380, isLite: true),
        .. OfTimm("efficientnetv2_b0", ScaledV2(1.0, 1.0), 192),
        .. OfTimm("efficientnetv2_b1", ScaledV2(1.0, 1.1), 192),
        .. OfTimm("efficientnetv2_b2", ScaledV2(1.1, 1.2), 208),
        .. OfTimm("efficientnetv2_b3", ScaledV2(1.2, 1.4), 240),
        .. OfTimm("efficientnetv2_s", new(S, 24, 1280), 300),
        .. OfTimm("efficientnetv2_m", new(M, 24, 1280), 384),
        .. OfTimm("efficientnetv2_l", new(L, 32, 1280), 384),
        .. OfTimm("efficientnetv2_xl", new(XL, 32, 1280), 384),
    ];

    private static Style PyTorch => new(new SiLU(), Squeezes: true, Same: false, Eps: 1e-5);

    private delegate Node Block(NetworkBuilder g, string name, Node x, Stage stage, long stride, Style style);

    /// <summary>A row of the tables: blocks one after the other, of which the first steps.</summary>
    private sealed record Stage(Block Block, int Expansion, int Kernel, int Stride, long Channels, int Layers);

    /// <summary>A table, and the channels of the convolutions before and after it.</summary>
    private sealed record Size(Stage[] Stages, long First, long Last);

    /// <summary>What all blocks of a network have in common; <c>Same</c> is for TensorFlow's zeros around pictures.</summary>
    private sealed record Style(Operator Activation, bool Squeezes, bool Same, double Eps);

    /// <summary>EfficientNetForImageClassification of transformers.</summary>
    public static Architecture OfTransformers(ConfigValues config)
    {
        double width = config.Number("width_coefficient", 2.0), depth = config.Number("depth_coefficient", 3.1);
        config.Demand("hidden_act", "swish");
        config.Demand("pooling_type", "mean");
        if (width is not (> 0 and <= 8) || depth is not (> 0 and <= 16) || config.Number("squeeze_expansion_ratio", 0.25) != 0.25)
        {
            throw config.Unknown("width_coefficient, depth_coefficient and squeeze_expansion_ratio");
        }
        long divisor = config.Whole("depth_divisor", 8);
        long Wide(double channels) => Blocks.MakeDivisible(channels * width, divisor);
        IReadOnlyList<int> kernels = config.Wholes("kernel_sizes", [3, 3, 5, 3, 5, 5, 3], most: 31);
        IReadOnlyList<int> strides = config.Wholes("strides", [1, 2, 2, 2, 1, 2, 1], most: 4);
        IReadOnlyList<int> expansions = config.Wholes("expand_ratios", [1, 6, 6, 6, 6, 6, 6], most: 64);
        IReadOnlyList<(long Width, int Depth)> rows = config.Stages(
            "out_channels", [16, 24, 40, 80, 112, 192, 320], "num_block_repeats", [1, 2, 2, 3, 3, 4, 1]);
        if (new[] { kernels, strides, expansions }.Any(list => list.Count != rows.Count) || kernels.Any(side => side % 2 == 0))
        {
            throw config.Unknown("kernel_sizes, strides and expand_ratios");
        }
        Stage[] stages = [.. rows.Select((row, i) =>
            new Stage(MBConv, expansions[i], kernels[i], strides[i], Wide(row.Width), (int)Math.Ceiling(row.Depth * depth)))];
        IReadOnlyList<int> first = config.Wholes("in_channels", [32, 16, 24, 40, 80, 112, 192]);
        // The zeros around a picture are TensorFlow's for the size of image_size.
        var style = new Style(new SiLU(), Squeezes: true, Same: true, config.Number("batch_norm_eps", 0.001));
        var size = new Size(stages, Wide(first[0]), Wide(1280));
        return new Architecture("EfficientNetForImageClassification", "classifier.1.weight", Architecture.ImageNet, (g, classes) =>
            Logits(g, size, style, classes)).Named(TransformersNames(stages), "classifier.weight");
    }

    /// <summary>B0 with its channels times <paramref name="width"/>, in whole eights, and layers times <paramref name="depth"/>.</summary>
    private static Size Scaled(double width, double depth)
    {
        Stage[] stages = Grown(B0, width, depth);
        return new(stages, Blocks.MakeDivisible(32 * width, 8), 4 * stages[^1].Channels);
    }

    /// <summary>The same, but that the ends stay as they are.</summary>
    private static Size Lite(double width, double depth)
    {
        Stage[] stages = Grown(B0, width, depth);
        stages[0] = stages[0] with { Layers = B0[0].Layers };
        stages[^1] = stages[^1] with { Layers = B0[^1].Layers };
        return new(stages, 32, 1280);
    }

    /// <summary>The nearest whole eights, even where these are a tenth less.</summary>
    private static Size ScaledV2(double width, double depth) => new(Grown(SmallV2, width, depth, least: 0),
        Blocks.MakeDivisible(32 * width, 8, least: 0), Blocks.MakeDivisible(1280 * width, 8, least: 0));

    private static Stage[] Grown(Stage[] stages, double width, double depth, double least = 0.9) =>
    [
        .. stages.Select(stage => stage with
        {
            Channels = Blocks.MakeDivisible(stage.Channels * width, 8, least),
            Layers = (int)Math.Ceiling(stage.Layers * depth),
        }),
    ];

    private static Architecture Torchvision(string name, Size size, Style style) =>
        Architecture.Torchvision(name, "classifier.1.weight", (g, classes) => Logits(g, size, style, classes));

    private static IEnumerable<Architecture> OfTimm(string name, Size size, int side, bool isLite = false)
    {
        Style style = isLite ? PyTorch with { Activation = new ReLU6(), Squeezes = false } : PyTorch;
        return new[] { (Name: name, Style: style), (Name: "tf_" + name, Style: style with { Same = true, Eps = 0.001 }) }.Select(one =>
            Architecture.OfTimm(one.Name, "classifier.1.weight", side, (g, classes) => Logits(g, size, one.Style, classes))
                .Named(TimmNames(size.Stages, one.Style), "classifier.weight"));
    }

    private static Node Logits(NetworkBuilder g, Size size, Style style, long classes)
    {
        (Stage[] stages, Operator activation) = (size.Stages, style.Activation);
        Node x = g.Scope("features", "Sequential", () =>
        {
            Node x = g.Conv2dNormActivation("0", g.Input, size.First, kernel: 3, activation, stride: 2, eps: style.Eps, same: style.Same);
            for (int i = 0; i < stages.Length; i++)
            {
                x = Layers(g, $"{i + 1}", x, stages[i], style);
            }
            return g.Conv2dNormActivation($"{stages.Length + 1}", x, size.Last, kernel: 1, activation, eps: style.Eps);
        });
        x = g.Flatten(g.AdaptiveAvgPool2d("avgpool", x, 1));
        return g.Scope("classifier", "Sequential", () => g.Linear("1", g.Dropout("0", x), classes));
    }

    private static Node Layers(NetworkBuilder g, string name, Node x, Stage stage, Style style) =>
        g.Scope(name, "Sequential", () =>
        {
            for (int i = 0; i < stage.Layers; i++)
            {
                x = stage.Block(g, $"{i}", x, stage, i == 0 ? stage.Stride : 1, style);
            }
            return x;
        });

    /// <summary>1×1 to widen, a convolution a channel, squeeze and excitation, 1×1 to narrow.</summary>
    private static Node MBConv(NetworkBuilder g, string name, Node x, Stage stage, long stride, Style style) =>
        Residual(g, name, "MBConv", x, stride, () =>
        {
            int index = 0;
            (Operator activation, bool squeezes, bool same, double eps) = style;
            long width = stage.Expansion * g.Channels(x);
            Node y = stage.Expansion == 1 ? x : g.Conv2dNormActivation($"{index++}", x, width, kernel: 1, activation, eps: eps);
            y = g.Conv2dNormActivation(
                $"{index++}", y, width, stage.Kernel, activation, stride: stride, groups: width, eps: eps, same: same);
            y = squeezes ? g.SqueezeExcitation($"{index++}", y, g.Channels(x) / 4, activation, new Sigmoid()) : y;
            return g.Conv2dNormActivation($"{index}", y, stage.Channels, kernel: 1, activation: null, eps: eps);
        });

    /// <summary>One full convolution to widen, 1×1 to narrow; without widening, the full convolution alone.</summary>
    private static Node FusedMBConv(NetworkBuilder g, string name, Node x, Stage stage, long stride, Style style) =>
        Residual(g, name, "FusedMBConv", x, stride, () =>
        {
            (Operator activation, _, bool same, double eps) = style;
            long width = stage.Expansion == 1 ? stage.Channels : stage.Expansion * g.Channels(x);
            Node y = g.Conv2dNormActivation("0", x, width, stage.Kernel, activation, stride: stride, eps: eps, same: same);
            return stage.Expansion == 1 ? y : g.Conv2dNormActivation("1", y, stage.Channels, kernel: 1, activation: null, eps: eps);
        });

    /// <summary>A block and, where the shape stays, the way around it.</summary>
    private static Node Residual(NetworkBuilder g, string name, string type, Node x, long stride, Func<Node> block) =>
        g.Scope(name, type, () =>
        {
            Node y = g.StochasticDepth("stochastic_depth", g.Scope("block", "Sequential", block));
            return stride == 1 && g.Channels(x) == g.Channels(y) ? g.Add(x, y) : y;
        });

    private static NameTable TimmNames(Stage[] stages, Style style)
    {
        string[][] squeeze = style.Squeezes ? [["se.conv_reduce", "se.conv_expand"]] : [];
        string[][] Parts(Stage stage) => (stage.Block == MBConv, stage.Expansion) switch
        {
            (false, 1) => [["conv", "bn1"]],
            (false, _) => [["conv_exp", "bn1"], ["conv_pwl", "bn2"]],
            (true, 1) => [["conv_dw", "bn1"], .. squeeze, ["conv_pw", "bn2"]],
            (true, _) => [["conv_pw", "bn1"], ["conv_dw", "bn2"], .. squeeze, ["conv_pwl", "bn3"]],
        };
        return new(
        [
            ("conv_stem.*", "features.0.0.*"),
            ("bn1.*", "features.0.1.*"),
            .. stages.SelectMany((stage, i) => Numbered($"blocks.{i}.#.", $"features.{i + 1}.#.block.", Parts(stage))),
            ("conv_head.*", $"features.{stages.Length + 1}.0.*"),
            ("bn2.*", $"features.{stages.Length + 1}.1.*"),
            ("classifier.*", "classifier.1.*"),
        ]);
    }

    /// <summary>transformers numbers the blocks of all stages through.</summary>
    private static NameTable TransformersNames(Stage[] stages)
    {
        const string encoder = "efficientnet.encoder";
        string[][] narrow =
        [
            ["depthwise_conv.depthwise_conv", "depthwise_conv.depthwise_norm"],
            ["squeeze_excite.reduce", "squeeze_excite.expand"],
            ["projection.project_conv", "projection.project_bn"],
        ];
        string[][] wide = [["expansion.expand_conv", "expansion.expand_bn"], .. narrow];
        IEnumerable<(string Own, string[][] Parts)> blocks = stages.SelectMany((stage, i) => Enumerable.Range(0, stage.Layers)
            .Select(layer => ($"features.{i + 1}.{layer}.block.", stage.Expansion == 1 ? narrow : wide)));
        return new(
        [
            ("efficientnet.embeddings.convolution.*", "features.0.0.*"),
            ("efficientnet.embeddings.batchnorm.*", "features.0.1.*"),
            .. blocks.SelectMany((block, i) => Numbered($"{encoder}.blocks.{i}.", block.Own, block.Parts)),
            ($"{encoder}.top_conv.*", $"features.{stages.Length + 1}.0.*"),
            ($"{encoder}.top_bn.*", $"features.{stages.Length + 1}.1.*"),
            ("classifier.*", "classifier.1.*"),
        ]);
    }

    /// <summary>Parts of a block by their place in it; those of squeeze and excitation are fc1 and fc2.</summary>
    private static IEnumerable<(string, string)> Numbered(string block, string own, string[][] parts) => parts.SelectMany((part, i) =>
        part.Select((name, j) => ($"{block}{name}.*", $"{own}{i}.{(part[0].Contains("reduce") ? $"fc{j + 1}" : $"{j}")}.*")));
}
