using EasyExplain.Networks;

namespace EasyExplain.Architectures;

/// <summary>
/// The small ResNet for 32×32 pictures (He et al. 2015, arXiv 1512.03385, section 4.2) with 1×1 convolutions as shortcuts and
/// torchvision's names: the bundled model.
/// </summary>
internal static class CifarResNet
{
    public static IReadOnlyList<Architecture> Family { get; } = [Of("resnet20", depth: 3)];

    private static Architecture Of(string name, int depth) =>
        new(name, "fc.weight", Architecture.Cifar, (g, classes) =>
        {
            Node x = g.Conv2d("conv1", g.Input, 16, kernel: 3, padding: 1, bias: false);
            x = g.BatchNorm2d("bn1", x);
            x = g.ReLU("relu", x);
            x = ResNet.Stage(g, "layer1", x, ResNet.BasicBlock(), 16, depth, stride: 1);
            x = ResNet.Stage(g, "layer2", x, ResNet.BasicBlock(), 32, depth, stride: 2);
            x = ResNet.Stage(g, "layer3", x, ResNet.BasicBlock(), 64, depth, stride: 2);
            x = g.Flatten(g.AdaptiveAvgPool2d("avgpool", x, 1));
            return g.Linear("fc", x, classes);
        });
}
