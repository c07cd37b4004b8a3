using EasyExplain.Checkpoints;
using EasyExplain.Models.Folders;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>MobileNet v2 (Sandler et al. 2018, arXiv 1801.04381, table 2).</summary>
internal static class MobileNetV2
{
    private static readonly ReLU6 ReLU6 = new();

    /// <summary>The table's columns t, c, n and s.</summary>
    private static readonly Row[] Bottlenecks =
    [
        new(1, 16, 1, 1),
        new(6, 24, 2, 2),
        new(6, 32, 3, 2),
        new(6, 64, 4, 2),
        new(6, 96, 3, 1),
        new(6, 160, 3, 2),
        new(6, 320, 1, 1),
    ];

    public static IReadOnlyList<Architecture> Family { get; } =
    [
        Architecture.Torchvision("mobilenet_v2", "classifier.1.weight", (g, classes) => Logits(g, Scaled(1), 32, 1280, Torch, classes)),
    ];

    public static IReadOnlyList<Architecture> Timm { get; } =
    [
        OfTimm("mobilenetv2_035", width: 0.35),
        OfTimm("mobilenetv2_050", width: 0.5),
        OfTimm("mobilenetv2_075", width: 0.75),
        OfTimm("mobilenetv2_100", width: 1),
        OfTimm("mobilenetv2_110d", width: 1.1, depth: 1.2),
        OfTimm("mobilenetv2_120d", width: 1.2, depth: 1.4),
        OfTimm("mobilenetv2_140", width: 1.4),
    ];

    private sealed record Row(int Expansion, long Channels, int Repeats, int Stride);

    private static Style Torch => new(Same: false, Eps: 1e-5);

    /// <summary>The zeros around pictures and the batch norms' ε, of which state dicts do not tell.</summary>
    private sealed record Style(bool Same, double Eps);

    /// <summary>MobileNetV2ForImageClassification of transformers.</summary>
    public static Architecture OfTransformers(ConfigValues config)
    {
        config.Demand("hidden_act", "relu6");
        config.Demand("first_layer_is_expansion", true);
        double width = config.Number("depth_multiplier", 1), expansion = config.Number("expand_ratio", 6);
        if (width is not (> 0 and <= 8) || expansion != 6 || config.Whole("output_stride", 32) != 32)
        {
            throw config.Unknown("depth_multiplier, expand_ratio and output_stride");
        }
        long divisor = config.Whole("depth_divisible_by", 8), least = config.Whole("min_depth", 8);
        long Of(double channels) => Math.Max(least, Blocks.MakeDivisible(channels * width, divisor));
        long last = config.Flag("finegrained_output", true) && width < 1 ? 1280 : Of(1280);
        Row[] rows = [.. Bottlenecks.Select(row => row with { Channels = Of(row.Channels) })];
        var style = new Style(config.Flag("tf_padding", true), config.Number("layer_norm_eps", 0.001));
        return new Architecture("MobileNetV2ForImageClassification", "classifier.1.weight", Architecture.ImageNet, (g, classes) =>
            Logits(g, rows, Of(32), last, style, classes)).Named(TransformersNames(rows), "classifier.weight");
    }

    /// <summary>Without a larger depth the first and the last convolution grow too.</summary>
    private static Architecture OfTimm(string name, double width, double depth = 1)
    {
        Row[] rows = Scaled(width, depth);
        bool grows = depth == 1;
        return Architecture.OfTimm(name, "classifier.1.weight", side: 224, (g, classes) =>
            Logits(g, rows, grows ? Blocks.MakeDivisible(32 * width, 8) : 32, grows ? Blocks.MakeDivisible(1280 * Math.Max(1, width), 8)
                : 1280, Torch, classes)).Named(TimmNames(rows), "classifier.weight");
    }

    private static Row[] Scaled(double width, double depth = 1) =>
    [
        .. Bottlenecks.Select((row, i) => row with
        {
            Channels = Blocks.MakeDivisible(row.Channels * width, 8),
            Repeats = i == 0 || i == Bottlenecks.Length - 1 ? row.Repeats : (int)Math.Ceiling(row.Repeats * depth),
        }),
    ];

    private static Node Logits(NetworkBuilder g, Row[] rows, long first, long last, Style style, long classes)
    {
        Node x = g.Scope("features", "Sequential", () => Features(g, rows, first, last, style));
        x = g.Flatten(g.AdaptiveAvgPool2d(x, 1));
        return g.Scope("classifier", "Sequential", () => g.Linear("1", g.Dropout("0", x), classes));
    }

    private static Node Features(NetworkBuilder g, Row[] rows, long first, long last, Style style)
    {
        int index = 0;
        Node x = g.Conv2dNormActivation($"{index++}", g.Input, first, kernel: 3, ReLU6, stride: 2, eps: style.Eps, same: style.Same);
        foreach (Row row in rows)
        {
            for (int i = 0; i < row.Repeats; i++)
            {
                x = InvertedResidual(g, $"{index++}", x, row.Expansion, row.Channels, i == 0 ? row.Stride : 1, style);
            }
        }
        return g.Conv2dNormActivation($"{index}", x, last, kernel: 1, ReLU6, eps: style.Eps);
    }

    /// <summary>1×1 to widen, 3×3 a channel, 1×1 to narrow without activation, and the way around them where the shape stays.</summary>
    private static Node InvertedResidual(NetworkBuilder g, string name, Node x, int expansion, long channels, int stride, Style style) =>
        g.Scope(name, "InvertedResidual", () =>
        {
            (bool same, double eps) = style;
            long width = expansion * g.Channels(x);
            Node y = g.Scope("conv", "Sequential", () =>
            {
                int index = 0;
                Node y = expansion == 1 ? x : g.Conv2dNormActivation($"{index++}", x, width, kernel: 1, ReLU6, eps: eps);
                y = g.Conv2dNormActivation($"{index++}", y, width, kernel: 3, ReLU6, stride: stride, groups: width, eps: eps, same: same);
                y = g.Conv2d($"{index++}", y, channels, kernel: 1, bias: false);
                return g.BatchNorm2d($"{index}", y, eps);
            });
            return stride == 1 && g.Channels(x) == channels ? g.Add(x, y) : y;
        });

    /// <summary>timm numbers blocks by stage.</summary>
    private static NameTable TimmNames(Row[] rows)
    {
        int blocks = rows.Sum(row => row.Repeats), index = 0;
        return new(
        [
            ("conv_stem.*", "features.0.0.*"),
            ("bn1.*", "features.0.1.*"),
            .. rows.SelectMany((row, stage) => Enumerable.Range(0, row.Repeats).SelectMany(block => Block($"blocks.{stage}.{block}",
                row.Expansion == 1 ? ["conv_dw", "bn1", "conv_pw", "bn2"] : ["conv_pw", "bn1", "conv_dw", "bn2", "conv_pwl", "bn3"],
                ++index))),
            ("conv_head.*", $"features.{blocks + 1}.0.*"),
            ("bn2.*", $"features.{blocks + 1}.1.*"),
            ("classifier.*", "classifier.1.*"),
        ]);
    }

    /// <summary>transformers counts the first block to the stem.</summary>
    private static NameTable TransformersNames(Row[] rows)
    {
        int blocks = rows.Sum(row => row.Repeats);
        string[] narrow = ["conv_3x3.convolution", "conv_3x3.normalization", "reduce_1x1.convolution", "reduce_1x1.normalization"];
        string[] wide = ["expand_1x1.convolution", "expand_1x1.normalization", .. narrow];
        return new(
        [
            ("mobilenet_v2.conv_stem.first_conv.convolution.*", "features.0.0.*"),
            ("mobilenet_v2.conv_stem.first_conv.normalization.*", "features.0.1.*"),
            .. Block("mobilenet_v2.conv_stem", narrow, 1),
            .. Enumerable.Range(0, blocks - 1).SelectMany(block => Block($"mobilenet_v2.layer.{block}", wide, block + 2)),
            ("mobilenet_v2.conv_1x1.convolution.*", $"features.{blocks + 1}.0.*"),
            ("mobilenet_v2.conv_1x1.normalization.*", $"features.{blocks + 1}.1.*"),
            ("classifier.*", "classifier.1.*"),
        ]);
    }

    /// <summary>The names of convolutions and batch norms in turn; the last two are no sequence of their own.</summary>
    private static IEnumerable<(string, string)> Block(string block, string[] names, int index) => names.Select((name, i) =>
        ($"{block}.{name}.*", i < names.Length - 2 ? $"features.{index}.conv.{i / 2}.{i % 2}.*"
            : $"features.{index}.conv.{names.Length / 2 - 1 + i % 2}.*"));
}
