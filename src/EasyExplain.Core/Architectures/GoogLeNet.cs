using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>
/// GoogLeNet (Szegedy et al. 2014, arXiv 1409.4842, table 1) with batch norm, and with a 3×3 convolution where the paper has 5×5, as
/// torchvision's weights have it. The auxiliary classifiers serve the training only and are left out.
/// </summary>
/// <remarks>
/// torchvision's weights were trained with <c>transform_input=True</c>, and a file cannot tell. A network of your own that was trained
/// without it, on ImageNet's usual normalisation, wants <c>-Mean 0.47813, 0.436288, 0.3637 -Std 0.104882, 0.100352, 0.10125</c>:
/// these undo it exactly.
/// </remarks>
internal static class GoogLeNet
{
    public static IReadOnlyList<Architecture> Family { get; } =
    [
        Architecture.Torchvision("googlenet", "fc.weight", (g, classes) =>
        {
            Node x = TransformInput(g);
            x = BasicConv2d(g, "conv1", x, 64, kernel: 7, stride: 2, padding: 3);
            x = g.MaxPool2d("maxpool1", x, kernel: 3, stride: 2, ceilMode: true);
            x = BasicConv2d(g, "conv2", x, 64, kernel: 1);
            x = BasicConv2d(g, "conv3", x, 192, kernel: 3, padding: 1);
            x = g.MaxPool2d("maxpool2", x, kernel: 3, stride: 2, ceilMode: true);
            x = Inception(g, "inception3a", x, 64, 96, 128, 16, 32, 32);
            x = Inception(g, "inception3b", x, 128, 128, 192, 32, 96, 64);
            x = g.MaxPool2d("maxpool3", x, kernel: 3, stride: 2, ceilMode: true);
            x = Inception(g, "inception4a", x, 192, 96, 208, 16, 48, 64);
            x = Inception(g, "inception4b", x, 160, 112, 224, 24, 64, 64);
            x = Inception(g, "inception4c", x, 128, 128, 256, 24, 64, 64);
            x = Inception(g, "inception4d", x, 112, 144, 288, 32, 64, 64);
            x = Inception(g, "inception4e", x, 256, 160, 320, 32, 128, 128);
            x = g.MaxPool2d("maxpool4", x, kernel: 2, stride: 2, ceilMode: true);
            x = Inception(g, "inception5a", x, 256, 160, 320, 32, 128, 128);
            x = Inception(g, "inception5b", x, 384, 192, 384, 48, 128, 128);
            x = g.Flatten(g.AdaptiveAvgPool2d("avgpool", x, 1));
            return g.Linear("fc", g.Dropout("dropout", x), classes);
        }) with
        {
            Ignores = name => name.StartsWith("aux1.", StringComparison.Ordinal) || name.StartsWith("aux2.", StringComparison.Ordinal),
        },
    ];

    /// <summary>From ImageNet's normalisation to (x − 0.5) / 0.5, which the weights that were ported from TensorFlow want.</summary>
    internal static Node TransformInput(NetworkBuilder g)
    {
        var (mean, std) = (Architecture.ImageNet.Mean, Architecture.ImageNet.Std);
        return g.Call(new ChannelAffine([.. std.Select(s => s / 0.5)], [.. mean.Select(m => (m - 0.5) / 0.5)]), g.Input);
    }

    /// <summary>Convolution, batch norm, ReLU.</summary>
    internal static Node BasicConv2d(NetworkBuilder g, string name, Node x, long channels, Extent kernel, long stride = 1,
        Extent padding = default) =>
        g.Scope(name, "BasicConv2d", () =>
        {
            Node y = g.Conv2d("conv", x, channels, kernel, stride, padding, bias: false);
            return g.ReLU(g.BatchNorm2d("bn", y, eps: 0.001));
        });

    /// <summary>Four ways side by side; the numbers are the columns of the paper's table, from #1×1 to pool proj.</summary>
    private static Node Inception(NetworkBuilder g, string name, Node x, long one, long reduce3, long three, long reduce5, long five,
        long pool) =>
        g.Scope(name, "Inception", () => g.Concat(
            BasicConv2d(g, "branch1", x, one, kernel: 1),
            g.Scope("branch2", "Sequential", () =>
                BasicConv2d(g, "1", BasicConv2d(g, "0", x, reduce3, kernel: 1), three, kernel: 3, padding: 1)),
            g.Scope("branch3", "Sequential", () =>
                BasicConv2d(g, "1", BasicConv2d(g, "0", x, reduce5, kernel: 1), five, kernel: 3, padding: 1)),
            g.Scope("branch4", "Sequential", () =>
                BasicConv2d(g, "1", g.MaxPool2d("0", x, kernel: 3, stride: 1, padding: 1), pool, kernel: 1))));
}
