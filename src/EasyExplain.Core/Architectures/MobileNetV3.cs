using EasyExplain.Checkpoints;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>MobileNet v3 (Howard et al. 2019, arXiv 1905.02244, tables 1 and 2).</summary>
internal static class MobileNetV3
{
    private const bool SE = true;
    private const bool No = false;

    private static readonly ReLU RE = new();
    private static readonly Hardswish HS = new();

    private static readonly Row[] Large =
    [
        new(3, 16, 16, No, RE, 1),
        new(3, 64, 24, No, RE, 2),
        new(3, 72, 24, No, RE, 1),
        new(5, 72, 40, SE, RE, 2),
        new(5, 120, 40, SE, RE, 1),
        new(5, 120, 40, SE, RE, 1),
        new(3, 240, 80, No, HS, 2),
        new(3, 200, 80, No, HS, 1),
        new(3, 184, 80, No, HS, 1),
        new(3, 184, 80, No, HS, 1),
        new(3, 480, 112, SE, HS, 1),
        new(3, 672, 112, SE, HS, 1),
        new(5, 672, 160, SE, HS, 2),
        new(5, 960, 160, SE, HS, 1),
        new(5, 960, 160, SE, HS, 1),
    ];

    private static readonly Row[] Small =
    [
        new(3, 16, 16, SE, RE, 2),
        new(3, 72, 24, No, RE, 2),
        new(3, 88, 24, No, RE, 1),
        new(5, 96, 40, SE, HS, 2),
        new(5, 240, 40, SE, HS, 1),
        new(5, 240, 40, SE, HS, 1),
        new(5, 120, 48, SE, HS, 1),
        new(5, 144, 48, SE, HS, 1),
        new(5, 288, 96, SE, HS, 2),
        new(5, 576, 96, SE, HS, 1),
        new(5, 576, 96, SE, HS, 1),
    ];

    public static IReadOnlyList<Architecture> Family { get; } =
    [
        Torchvision("mobilenet_v3_large", Large, lastFeatures: 1280),
        Torchvision("mobilenet_v3_small", Small, lastFeatures: 1024),
    ];

    /// <summary>timm's, and with tf_ before it those whose weights come from TensorFlow.</summary>
    public static IReadOnlyList<Architecture> Timm { get; } =
    [
        .. OfTimm("mobilenetv3_large_075", Scaled(Large, 0.75), lastFeatures: 1280),
        .. OfTimm("mobilenetv3_large_100", Large, lastFeatures: 1280),
        .. OfTimm("mobilenetv3_small_050", Scaled(Small, 0.5), lastFeatures: 1024),
        .. OfTimm("mobilenetv3_small_075", Scaled(Small, 0.75), lastFeatures: 1024),
        .. OfTimm("mobilenetv3_small_100", Small, lastFeatures: 1024),
    ];

    private static Style Torch => new(Same: false, Eps: 0.001);

    /// <summary>A row of the tables: bneck's kernel, exp size, #out, SE, NL and s.</summary>
    private sealed record Row(int Kernel, long Expanded, long Channels, bool Squeezes, Operator Activation, int Stride);

    /// <summary>The zeros around pictures, TensorFlow's or not, and the batch norms' ε, of which state dicts do not tell.</summary>
    private sealed record Style(bool Same, double Eps);

    private static Architecture Torchvision(string name, Row[] table, long lastFeatures) => Architecture.Torchvision(
        name, "classifier.3.weight", (g, classes) => Logits(g, table, lastFeatures, Torch, classes));

    private static IEnumerable<Architecture> OfTimm(string name, Row[] table, long lastFeatures) =>
        new[] { (Name: name, Style: Torch with { Eps = 1e-5 }), (Name: "tf_" + name, Style: Torch with { Same = true }) }.Select(one =>
            Architecture.OfTimm(one.Name, "classifier.3.weight", side: 224, (g, classes) =>
                Logits(g, table, lastFeatures, one.Style, classes)).Named(TimmNames(table), "classifier.weight"));

    /// <summary>The table with its channels times <paramref name="width"/>, in whole eights; blocks widen as much as before.</summary>
    private static Row[] Scaled(Row[] table, double width)
    {
        long Of(long channels) => Blocks.MakeDivisible(channels * width, 8);
        return
        [
            table[0] with { Channels = Of(table[0].Channels) }, // what comes before it stays
            .. table.Skip(1).Zip(table, (row, before) => row with
            {
                Channels = Of(row.Channels),
                Expanded = Blocks.MakeDivisible((double)row.Expanded / before.Channels * Of(before.Channels), 8),
            }),
        ];
    }

    private static Node Logits(NetworkBuilder g, Row[] table, long lastFeatures, Style style, long classes)
    {
        Node x = g.Scope("features", "Sequential", () => Features(g, table, style));
        x = g.Flatten(g.AdaptiveAvgPool2d("avgpool", x, 1));
        return g.Scope("classifier", "Sequential", () =>
        {
            x = g.Hardswish("1", g.Linear("0", x, lastFeatures));
            return g.Linear("3", g.Dropout("2", x), classes);
        });
    }

    private static Node Features(NetworkBuilder g, Row[] table, Style style)
    {
        int index = 0;
        Node x = g.Conv2dNormActivation($"{index++}", g.Input, 16, kernel: 3, HS, stride: 2, eps: style.Eps, same: style.Same);
        foreach (Row row in table)
        {
            x = InvertedResidual(g, $"{index++}", x, row, style);
        }
        return g.Conv2dNormActivation($"{index}", x, 6 * g.Channels(x), kernel: 1, HS, eps: style.Eps);
    }

    /// <summary>
    /// 1×1 to widen, a convolution a channel, squeeze and excitation, 1×1 to narrow, and the way around them where the shape stays.
    /// </summary>
    private static Node InvertedResidual(NetworkBuilder g, string name, Node x, Row row, Style style) =>
        g.Scope(name, "InvertedResidual", () =>
        {
            Node y = g.Scope("block", "Sequential", () =>
            {
                int index = 0;
                (bool same, double eps) = style;
                Node y = row.Expanded == g.Channels(x)
                    ? x
                    : g.Conv2dNormActivation($"{index++}", x, row.Expanded, kernel: 1, row.Activation, eps: eps);
                y = g.Conv2dNormActivation($"{index++}", y, row.Expanded, row.Kernel, row.Activation, stride: row.Stride,
                    groups: row.Expanded, eps: eps, same: same);
                y = row.Squeezes
                    ? g.SqueezeExcitation($"{index++}", y, Blocks.MakeDivisible(row.Expanded / 4, 8), new ReLU(), new Hardsigmoid())
                    : y;
                return g.Conv2dNormActivation($"{index}", y, row.Channels, kernel: 1, activation: null, eps: eps);
            });
            return row.Stride == 1 && g.Channels(x) == row.Channels ? g.Add(x, y) : y;
        });

    /// <summary>timm numbers blocks by stages of one width, the last convolution of the features among them.</summary>
    private static NameTable TimmNames(Row[] table)
    {
        var rows = new List<(string, string)> { ("conv_stem.*", "features.0.0.*"), ("bn1.*", "features.0.1.*") };
        int stage = -1, block = 0;
        for (int i = 0; i < table.Length; i++)
        {
            (stage, block) = i == 0 || table[i].Channels != table[i - 1].Channels ? (stage + 1, 0) : (stage, block + 1);
            string timms = $"blocks.{stage}.{block}", own = $"features.{i + 1}.block";
            bool expands = i > 0; // the first block of both tables does not
            int index = 0;
            if (expands)
            {
                rows.AddRange([($"{timms}.conv_pw.*", $"{own}.0.0.*"), ($"{timms}.bn1.*", $"{own}.0.1.*")]);
                index++;
            }
            rows.AddRange([($"{timms}.conv_dw.*", $"{own}.{index}.0.*"), ($"{timms}.bn{index + 1}.*", $"{own}.{index}.1.*")]);
            if (table[i].Squeezes)
            {
                index++;
                rows.Add(($"{timms}.se.conv_reduce.*", $"{own}.{index}.fc1.*"));
                rows.Add(($"{timms}.se.conv_expand.*", $"{own}.{index}.fc2.*"));
            }
            index++;
            rows.AddRange(
            [
                ($"{timms}.conv_pw{(expands ? "l" : "")}.*", $"{own}.{index}.0.*"),
                ($"{timms}.bn{(expands ? 3 : 2)}.*", $"{own}.{index}.1.*"),
            ]);
        }
        return new(
        [
            .. rows,
            ($"blocks.{stage + 1}.0.conv.*", $"features.{table.Length + 1}.0.*"),
            ($"blocks.{stage + 1}.0.bn1.*", $"features.{table.Length + 1}.1.*"),
            ("conv_head.*", "classifier.0.*"),
            ("classifier.*", "classifier.3.*"),
        ]);
    }
}
