using System.Text.RegularExpressions;
using EasyExplain.Networks;

namespace EasyExplain.Architectures;

/// <summary>
/// DenseNet-BC (Huang et al. 2016, arXiv 1608.06993, table 1): every layer reads what all layers before it in the block made.
/// </summary>
/// <remarks>
/// The last ReLU has no name. torchvision runs it in place on the output of <c>features</c>, so that is what <c>features</c> stands for
/// in torch-cam, and here; <c>features.norm5</c> is what comes before it.
/// </remarks>
internal static partial class DenseNet
{
    public static IReadOnlyList<Architecture> Family { get; } =
    [
        Of("densenet121", stem: 64, growth: 32, [6, 12, 24, 16]),
        Of("densenet161", stem: 96, growth: 48, [6, 12, 36, 24]),
        Of("densenet169", stem: 64, growth: 32, [6, 12, 32, 32]),
        Of("densenet201", stem: 64, growth: 32, [6, 12, 48, 32]),
    ];

    /// <summary>timm's, which are the same.</summary>
    public static IReadOnlyList<Architecture> Timm { get; } =
        [.. Family.Select(own => Architecture.OfTimm(own.Name, own.Head, side: 224, own.Logits) with { CurrentName = own.CurrentName })];

    private static Architecture Of(string name, long stem, long growth, int[] depths) =>
        Architecture.Torchvision(name, "classifier.weight", (g, classes) =>
        {
            Node x = g.Scope("features", "Sequential", () => Features(g, stem, growth, depths));
            x = g.Flatten(g.AdaptiveAvgPool2d(x, 1));
            return g.Linear("classifier", x, classes);
        }) with
        {
            CurrentName = old => OldName().Replace(old, "$1"),
        };

    private static Node Features(NetworkBuilder g, long stem, long growth, int[] depths)
    {
        Node x = g.Conv2d("conv0", g.Input, stem, kernel: 7, stride: 2, padding: 3, bias: false);
        x = g.ReLU("relu0", g.BatchNorm2d("norm0", x));
        x = g.MaxPool2d("pool0", x, kernel: 3, stride: 2, padding: 1);
        x = DenseBlock(g, "denseblock1", x, depths[0], growth);
        x = Transition(g, "transition1", x);
        x = DenseBlock(g, "denseblock2", x, depths[1], growth);
        x = Transition(g, "transition2", x);
        x = DenseBlock(g, "denseblock3", x, depths[2], growth);
        x = Transition(g, "transition3", x);
        x = DenseBlock(g, "denseblock4", x, depths[3], growth);
        return g.ReLU(g.BatchNorm2d("norm5", x));
    }

    private static Node DenseBlock(NetworkBuilder g, string name, Node x, int depth, long growth) =>
        g.Scope(name, "_DenseBlock", () =>
        {
            for (int i = 1; i <= depth; i++)
            {
                x = g.Concat(x, DenseLayer(g, $"denselayer{i}", x, growth));
            }
            return x;
        });

    /// <summary>Batch norm, ReLU, 1×1 to four times the growth; batch norm, ReLU, 3×3 to the growth.</summary>
    private static Node DenseLayer(NetworkBuilder g, string name, Node x, long growth) =>
        g.Scope(name, "_DenseLayer", () =>
        {
            Node y = g.ReLU("relu1", g.BatchNorm2d("norm1", x));
            y = g.Conv2d("conv1", y, 4 * growth, kernel: 1, bias: false);
            y = g.ReLU("relu2", g.BatchNorm2d("norm2", y));
            return g.Conv2d("conv2", y, growth, kernel: 3, padding: 1, bias: false);
        });

    /// <summary>Half the channels, half the height and width.</summary>
    private static Node Transition(NetworkBuilder g, string name, Node x) =>
        g.Scope(name, "_Transition", () =>
        {
            Node y = g.ReLU("relu", g.BatchNorm2d("norm", x));
            y = g.Conv2d("conv", y, g.Channels(x) / 2, kernel: 1, bias: false);
            return g.AvgPool2d("pool", y, kernel: 2, stride: 2);
        });

    // torchvision's own files were written when a module's name could hold a dot: norm.1 is norm1 today.
    [GeneratedRegex(@"(\.denselayer[0-9]+\.(?:norm|conv))\.(?=[12]\.)")]
    private static partial Regex OldName();
}
