using EasyExplain.Checkpoints;
using EasyExplain.Models.Folders;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Architectures;

/// <summary>
/// ResNet v2 (He et al. 2016, arXiv 1603.05027), whose norms come first; and BiT (Kolesnikov et al. 2019, arXiv 1912.11370), with group
/// norms and standardised weights (Qiao et al. 2019, arXiv 1903.10520). The names are timm's.
/// </summary>
internal static class ResNetV2
{
    private const double WeightEps = 1e-8;

    /// <summary>Makes a convolution.</summary>
    private delegate Node Conv(NetworkBuilder g, string name, Node x, long channels, long kernel, long stride);

    public static IReadOnlyList<Architecture> Timm { get; } =
    [
        OfTimm("resnetv2_50x1_bit", [3, 4, 6, 3], Bit, width: 1, side: 448),
        OfTimm("resnetv2_50x3_bit", [3, 4, 6, 3], Bit, width: 3, side: 448),
        OfTimm("resnetv2_101x1_bit", [3, 4, 23, 3], Bit, width: 1, side: 448),
        OfTimm("resnetv2_101x3_bit", [3, 4, 23, 3], Bit, width: 3, side: 448),
        OfTimm("resnetv2_152x2_bit", [3, 8, 36, 3], Bit, width: 2, side: 448),
        OfTimm("resnetv2_152x4_bit", [3, 8, 36, 3], Bit, width: 4, side: 480),
        OfTimm("resnetv2_50", [3, 4, 6, 3], Plain),
        OfTimm("resnetv2_50d", [3, 4, 6, 3], Plain with { DeepStem = true }),
        OfTimm("resnetv2_101", [3, 4, 23, 3], Plain),
        OfTimm("resnetv2_101d", [3, 4, 23, 3], Plain with { DeepStem = true }),
        OfTimm("resnetv2_152", [3, 8, 36, 3], Plain),
        OfTimm("resnetv2_152d", [3, 8, 36, 3], Plain with { DeepStem = true }),
    ];

    private static Style Bit => new(Convolution(standardised: true, same: false), Groups: 32);

    private static Style Plain => new(Convolution(standardised: false, same: false), Groups: 0);

    /// <summary>The convolutions, and into how many groups norms take the channels; 0 for batch norms.</summary>
    private sealed record Style(Conv Convolve, long Groups)
    {
        /// <summary>Three small convolutions first, and a mean in the shortcut.</summary>
        public bool DeepStem { get; init; }

        /// <summary>Zeros around what the first pool reads; null for the pool's own padding.</summary>
        public int? PoolZeros { get; init; } = Groups > 0 ? 1 : null;
    }

    private static NameTable TransformersNames => new(
        ("bit.embedder.convolution.*", "stem.conv.*"),
        ("bit.encoder.stages.#.layers.#.*", "stages.#.blocks.#.*"),
        ("bit.norm.*", "norm.*"),
        ("classifier.1.*", "head.fc.*"));

    /// <summary>BitForImageClassification of transformers.</summary>
    public static Architecture OfTransformers(ConfigValues config)
    {
        config.Demand("hidden_act", "relu");
        config.Demand("layer_type", "preactivation");
        config.Demand("embedding_dynamic_padding", false);
        string padding = config.Text("global_padding", "");
        long groups = config.Whole("num_groups", 32), width = config.Whole("width_factor", 1, most: 16);
        long first = config.Whole("embedding_size", 64);
        (long Channels, int Depth)[] stages =
        [
            .. config.Stages("hidden_sizes", [256, 512, 1024, 2048], "depths", [3, 4, 6, 3])
                .Select(stage => (Blocks.MakeDivisible(stage.Width * width, 8), stage.Depth)),
        ];
        if (config.Whole("output_stride", 32) != 32 || padding.ToUpperInvariant() is not ("" or "SAME")
            || stages.Any(stage => stage.Channels % groups != 0 || Middle(stage.Channels) % groups != 0))
        {
            throw config.Unknown("output_stride, global_padding, num_groups and hidden_sizes");
        }
        bool same = padding.Length > 0;
        var style = new Style(Convolution(standardised: true, same), groups) { PoolZeros = same ? 0 : 1 };
        return new Architecture("BitForImageClassification", "head.fc.weight", Architecture.ImageNet, (g, classes) =>
            Logits(g, Blocks.MakeDivisible(first * width, 8), stages, style, classes)).Named(TransformersNames, "classifier.1.weight");
    }

    private static Architecture OfTimm(string name, int[] depths, Style style, long width = 1, int side = 224)
    {
        (long, int)[] stages = [.. depths.Select((depth, i) => ((256L << i) * width, depth))];
        return Architecture.OfTimm(
            name, "head.fc.weight", side, (g, classes) => Logits(g, 64 * width, stages, style, classes), halves: style.Groups > 0);
    }

    private static Node Logits(NetworkBuilder g, long first, (long Channels, int Depth)[] stages, Style style, long classes)
    {
        Node x = g.Scope("stem", "Sequential", () => Stem(g, first, style));
        x = g.Scope("stages", "Sequential", () =>
        {
            for (int i = 0; i < stages.Length; i++)
            {
                x = Stage(g, $"{i}", x, stages[i].Channels, stages[i].Depth, i == 0 ? 1 : 2, style);
            }
            return x;
        });
        return g.ClassifierHead(Norm(g, "norm", x, style), classes);
    }

    private static Node Stem(NetworkBuilder g, long channels, Style style)
    {
        Node x;
        if (style.DeepStem)
        {
            x = Norm(g, "norm1", style.Convolve(g, "conv1", g.Input, channels / 2, 3, 2), style);
            x = Norm(g, "norm2", style.Convolve(g, "conv2", x, channels / 2, 3, 1), style);
            x = style.Convolve(g, "conv3", x, channels, 3, 1);
        }
        else
        {
            x = style.Convolve(g, "conv", g.Input, channels, 7, 2);
        }
        if (style.PoolZeros is not { } zeros)
        {
            return g.MaxPool2d("pool", x, kernel: 3, stride: 2, padding: 1);
        }
        // Zeros, which may win, where a pool's own padding does not.
        x = zeros == 0 ? x : g.Add("pad", new Pad([zeros, zeros, zeros, zeros], PadMode.Constant, 0), x);
        return g.MaxPool2d("pool", x, kernel: 3, stride: 2);
    }

    private static Node Stage(NetworkBuilder g, string name, Node x, long channels, int depth, long stride, Style style) =>
        g.Scope(name, "ResNetStage", () => g.Scope("blocks", "Sequential", () =>
        {
            for (int i = 0; i < depth; i++)
            {
                x = Block(g, $"{i}", x, channels, i == 0 ? stride : 1, isFirst: i == 0, style);
            }
            return x;
        }));

    /// <summary>
    /// 1×1 to a fourth, 3×3, 1×1, each after its norm, and the way around them, which in the first block reads a norm too.
    /// </summary>
    private static Node Block(NetworkBuilder g, string name, Node x, long channels, long stride, bool isFirst, Style style) =>
        g.Scope(name, "PreActBottleneck", () =>
        {
            Node read = Norm(g, "norm1", x, style);
            Node shortcut = isFirst ? Shortcut(g, read, channels, stride, style) : x;
            Node y = style.Convolve(g, "conv1", read, Middle(channels), 1, 1);
            y = style.Convolve(g, "conv2", Norm(g, "norm2", y, style), Middle(channels), 3, stride);
            y = style.Convolve(g, "conv3", Norm(g, "norm3", y, style), channels, 1, 1);
            return g.Add(y, shortcut);
        });

    private static Node Shortcut(NetworkBuilder g, Node x, long channels, long stride, Style style) =>
        g.Scope("downsample", style.DeepStem ? "DownsampleAvg" : "DownsampleConv", () =>
        {
            if (!style.DeepStem)
            {
                return style.Convolve(g, "conv", x, channels, 1, stride);
            }
            Node y = stride == 1 ? x : g.Add("pool", new AvgPool2d(2, stride, 0) { CeilMode = true, CountIncludePad = false }, x);
            return style.Convolve(g, "conv", y, channels, 1, 1);
        });

    private static Node Norm(NetworkBuilder g, string name, Node x, Style style) =>
        g.ReLU(style.Groups == 0 ? g.BatchNorm2d(name, x) : g.GroupNorm(name, x, style.Groups));

    private static long Middle(long channels) => Blocks.MakeDivisible(channels / 4.0, 8);

    private static Conv Convolution(bool standardised, bool same) => (g, name, x, channels, kernel, stride) =>
    {
        (Node from, Extent padding) = same ? g.Same(x, kernel, stride) : (x, kernel / 2);
        var weight = new Parameter(g.PathOf(name) + ".weight", channels, g.Channels(x), kernel, kernel)
        {
            Prepared = standardised ? Standardised : null,
        };
        return g.Add(name, new Conv2d(weight, null, stride, padding, 1), from);
    };

    /// <summary>Weights with mean 0 and variance 1 for each output.</summary>
    private static Tensor Standardised(Tensor weight)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor centred = weight - weight.mean([1, 2, 3], keepdim: true);
        return (centred / (centred * centred).mean([1, 2, 3], keepdim: true).Plus(WeightEps).sqrt()).MoveToOuterDisposeScope();
    }
}
