using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>torchvision's MaxViT: zeros around the picture as PyTorch has them, and another scale of attention.</summary>
internal static partial class MaxViT
{
    private const long Window = 7;

    public static IReadOnlyList<Architecture> Family { get; } =
    [
        Of("maxvit_t", depths: [2, 2, 5, 2], widths: [64, 128, 256, 512], stem: 64),
    ];

    private static Architecture Of(string name, int[] depths, long[] widths, long stem) =>
        Architecture.Torchvision(name, "classifier.5.weight", (g, classes) =>
        {
            long whole = Halvings * Window;
            if (g.Shape(g.Input)[1] % whole != 0 || g.Shape(g.Input)[2] % whole != 0)
            {
                throw new ArgumentException($"the input's sides must be multiples of {whole} pixels");
            }
            Node x = g.Scope("stem", "Sequential", () =>
            {
                Node y = g.Conv2dNormActivation("0", g.Input, stem, kernel: 3, new GELU(), stride: 2, eps: BatchNormEps);
                return g.Scope("1", "Conv2dNormActivation", () => g.Conv2d("0", y, stem, kernel: 3, padding: 1));
            });
            x = g.Scope("blocks", "ModuleList", () =>
            {
                Node y = x;
                for (int i = 0; i < depths.Length; i++)
                {
                    (int depth, long width, Node before) = (depths[i], widths[i], y);
                    y = g.Scope($"{i}", "MaxVitBlock", () => g.Scope("layers", "ModuleList", () => Layers(g, before, depth, width)));
                }
                return y;
            });
            return g.Scope("classifier", "Sequential", () =>
            {
                Node y = g.LayerNorm("2", g.Flatten("1", g.AdaptiveAvgPool2d("0", x, 1)));
                return g.Linear("5", g.Add("4", new Tanh(), g.Linear("3", y, widths[^1])), classes, bias: false);
            });
        }) with
        {
            Ignores = name => name.EndsWith(".relative_position_index", StringComparison.Ordinal), // follows from the window
        };

    private static Node Layers(NetworkBuilder g, Node x, int depth, long width)
    {
        for (int i = 0; i < depth; i++)
        {
            Node before = x;
            x = g.Scope($"{i}", "MaxVitLayer", () => g.Scope("layers", "Sequential", () =>
            {
                Node y = g.Scope("MBconv", "MBConv", () => Bottleneck(g, before, width, stride: i == 0 ? 2 : 1));
                y = g.Call(new Permute([0, 2, 3, 1]), y);
                y = Partition(g, "window_attention", y, spread: false);
                y = Partition(g, "grid_attention", y, spread: true);
                return g.Call(new Permute([0, 3, 1, 2]), y);
            }));
        }
        return x;
    }

    private static Node Bottleneck(NetworkBuilder g, Node x, long width, long stride)
    {
        long hidden = 4 * width;
        Node shortcut = stride == 1 ? x : g.Scope("proj", "Sequential", () =>
            g.Conv2d("1", g.Add("0", new AvgPool2d(3, 2, 1), x), width, kernel: 1));
        Node y = g.Scope("layers", "Sequential", () =>
        {
            Node z = g.BatchNorm2d("pre_norm", x, BatchNormEps);
            z = g.Conv2dNormActivation("conv_a", z, hidden, kernel: 1, new GELU(), eps: BatchNormEps);
            z = g.Conv2dNormActivation("conv_b", z, hidden, kernel: 3, new GELU(), stride: stride, groups: hidden, eps: BatchNormEps);
            z = g.SqueezeExcitation("squeeze_excitation", z, width / 4, new SiLU(), new Sigmoid());
            return g.Conv2d("conv_c", z, width, kernel: 1);
        });
        return g.Add(shortcut, g.StochasticDepth("stochastic_depth", y));
    }

    private static Node Partition(NetworkBuilder g, string name, Node x, bool spread) =>
        g.Scope(name, "PartitionAttentionLayer", () =>
        {
            long width = g.Channels(x), heads = width / HeadWidth, distances = 2 * Window - 1;
            Node y = g.Scope("attn_layer", "Sequential", () =>
            {
                Node z = g.LayerNorm("0", x);
                z = g.Scope("1", "RelativePositionalMultiHeadAttention", () =>
                {
                    var projection = new QueryKeyValue(new Parameter(g.PathOf("to_qkv.weight"), 3 * width, width),
                        new Parameter(g.PathOf("to_qkv.bias"), 3 * width), KeysHaveBias: true);
                    Node bias = g.Call(new RelativePositionBias(
                        new Parameter(g.PathOf("relative_position_bias_table"), distances * distances, heads), Window));
                    var attention = new ShiftedWindowAttention(heads, Window, Shift: 0, projection, LogitScale: null)
                    {
                        Spread = spread,
                        Scale = 1 / Math.Sqrt(width),
                    };
                    return g.Linear("merge", g.Call(attention, g.Add("to_qkv", projection, z), bias), width);
                });
                return g.Dropout("2", z);
            });
            x = g.Add(x, g.StochasticDepth("stochastic_dropout", y));
            y = g.Scope("mlp_layer", "Sequential", () =>
                g.Dropout("4", g.Linear("3", g.GELU("2", g.Linear("1", g.LayerNorm("0", x), 4 * width)), width)));
            return g.Add(x, g.StochasticDepth("stochastic_dropout", y));
        });
}
