using EasyExplain.Networks;

namespace EasyExplain.Architectures;

/// <summary>AlexNet in the version for one GPU (Krizhevsky 2014, arXiv 1404.5997), as torchvision has it.</summary>
internal static class AlexNet
{
    public static IReadOnlyList<Architecture> Family { get; } =
    [
        Architecture.Torchvision("alexnet", "classifier.6.weight", (g, classes) =>
        {
            Node x = g.Scope("features", "Sequential", () => Features(g));
            x = g.Flatten(g.AdaptiveAvgPool2d("avgpool", x, 6));
            return g.Scope("classifier", "Sequential", () =>
            {
                x = g.ReLU("2", g.Linear("1", g.Dropout("0", x), 4096));
                x = g.ReLU("5", g.Linear("4", g.Dropout("3", x), 4096));
                return g.Linear("6", x, classes);
            });
        }),
    ];

    private static Node Features(NetworkBuilder g)
    {
        Node x = g.ReLU("1", g.Conv2d("0", g.Input, 64, kernel: 11, stride: 4, padding: 2));
        x = g.MaxPool2d("2", x, kernel: 3, stride: 2);
        x = g.ReLU("4", g.Conv2d("3", x, 192, kernel: 5, padding: 2));
        x = g.MaxPool2d("5", x, kernel: 3, stride: 2);
        x = g.ReLU("7", g.Conv2d("6", x, 384, kernel: 3, padding: 1));
        x = g.ReLU("9", g.Conv2d("8", x, 256, kernel: 3, padding: 1));
        x = g.ReLU("11", g.Conv2d("10", x, 256, kernel: 3, padding: 1));
        return g.MaxPool2d("12", x, kernel: 3, stride: 2);
    }
}
