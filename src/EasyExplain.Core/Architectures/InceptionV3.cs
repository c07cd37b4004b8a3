using EasyExplain.Networks;
using static EasyExplain.Architectures.GoogLeNet;

namespace EasyExplain.Architectures;

/// <summary>
/// Inception v3 (Szegedy et al. 2015, arXiv 1512.00567, table 1) for 299×299 pixels. The auxiliary classifier serves the training only
/// and is left out.
/// </summary>
/// <remarks>
/// torchvision's weights were trained with <c>transform_input=True</c>, and a file cannot tell. A network of your own that was trained
/// without it, on ImageNet's usual normalisation, wants <c>-Mean 0.47813, 0.436288, 0.3637 -Std 0.104882, 0.100352, 0.10125</c>:
/// these undo it exactly.
/// </remarks>
internal static class InceptionV3
{
    public static IReadOnlyList<Architecture> Family { get; } =
    [
        Architecture.Torchvision("inception_v3", "fc.weight", (g, classes) => Logits(g, TransformInput(g), classes)) with
        {
            Ignores = IsAuxiliary,
        },
    ];

    /// <summary>timm's, which wants other pixels in place of a transformed input: their mean and standard deviation are 0.5.</summary>
    public static IReadOnlyList<Architecture> Timm { get; } =
    [
        Architecture.OfTimm("inception_v3", "fc.weight", side: 299, (g, classes) => Logits(g, g.Input, classes), halves: true) with
        {
            Ignores = IsAuxiliary,
        },
    ];

    private static bool IsAuxiliary(string name) => name.StartsWith("AuxLogits.", StringComparison.Ordinal);

    private static Node Logits(NetworkBuilder g, Node x, long classes)
    {
        x = BasicConv2d(g, "Conv2d_1a_3x3", x, 32, kernel: 3, stride: 2);
        x = BasicConv2d(g, "Conv2d_2a_3x3", x, 32, kernel: 3);
        x = BasicConv2d(g, "Conv2d_2b_3x3", x, 64, kernel: 3, padding: 1);
        x = g.MaxPool2d("maxpool1", x, kernel: 3, stride: 2);
        x = BasicConv2d(g, "Conv2d_3b_1x1", x, 80, kernel: 1);
        x = BasicConv2d(g, "Conv2d_4a_3x3", x, 192, kernel: 3);
        x = g.MaxPool2d("maxpool2", x, kernel: 3, stride: 2);
        x = InceptionA(g, "Mixed_5b", x, pool: 32);
        x = InceptionA(g, "Mixed_5c", x, pool: 64);
        x = InceptionA(g, "Mixed_5d", x, pool: 64);
        x = InceptionB(g, "Mixed_6a", x);
        x = InceptionC(g, "Mixed_6b", x, width: 128);
        x = InceptionC(g, "Mixed_6c", x, width: 160);
        x = InceptionC(g, "Mixed_6d", x, width: 160);
        x = InceptionC(g, "Mixed_6e", x, width: 192);
        x = InceptionD(g, "Mixed_7a", x);
        x = InceptionE(g, "Mixed_7b", x);
        x = InceptionE(g, "Mixed_7c", x);
        x = g.Dropout("dropout", g.AdaptiveAvgPool2d("avgpool", x, 1));
        return g.Linear("fc", g.Flatten(x), classes);
    }

    /// <summary>1×1, 5×5, two 3×3 in a row, and a pool, side by side.</summary>
    private static Node InceptionA(NetworkBuilder g, string name, Node x, long pool) =>
        g.Scope(name, "InceptionA", () =>
        {
            Node one = BasicConv2d(g, "branch1x1", x, 64, kernel: 1);
            Node five = BasicConv2d(g, "branch5x5_1", x, 48, kernel: 1);
            five = BasicConv2d(g, "branch5x5_2", five, 64, kernel: 5, padding: 2);
            Node three = BasicConv2d(g, "branch3x3dbl_1", x, 64, kernel: 1);
            three = BasicConv2d(g, "branch3x3dbl_2", three, 96, kernel: 3, padding: 1);
            three = BasicConv2d(g, "branch3x3dbl_3", three, 96, kernel: 3, padding: 1);
            return g.Concat(one, five, three, Pooled(g, x, pool));
        });

    /// <summary>Half the height and width: 3×3, two 3×3 in a row, and a pool, side by side.</summary>
    private static Node InceptionB(NetworkBuilder g, string name, Node x) =>
        g.Scope(name, "InceptionB", () =>
        {
            Node three = BasicConv2d(g, "branch3x3", x, 384, kernel: 3, stride: 2);
            Node twice = BasicConv2d(g, "branch3x3dbl_1", x, 64, kernel: 1);
            twice = BasicConv2d(g, "branch3x3dbl_2", twice, 96, kernel: 3, padding: 1);
            twice = BasicConv2d(g, "branch3x3dbl_3", twice, 96, kernel: 3, stride: 2);
            return g.Concat(three, twice, g.MaxPool2d(x, kernel: 3, stride: 2));
        });

    /// <summary>1×1, one and two 7×7 taken apart into rows and columns, and a pool, side by side.</summary>
    private static Node InceptionC(NetworkBuilder g, string name, Node x, long width) =>
        g.Scope(name, "InceptionC", () =>
        {
            Node one = BasicConv2d(g, "branch1x1", x, 192, kernel: 1);
            Node seven = BasicConv2d(g, "branch7x7_1", x, width, kernel: 1);
            seven = BasicConv2d(g, "branch7x7_2", seven, width, kernel: (1, 7), padding: (0, 3));
            seven = BasicConv2d(g, "branch7x7_3", seven, 192, kernel: (7, 1), padding: (3, 0));
            Node twice = BasicConv2d(g, "branch7x7dbl_1", x, width, kernel: 1);
            twice = BasicConv2d(g, "branch7x7dbl_2", twice, width, kernel: (7, 1), padding: (3, 0));
            twice = BasicConv2d(g, "branch7x7dbl_3", twice, width, kernel: (1, 7), padding: (0, 3));
            twice = BasicConv2d(g, "branch7x7dbl_4", twice, width, kernel: (7, 1), padding: (3, 0));
            twice = BasicConv2d(g, "branch7x7dbl_5", twice, 192, kernel: (1, 7), padding: (0, 3));
            return g.Concat(one, seven, twice, Pooled(g, x, 192));
        });

    /// <summary>Half the height and width: 3×3, 7×7 taken apart and 3×3, and a pool, side by side.</summary>
    private static Node InceptionD(NetworkBuilder g, string name, Node x) =>
        g.Scope(name, "InceptionD", () =>
        {
            Node three = BasicConv2d(g, "branch3x3_1", x, 192, kernel: 1);
            three = BasicConv2d(g, "branch3x3_2", three, 320, kernel: 3, stride: 2);
            Node seven = BasicConv2d(g, "branch7x7x3_1", x, 192, kernel: 1);
            seven = BasicConv2d(g, "branch7x7x3_2", seven, 192, kernel: (1, 7), padding: (0, 3));
            seven = BasicConv2d(g, "branch7x7x3_3", seven, 192, kernel: (7, 1), padding: (3, 0));
            seven = BasicConv2d(g, "branch7x7x3_4", seven, 192, kernel: 3, stride: 2);
            return g.Concat(three, seven, g.MaxPool2d(x, kernel: 3, stride: 2));
        });

    /// <summary>1×1, 3×3 and two 3×3 whose last is a row beside a column, and a pool, side by side.</summary>
    private static Node InceptionE(NetworkBuilder g, string name, Node x) =>
        g.Scope(name, "InceptionE", () =>
        {
            Node one = BasicConv2d(g, "branch1x1", x, 320, kernel: 1);
            Node three = BasicConv2d(g, "branch3x3_1", x, 384, kernel: 1);
            Node threeRow = BasicConv2d(g, "branch3x3_2a", three, 384, kernel: (1, 3), padding: (0, 1));
            Node threeColumn = BasicConv2d(g, "branch3x3_2b", three, 384, kernel: (3, 1), padding: (1, 0));
            Node twice = BasicConv2d(g, "branch3x3dbl_1", x, 448, kernel: 1);
            twice = BasicConv2d(g, "branch3x3dbl_2", twice, 384, kernel: 3, padding: 1);
            Node twiceRow = BasicConv2d(g, "branch3x3dbl_3a", twice, 384, kernel: (1, 3), padding: (0, 1));
            Node twiceColumn = BasicConv2d(g, "branch3x3dbl_3b", twice, 384, kernel: (3, 1), padding: (1, 0));
            return g.Concat(one, threeRow, threeColumn, twiceRow, twiceColumn, Pooled(g, x, 192));
        });

    private static Node Pooled(NetworkBuilder g, Node x, long channels) =>
        BasicConv2d(g, "branch_pool", g.AvgPool2d(x, kernel: 3, stride: 1, padding: 1), channels, kernel: 1);
}
