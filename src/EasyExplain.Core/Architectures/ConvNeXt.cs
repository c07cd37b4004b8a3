using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>ConvNeXt (Liu et al. 2022, arXiv 2201.03545): a ResNet with the choices of a Swin transformer, in torchvision's form.</summary>
internal static class ConvNeXt
{
    private const double Eps = 1e-6;

    public static IReadOnlyList<Architecture> Family { get; } =
    [
        Of("convnext_tiny", 96, [3, 3, 9, 3]),
        Of("convnext_small", 96, [3, 3, 27, 3]),
        Of("convnext_base", 128, [3, 3, 27, 3]),
        Of("convnext_large", 192, [3, 3, 27, 3]),
    ];

    /// <summary>Four stages of blocks, each with twice the channels and half the side of the one before it.</summary>
    private static Architecture Of(string name, long channels, int[] depths) =>
        Architecture.Torchvision(name, "classifier.2.weight", (g, classes) =>
        {
            Node x = g.Scope("features", "Sequential", () =>
            {
                Node y = g.Scope("0", "Conv2dNormActivation", () =>
                    g.LayerNorm2d("1", g.Conv2d("0", g.Input, channels, kernel: 4, stride: 4), Eps));
                for (int stage = 0; stage < depths.Length; stage++)
                {
                    y = stage == 0 ? y : Halve(g, $"{2 * stage}", y);
                    y = Stage(g, $"{2 * stage + 1}", y, depths[stage]);
                }
                return y;
            });
            x = g.AdaptiveAvgPool2d("avgpool", x, 1);
            return g.Scope("classifier", "Sequential", () => g.Linear("2", g.Flatten("1", g.LayerNorm2d("0", x, Eps)), classes));
        });

    private static Node Halve(NetworkBuilder g, string name, Node x) =>
        g.Scope(name, "Sequential", () => g.Conv2d("1", g.LayerNorm2d("0", x, Eps), 2 * g.Channels(x), kernel: 2, stride: 2));

    private static Node Stage(NetworkBuilder g, string name, Node x, int depth) =>
        g.Scope(name, "Sequential", () =>
        {
            for (int i = 0; i < depth; i++)
            {
                x = Block(g, $"{i}", x);
            }
            return x;
        });

    /// <summary>
    /// A 7×7 convolution of each channel by itself, then two layers that see one place each, and the way around them (figure 4).
    /// </summary>
    private static Node Block(NetworkBuilder g, string name, Node x) =>
        g.Scope(name, "CNBlock", () =>
        {
            long channels = g.Channels(x);
            Node y = g.Scope("block", "Sequential", () =>
            {
                Node z = g.Conv2d("0", x, channels, kernel: 7, padding: 3, groups: channels);
                z = g.LayerNorm("2", g.Permute("1", z, 0, 2, 3, 1), Eps);
                z = g.GELU("4", g.Linear("3", z, 4 * channels));
                return g.Permute("6", g.Linear("5", z, channels), 0, 3, 1, 2);
            });
            y = g.Call(new LayerScale(new Parameter(g.PathOf("layer_scale"), channels, 1, 1)), y);
            return g.Add(g.StochasticDepth("stochastic_depth", y), x);
        });
}
