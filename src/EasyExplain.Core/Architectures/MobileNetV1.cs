using EasyExplain.Models.Folders;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>MobileNet (Howard et al. 2017, arXiv 1704.04861, table 1), with the names of transformers.</summary>
internal static class MobileNetV1
{
    private static readonly (long Channels, long Stride)[] Rows =
    [
        (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1),
    ];

    /// <summary>MobileNetV1ForImageClassification of transformers.</summary>
    public static Architecture OfTransformers(ConfigValues config)
    {
        config.Demand("hidden_act", "relu6");
        double width = config.Number("depth_multiplier", 1), eps = config.Number("layer_norm_eps", 0.001);
        if (width is not (> 0 and <= 8))
        {
            throw config.Unknown("depth_multiplier");
        }
        long least = config.Whole("min_depth", 8);
        bool same = config.Flag("tf_padding", true);
        return new Architecture("MobileNetV1ForImageClassification", "classifier.weight", Architecture.ImageNet, (g, classes) =>
        {
            Node x = g.Scope("mobilenet_v1", "MobileNetV1Model", () =>
            {
                Node y = Layer("conv_stem", g.Input, Of(32), kernel: 3, stride: 2);
                for (int i = 0; i < Rows.Length; i++)
                {
                    y = Layer($"layer.{2 * i}", y, g.Channels(y), kernel: 3, Rows[i].Stride, groups: g.Channels(y));
                    y = Layer($"layer.{2 * i + 1}", y, Of(Rows[i].Channels), kernel: 1);
                }
                return y;
            });
            return g.Linear("classifier", g.Flatten(g.AdaptiveAvgPool2d(x, 1)), classes);

            long Of(long channels) => Math.Max(least, (long)(channels * width));

            Node Layer(string name, Node from, long channels, long kernel, long stride = 1, long groups = 1) =>
                g.Scope(name, "MobileNetV1ConvLayer", () =>
                {
                    Node y = same
                        ? g.Conv2dSame("convolution", from, channels, kernel, stride, groups)
                        : g.Conv2d("convolution", from, channels, kernel, stride, kernel / 2, groups, bias: false);
                    return g.Add("activation", new ReLU6(), g.BatchNorm2d("normalization", y, eps));
                });
        });
    }
}
