using EasyExplain.Checkpoints;
using EasyExplain.Models.Folders;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>
/// ResNet (He et al. 2015, arXiv 1512.03385, table 1), ResNeXt (Xie et al. 2016, arXiv 1611.05431) and Wide ResNet (Zagoruyko and
/// Komodakis 2016, arXiv 1605.07146), with torchvision's names and its stride in the 3×3 convolution; timm's variants of them (He et al.
/// 2018, arXiv 1812.01187, figure 2) and with squeeze and excitation.
/// </summary>
internal static class ResNet
{
    public static IReadOnlyList<Architecture> Family { get; } =
    [
        Torchvision("resnet18", BasicBlock(), [2, 2, 2, 2]),
        Torchvision("resnet34", BasicBlock(), [3, 4, 6, 3]),
        Torchvision("resnet50", Bottleneck(), [3, 4, 6, 3]),
        Torchvision("resnet101", Bottleneck(), [3, 4, 23, 3]),
        Torchvision("resnet152", Bottleneck(), [3, 8, 36, 3]),
        Torchvision("resnext50_32x4d", Bottleneck(groups: 32, groupWidth: 4), [3, 4, 6, 3]),
        Torchvision("resnext101_32x8d", Bottleneck(groups: 32, groupWidth: 8), [3, 4, 23, 3]),
        Torchvision("resnext101_64x4d", Bottleneck(groups: 64, groupWidth: 4), [3, 4, 23, 3]),
        Torchvision("wide_resnet50_2", Bottleneck(groupWidth: 128), [3, 4, 6, 3]),
        Torchvision("wide_resnet101_2", Bottleneck(groupWidth: 128), [3, 4, 23, 3]),
    ];

    /// <summary>
    /// timm's. With a d three small convolutions come first and a mean stands in the shortcut, with a t the first of them is narrower.
    /// </summary>
    public static IReadOnlyList<Architecture> Timm { get; } =
    [
        OfTimm("resnet10t", BasicBlock(averages: true), [1, 1, 1, 1], T),
        OfTimm("resnet14t", Bottleneck(averages: true), [1, 1, 1, 1], T),
        OfTimm("resnet18", BasicBlock(), [2, 2, 2, 2]),
        OfTimm("resnet18d", BasicBlock(averages: true), [2, 2, 2, 2], D),
        OfTimm("resnet26", Bottleneck(), [2, 2, 2, 2]),
        OfTimm("resnet26t", Bottleneck(averages: true), [2, 2, 2, 2], T),
        OfTimm("resnet26d", Bottleneck(averages: true), [2, 2, 2, 2], D),
        OfTimm("resnet34", BasicBlock(), [3, 4, 6, 3]),
        OfTimm("resnet34d", BasicBlock(averages: true), [3, 4, 6, 3], D),
        OfTimm("resnet50", Bottleneck(), [3, 4, 6, 3]),
        OfTimm("resnet50c", Bottleneck(), [3, 4, 6, 3], D),
        OfTimm("resnet50d", Bottleneck(averages: true), [3, 4, 6, 3], D),
        OfTimm("resnet50t", Bottleneck(averages: true), [3, 4, 6, 3], T),
        OfTimm("resnet50s", Bottleneck(), [3, 4, 6, 3], S),
        OfTimm("resnet101", Bottleneck(), [3, 4, 23, 3]),
        OfTimm("resnet101c", Bottleneck(), [3, 4, 23, 3], D),
        OfTimm("resnet101d", Bottleneck(averages: true), [3, 4, 23, 3], D),
        OfTimm("resnet101s", Bottleneck(), [3, 4, 23, 3], S),
        OfTimm("resnet152", Bottleneck(), [3, 8, 36, 3]),
        OfTimm("resnet152c", Bottleneck(), [3, 8, 36, 3], D),
        OfTimm("resnet152d", Bottleneck(averages: true), [3, 8, 36, 3], D),
        OfTimm("resnet152s", Bottleneck(), [3, 8, 36, 3], S),
        OfTimm("resnet200", Bottleneck(), [3, 24, 36, 3]),
        OfTimm("resnet200d", Bottleneck(averages: true), [3, 24, 36, 3], D),
        OfTimm("wide_resnet50_2", Bottleneck(groupWidth: 128), [3, 4, 6, 3]),
        OfTimm("wide_resnet101_2", Bottleneck(groupWidth: 128), [3, 4, 23, 3]),
        OfTimm("resnext50_32x4d", Bottleneck(groups: 32, groupWidth: 4), [3, 4, 6, 3]),
        OfTimm("resnext50d_32x4d", Bottleneck(averages: true, groups: 32, groupWidth: 4), [3, 4, 6, 3], D),
        OfTimm("resnext101_32x4d", Bottleneck(groups: 32, groupWidth: 4), [3, 4, 23, 3]),
        OfTimm("resnext101_32x8d", Bottleneck(groups: 32, groupWidth: 8), [3, 4, 23, 3]),
        OfTimm("resnext101_32x16d", Bottleneck(groups: 32, groupWidth: 16), [3, 4, 23, 3]),
        OfTimm("resnext101_32x32d", Bottleneck(groups: 32, groupWidth: 32), [3, 4, 23, 3]),
        OfTimm("resnext101_64x4d", Bottleneck(groups: 64, groupWidth: 4), [3, 4, 23, 3]),
        OfTimm("seresnet18", BasicBlock(squeeze: 16), [2, 2, 2, 2]),
        OfTimm("seresnet34", BasicBlock(squeeze: 16), [3, 4, 6, 3]),
        OfTimm("seresnet50", Bottleneck(squeeze: 16), [3, 4, 6, 3]),
        OfTimm("seresnet50t", Bottleneck(averages: true, squeeze: 16), [3, 4, 6, 3], T),
        OfTimm("seresnet101", Bottleneck(squeeze: 16), [3, 4, 23, 3]),
        OfTimm("seresnet152", Bottleneck(squeeze: 16), [3, 8, 36, 3]),
        OfTimm("seresnet152d", Bottleneck(averages: true, squeeze: 16), [3, 8, 36, 3], D),
        OfTimm("seresnet200d", Bottleneck(averages: true, squeeze: 16), [3, 24, 36, 3], D),
        OfTimm("seresnet269d", Bottleneck(averages: true, squeeze: 16), [3, 30, 48, 8], D),
        OfTimm("seresnext26d_32x4d", Bottleneck(averages: true, groups: 32, groupWidth: 4, squeeze: 16), [2, 2, 2, 2], D),
        OfTimm("seresnext26t_32x4d", Bottleneck(averages: true, groups: 32, groupWidth: 4, squeeze: 16), [2, 2, 2, 2], T),
        OfTimm("seresnext50_32x4d", Bottleneck(groups: 32, groupWidth: 4, squeeze: 16), [3, 4, 6, 3]),
        OfTimm("seresnext101_32x4d", Bottleneck(groups: 32, groupWidth: 4, squeeze: 16), [3, 4, 23, 3]),
        OfTimm("seresnext101_32x8d", Bottleneck(groups: 32, groupWidth: 8, squeeze: 16), [3, 4, 23, 3]),
        OfTimm("seresnext101d_32x8d", Bottleneck(averages: true, groups: 32, groupWidth: 8, squeeze: 16), [3, 4, 23, 3], D),
        OfTimm("seresnext101_64x4d", Bottleneck(groups: 64, groupWidth: 4, squeeze: 16), [3, 4, 23, 3]),
        OfTimm("resnetrs50", Bottleneck(averages: true, squeeze: 4), [3, 4, 6, 3], RS),
        OfTimm("resnetrs101", Bottleneck(averages: true, squeeze: 4), [3, 4, 23, 3], RS),
        OfTimm("resnetrs152", Bottleneck(averages: true, squeeze: 4), [3, 8, 36, 3], RS),
        OfTimm("resnetrs200", Bottleneck(averages: true, squeeze: 4), [3, 24, 36, 3], RS),
    ];

    // Names that transformers has, version 4 and 5.
    private static readonly NameTable OfTransformersNames = new(
        ("resnet.embedder.embedder.convolution.*", "conv1.*"),
        ("resnet.embedder.embedder.normalization.*", "bn1.*"),
        ("resnet.encoder.stages.#.layers.#.shortcut.convolution.*", "layer#+1.#.downsample.0.*"),
        ("resnet.encoder.stages.#.layers.#.shortcut.normalization.*", "layer#+1.#.downsample.1.*"),
        ("resnet.encoder.stages.#.layers.#.layer.#.convolution.*", "layer#+1.#.conv#+1.*"),
        ("resnet.encoder.stages.#.layers.#.layer.#.normalization.*", "layer#+1.#.bn#+1.*"),
        ("classifier.1.*", "fc.*"));

    private static Stem D => new(32, 32, 64);

    private static Stem T => D with { First = 24 };

    private static Stem S => new(64, 64, 128);

    private static Stem RS => D with { Pools = false };

    /// <summary>A residual block: reads <c>x</c>, works in <c>planes</c> channels, steps by <c>stride</c>.</summary>
    internal delegate Node Block(NetworkBuilder g, string name, Node x, long planes, long stride);

    /// <summary>Three small convolutions in place of the large one; without a pool one more steps.</summary>
    internal sealed record Stem(long First, long Second, long Last, bool Pools = true);

    /// <summary>ResNetForImageClassification of transformers.</summary>
    public static Architecture OfTransformers(ConfigValues config)
    {
        config.Demand("hidden_act", "relu");
        config.Demand("downsample_in_bottleneck", false);
        bool isBasic = config.Text("layer_type", "bottleneck") == "basic";
        long first = config.Whole("embedding_size", 64), stride = config.Flag("downsample_in_first_stage", false) ? 2 : 1;
        (long Planes, int Depth)[] stages =
        [
            .. config.Stages("hidden_sizes", [256, 512, 1024, 2048], "depths", [3, 4, 6, 3])
                .Select(stage => (isBasic ? stage.Width : stage.Width / 4, stage.Depth)),
        ];
        Block block = isBasic ? BasicBlock() : Bottleneck();
        return new Architecture("ResNetForImageClassification", "fc.weight", Architecture.ImageNet, (g, classes) =>
            Logits(g, Large(g, first), block, stages, stride, classes)).Named(OfTransformersNames, "classifier.1.weight");
    }

    private static Architecture Torchvision(string name, Block block, int[] depths) => Architecture.Torchvision(name, "fc.weight",
        (g, classes) => Logits(g, Large(g, 64), block, Stages(depths), stride: 1, classes));

    private static Architecture OfTimm(string name, Block block, int[] depths, Stem? stem = null) => Architecture.OfTimm(name, "fc.weight",
        side: 224, (g, classes) => Logits(g, stem is null ? Large(g, 64) : Small(g, stem), block, Stages(depths), stride: 1, classes));

    private static (long Planes, int Depth)[] Stages(int[] depths) => [.. depths.Select((depth, i) => (64L << i, depth))];

    private static Node Logits(NetworkBuilder g, Node x, Block block, (long Planes, int Depth)[] stages, long stride, long classes)
    {
        for (int i = 0; i < stages.Length; i++)
        {
            x = Stage(g, $"layer{i + 1}", x, block, stages[i].Planes, stages[i].Depth, i == 0 ? stride : 2);
        }
        x = g.Flatten(g.AdaptiveAvgPool2d("avgpool", x, 1));
        return g.Linear("fc", x, classes);
    }

    /// <summary>7×7 and a pool.</summary>
    private static Node Large(NetworkBuilder g, long channels)
    {
        Node x = g.Conv2d("conv1", g.Input, channels, kernel: 7, stride: 2, padding: 3, bias: false);
        x = g.ReLU("relu", g.BatchNorm2d("bn1", x));
        return g.MaxPool2d("maxpool", x, kernel: 3, stride: 2, padding: 1);
    }

    /// <summary>Three times 3×3, and a pool or a fourth.</summary>
    private static Node Small(NetworkBuilder g, Stem stem)
    {
        Node x = g.Scope("conv1", "Sequential", () =>
        {
            Node y = g.Conv2d("0", g.Input, stem.First, kernel: 3, stride: 2, padding: 1, bias: false);
            y = g.Conv2d("3", g.ReLU("2", g.BatchNorm2d("1", y)), stem.Second, kernel: 3, padding: 1, bias: false);
            return g.Conv2d("6", g.ReLU("5", g.BatchNorm2d("4", y)), stem.Last, kernel: 3, padding: 1, bias: false);
        });
        x = g.ReLU("relu", g.BatchNorm2d("bn1", x));
        return stem.Pools
            ? g.MaxPool2d("maxpool", x, kernel: 3, stride: 2, padding: 1)
            : g.Scope("maxpool", "Sequential", () => g.ReLU("2", g.BatchNorm2d("1",
                g.Conv2d("0", x, stem.Last, kernel: 3, stride: 2, padding: 1, bias: false))));
    }

    /// <summary>Blocks one after the other; the first one steps.</summary>
    internal static Node Stage(NetworkBuilder g, string name, Node x, Block block, long planes, int depth, long stride) =>
        g.Scope(name, "Sequential", () =>
        {
            for (int i = 0; i < depth; i++)
            {
                x = block(g, $"{i}", x, planes, i == 0 ? stride : 1);
            }
            return x;
        });

    /// <summary>Two 3×3 convolutions and the way around them.</summary>
    /// <param name="averages">Whether the shortcut takes means where it steps.</param>
    /// <param name="squeeze">The part of the channels that squeeze and excitation is made of; 0 for none.</param>
    internal static Block BasicBlock(bool averages = false, int squeeze = 0) => (g, name, x, planes, stride) =>
        g.Scope(name, "BasicBlock", () =>
        {
            Node y = g.Conv2d("conv1", x, planes, kernel: 3, stride: stride, padding: 1, bias: false);
            y = g.ReLU("relu", g.BatchNorm2d("bn1", y));
            y = g.Conv2d("conv2", y, planes, kernel: 3, padding: 1, bias: false);
            y = Squeezed(g, g.BatchNorm2d("bn2", y), squeeze);
            return g.ReLU("relu", g.Add(y, Shortcut(g, x, planes, stride, averages)));
        });

    /// <summary>1×1 to narrow, 3×3 (in groups for ResNeXt), 1×1 to four times the planes, and the way around them.</summary>
    private static Block Bottleneck(bool averages = false, long groups = 1, long groupWidth = 64, int squeeze = 0) =>
        (g, name, x, planes, stride) => g.Scope(name, "Bottleneck", () =>
        {
            long width = planes * groupWidth / 64 * groups;
            Node y = g.Conv2d("conv1", x, width, kernel: 1, bias: false);
            y = g.ReLU("relu", g.BatchNorm2d("bn1", y));
            y = g.Conv2d("conv2", y, width, kernel: 3, stride: stride, padding: 1, groups: groups, bias: false);
            y = g.ReLU("relu", g.BatchNorm2d("bn2", y));
            y = g.Conv2d("conv3", y, 4 * planes, kernel: 1, bias: false);
            y = Squeezed(g, g.BatchNorm2d("bn3", y), squeeze);
            return g.ReLU("relu", g.Add(y, Shortcut(g, x, 4 * planes, stride, averages)));
        });

    private static Node Squeezed(NetworkBuilder g, Node x, int part) =>
        part == 0 ? x : g.SqueezeExcitation("se", x, Blocks.MakeDivisible(g.Channels(x) / part, 8), new ReLU(), new Sigmoid());

    /// <summary>
    /// The input itself, or a 1×1 convolution of it where the shape changes: one that steps, or one of the means of four neighbours.
    /// </summary>
    private static Node Shortcut(NetworkBuilder g, Node x, long channels, long stride, bool averages)
    {
        if (stride == 1 && g.Channels(x) == channels)
        {
            return x;
        }
        return g.Scope("downsample", "Sequential", () =>
        {
            if (!averages)
            {
                return g.BatchNorm2d("1", g.Conv2d("0", x, channels, kernel: 1, stride: stride, bias: false));
            }
            // Where an odd side ends, the mean is of what there is.
            Node y = stride == 1 ? x : g.Add("0", new AvgPool2d(2, stride, 0) { CeilMode = true, CountIncludePad = false }, x);
            return g.BatchNorm2d("2", g.Conv2d("1", y, channels, kernel: 1, bias: false));
        });
    }
}
