using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>MobileNet v3 (Howard et al. 2019, arXiv 1905.02244, tables 1 and 2), with torchvision's ε of 0.001 in batch norms.</summary>
internal static class MobileNetV3
{
    private const double Eps = 0.001;
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
        Of("mobilenet_v3_large", Large, lastFeatures: 1280),
        Of("mobilenet_v3_small", Small, lastFeatures: 1024),
    ];

    /// <summary>A row of the tables: bneck's kernel, exp size, #out, SE, NL and s.</summary>
    private sealed record Row(int Kernel, int Expanded, int Channels, bool Squeezes, Operator Activation, int Stride);

    private static Architecture Of(string name, Row[] table, long lastFeatures) =>
        Architecture.Torchvision(name, "classifier.3.weight", (g, classes) =>
        {
            Node x = g.Scope("features", "Sequential", () => Features(g, table));
            x = g.Flatten(g.AdaptiveAvgPool2d("avgpool", x, 1));
            return g.Scope("classifier", "Sequential", () =>
            {
                x = g.Hardswish("1", g.Linear("0", x, lastFeatures));
                return g.Linear("3", g.Dropout("2", x), classes);
            });
        });

    private static Node Features(NetworkBuilder g, Row[] table)
    {
        int index = 0;
        Node x = g.Conv2dNormActivation($"{index++}", g.Input, 16, kernel: 3, HS, stride: 2, eps: Eps);
        foreach (Row row in table)
        {
            x = InvertedResidual(g, $"{index++}", x, row);
        }
        return g.Conv2dNormActivation($"{index}", x, 6 * g.Channels(x), kernel: 1, HS, eps: Eps);
    }

    /// <summary>
    /// 1×1 to widen, a convolution a channel, squeeze and excitation, 1×1 to narrow, and the way around them where the shape stays.
    /// </summary>
    private static Node InvertedResidual(NetworkBuilder g, string name, Node x, Row row) =>
        g.Scope(name, "InvertedResidual", () =>
        {
            Node y = g.Scope("block", "Sequential", () =>
            {
                int index = 0;
                Node y = row.Expanded == g.Channels(x)
                    ? x
                    : g.Conv2dNormActivation($"{index++}", x, row.Expanded, kernel: 1, row.Activation, eps: Eps);
                y = g.Conv2dNormActivation(
                    $"{index++}", y, row.Expanded, row.Kernel, row.Activation, stride: row.Stride, groups: row.Expanded, eps: Eps);
                y = row.Squeezes
                    ? g.SqueezeExcitation($"{index++}", y, Blocks.MakeDivisible(row.Expanded / 4, 8), new ReLU(), new Hardsigmoid())
                    : y;
                return g.Conv2dNormActivation($"{index}", y, row.Channels, kernel: 1, activation: null, eps: Eps);
            });
            return row.Stride == 1 && g.Channels(x) == row.Channels ? g.Add(x, y) : y;
        });
}
