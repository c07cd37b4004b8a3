using EasyExplain.Checkpoints;
using EasyExplain.Networks;

namespace EasyExplain.Architectures;

/// <summary>VGG (Simonyan and Zisserman 2014, arXiv 1409.1556, table 1, columns A, B, D and E), with and without batch norm.</summary>
internal static class VGG
{
    private const int Pool = 0;

    private static readonly int[] A = [64, Pool, 128, Pool, 256, 256, Pool, 512, 512, Pool, 512, 512, Pool];
    private static readonly int[] B = [64, 64, Pool, 128, 128, Pool, 256, 256, Pool, 512, 512, Pool, 512, 512, Pool];
    private static readonly int[] D = [64, 64, Pool, 128, 128, Pool, 256, 256, 256, Pool, 512, 512, 512, Pool, 512, 512, 512, Pool];

    private static readonly int[] E =
        [64, 64, Pool, 128, 128, Pool, 256, 256, 256, 256, Pool, 512, 512, 512, 512, Pool, 512, 512, 512, 512, Pool];

    public static IReadOnlyList<Architecture> Family { get; } =
    [
        Of("vgg11", A), Of("vgg11_bn", A, batchNorm: true),
        Of("vgg13", B), Of("vgg13_bn", B, batchNorm: true),
        Of("vgg16", D), Of("vgg16_bn", D, batchNorm: true),
        Of("vgg19", E), Of("vgg19_bn", E, batchNorm: true),
    ];

    /// <summary>timm's, in which the fully connected layers are convolutions.</summary>
    public static IReadOnlyList<Architecture> Timm { get; } =
    [
        .. Family.Select(own => Architecture.OfTimm(own.Name, own.Head, side: 224, own.Logits).Named(TimmNames, "head.fc.weight")),
    ];

    private static NameTable TimmNames => new(
        ("pre_logits.fc1.*", "classifier.0.*"),
        ("pre_logits.fc2.*", "classifier.3.*"),
        ("head.fc.*", "classifier.6.*"));

    private static Architecture Of(string name, int[] column, bool batchNorm = false) =>
        Architecture.Torchvision(name, "classifier.6.weight", (g, classes) =>
        {
            Node x = g.Scope("features", "Sequential", () => Features(g, column, batchNorm));
            x = g.Flatten(g.AdaptiveAvgPool2d("avgpool", x, 7));
            return g.Scope("classifier", "Sequential", () =>
            {
                x = g.Dropout("2", g.ReLU("1", g.Linear("0", x, 4096)));
                x = g.Dropout("5", g.ReLU("4", g.Linear("3", x, 4096)));
                return g.Linear("6", x, classes);
            });
        });

    private static Node Features(NetworkBuilder g, int[] column, bool batchNorm)
    {
        Node x = g.Input;
        int index = 0;
        foreach (int channels in column)
        {
            if (channels == Pool)
            {
                x = g.MaxPool2d($"{index++}", x, kernel: 2, stride: 2);
                continue;
            }
            x = g.Conv2d($"{index++}", x, channels, kernel: 3, padding: 1);
            x = batchNorm ? g.BatchNorm2d($"{index++}", x) : x;
            x = g.ReLU($"{index++}", x);
        }
        return x;
    }
}
