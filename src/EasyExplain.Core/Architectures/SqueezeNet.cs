using EasyExplain.Networks;

namespace EasyExplain.Architectures;

/// <summary>
/// SqueezeNet 1.0 (Iandola et al. 2016, arXiv 1602.07360, table 1) and the authors' 1.1, which pools earlier. Its last convolution
/// makes a map of every class; their means are the logits.
/// </summary>
internal static class SqueezeNet
{
    public static IReadOnlyList<Architecture> Family { get; } =
    [
        Of("squeezenet1_0", g =>
        {
            Node x = g.ReLU("1", g.Conv2d("0", g.Input, 96, kernel: 7, stride: 2));
            x = Pool(g, "2", x);
            x = Fire(g, "3", x, squeeze: 16, expand: 64);
            x = Fire(g, "4", x, squeeze: 16, expand: 64);
            x = Fire(g, "5", x, squeeze: 32, expand: 128);
            x = Pool(g, "6", x);
            x = Fire(g, "7", x, squeeze: 32, expand: 128);
            x = Fire(g, "8", x, squeeze: 48, expand: 192);
            x = Fire(g, "9", x, squeeze: 48, expand: 192);
            x = Fire(g, "10", x, squeeze: 64, expand: 256);
            x = Pool(g, "11", x);
            return Fire(g, "12", x, squeeze: 64, expand: 256);
        }),
        Of("squeezenet1_1", g =>
        {
            Node x = g.ReLU("1", g.Conv2d("0", g.Input, 64, kernel: 3, stride: 2));
            x = Pool(g, "2", x);
            x = Fire(g, "3", x, squeeze: 16, expand: 64);
            x = Fire(g, "4", x, squeeze: 16, expand: 64);
            x = Pool(g, "5", x);
            x = Fire(g, "6", x, squeeze: 32, expand: 128);
            x = Fire(g, "7", x, squeeze: 32, expand: 128);
            x = Pool(g, "8", x);
            x = Fire(g, "9", x, squeeze: 48, expand: 192);
            x = Fire(g, "10", x, squeeze: 48, expand: 192);
            x = Fire(g, "11", x, squeeze: 64, expand: 256);
            return Fire(g, "12", x, squeeze: 64, expand: 256);
        }),
    ];

    private static Architecture Of(string name, Func<NetworkBuilder, Node> features) =>
        Architecture.Torchvision(name, "classifier.1.weight", (g, classes) =>
        {
            Node x = g.Scope("features", "Sequential", () => features(g));
            x = g.Scope("classifier", "Sequential", () =>
            {
                x = g.Conv2d("1", g.Dropout("0", x), classes, kernel: 1);
                return g.AdaptiveAvgPool2d("3", g.ReLU("2", x), 1);
            });
            return g.Flatten(x);
        });

    private static Node Pool(NetworkBuilder g, string name, Node x) => g.MaxPool2d(name, x, kernel: 3, stride: 2, ceilMode: true);

    /// <summary>1×1 to squeeze, then 1×1 and 3×3 side by side to expand.</summary>
    private static Node Fire(NetworkBuilder g, string name, Node x, long squeeze, long expand) =>
        g.Scope(name, "Fire", () =>
        {
            Node y = g.ReLU("squeeze_activation", g.Conv2d("squeeze", x, squeeze, kernel: 1));
            return g.Concat(
                g.ReLU("expand1x1_activation", g.Conv2d("expand1x1", y, expand, kernel: 1)),
                g.ReLU("expand3x3_activation", g.Conv2d("expand3x3", y, expand, kernel: 3, padding: 1)));
        });
}
