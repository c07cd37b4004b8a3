using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>
/// MaxViT (Tu et al. 2022, arXiv 2204.01697, table 1): in each block a convolution, attention in windows, and attention between places that
/// are spread over the grid. timm's, whose weights are TensorFlow's, with its names for layers.
/// </summary>
internal static partial class MaxViT
{
    private const double Eps = 1e-5, BatchNormEps = 1e-3;
    private const long HeadWidth = 32, Halvings = 32;

    /// <summary>The architectures by timm's names.</summary>
    public static IReadOnlyList<Architecture> Timm { get; } =
    [
        .. from size in new (string Name, int[] Depths, long[] Widths, long Stem)[]
           {
               ("tiny", [2, 2, 5, 2], [64, 128, 256, 512], 64),
               ("small", [2, 2, 5, 2], [96, 192, 384, 768], 64),
               ("base", [2, 6, 14, 2], [96, 192, 384, 768], 64),
               ("large", [2, 6, 14, 2], [128, 256, 512, 1024], 128),
               ("xlarge", [2, 6, 14, 2], [192, 384, 768, 1536], 192),
           }
           from side in new[] { 224, 384, 512 }
           select Of($"maxvit_{size.Name}_tf_{side}", side, size.Depths, size.Widths, size.Stem),
    ];

    private static Architecture Of(string name, int side, int[] depths, long[] widths, long stem) =>
        Architecture.OfTimm(name, "head.fc.weight", side, (g, classes) =>
        {
            (long height, long width) = (g.Shape(g.Input)[1], g.Shape(g.Input)[2]);
            if (height != width || height % Halvings != 0)
            {
                throw new ArgumentException($"the input must be square, its sides a multiple of {Halvings} pixels");
            }
            long window = height / Halvings;
            Node x = g.Scope("stem", "Stem", () =>
            {
                Node y = Norm(g, "norm1", Convolution(g, "conv1", g.Input, stem, stride: 2, bias: true), active: true);
                return Convolution(g, "conv2", y, stem, bias: true);
            });
            x = g.Scope("stages", "Sequential", () =>
            {
                Node y = x;
                for (int stage = 0; stage < depths.Length; stage++)
                {
                    y = Stage(g, $"{stage}", y, depths[stage], widths[stage], window);
                }
                return y;
            });
            return g.Scope("head", "NormMlpClassifierHead", () =>
            {
                Node y = g.LayerNorm2d("norm", g.AdaptiveAvgPool2d("global_pool", x, 1), Eps);
                y = g.Flatten("flatten", y);
                y = g.Scope("pre_logits", "Sequential", () => g.Add("act", new Tanh(), g.Linear("fc", y, widths[^1])));
                return g.Linear("fc", y, classes);
            });
        });

    private static Node Stage(NetworkBuilder g, string name, Node x, int depth, long width, long window) =>
        g.Scope(name, "MaxxVitStage", () => g.Scope("blocks", "Sequential", () =>
        {
            for (int i = 0; i < depth; i++)
            {
                x = g.Scope($"{i}", "MaxxVitBlock", () =>
                {
                    Node y = g.Scope("conv", "MbConvBlock", () => MbConv(g, x, width, stride: i == 0 ? 2 : 1));
                    y = g.Call(new Permute([0, 2, 3, 1]), y);
                    y = g.Scope("attn_block", "PartitionAttentionCl", () => Attention(g, y, window, spread: false));
                    y = g.Scope("attn_grid", "PartitionAttentionCl", () => Attention(g, y, window, spread: true));
                    return g.Call(new Permute([0, 3, 1, 2]), y);
                });
            }
            return x;
        }));

    /// <summary>An inverted bottleneck, normalised first, with squeeze and excitation (figure 2).</summary>
    private static Node MbConv(NetworkBuilder g, Node x, long width, long stride)
    {
        long hidden = 4 * width;
        Node shortcut = stride == 1 ? x : g.Scope("shortcut", "Downsample2d", () =>
        {
            Node pooled = g.AvgPool2d("pool", x, 2, 2);
            return g.Channels(x) == width ? pooled : g.Conv2d("expand", pooled, width, kernel: 1);
        });
        Node y = Norm(g, "pre_norm", x, active: false);
        y = Norm(g, "norm1", g.Conv2d("conv1_1x1", y, hidden, kernel: 1, bias: false), active: true);
        y = Norm(g, "norm2", Convolution(g, "conv2_kxk", y, hidden, stride, groups: hidden), active: true);
        y = g.Scope("se", "SEModule", () =>
        {
            Node factors = g.Add("act", new SiLU(), g.Conv2d("fc1", g.AdaptiveAvgPool2d(y, 1), width / 4, kernel: 1));
            return g.Multiply(y, g.Add("gate", new Sigmoid(), g.Conv2d("fc2", factors, hidden, kernel: 1)));
        });
        return g.Add(g.Conv2d("conv3_1x1", y, width, kernel: 1), shortcut);
    }

    private static Node Attention(NetworkBuilder g, Node x, long window, bool spread)
    {
        long width = g.Channels(x), heads = width / HeadWidth, distances = 2 * window - 1;
        Node y = g.LayerNorm("norm1", x, Eps);
        y = g.Scope("attn", "AttentionCl", () =>
        {
            var projection = new QueryKeyValue(
                new Parameter(g.PathOf("qkv.weight"), 3 * width, width), new Parameter(g.PathOf("qkv.bias"), 3 * width),
                KeysHaveBias: true);
            Node bias = g.Call(new RelativePositionBias(
                new Parameter(g.PathOf("rel_pos.relative_position_bias_table"), heads, distances, distances), window) { ByHead = true });
            Node z = g.Add("qkv", projection, y);
            z = g.Call(new ShiftedWindowAttention(heads, window, Shift: 0, projection, LogitScale: null) { Spread = spread }, z, bias);
            return g.Linear("proj", z, width);
        });
        x = g.Add(x, y);
        y = g.LayerNorm("norm2", x, Eps);
        return g.Add(x, g.Scope("mlp", "Mlp", () =>
            g.Linear("fc2", g.Add("act", new GELU { Tanh = true }, g.Linear("fc1", y, 4 * width)), width)));
    }

    private static Node Norm(NetworkBuilder g, string name, Node x, bool active) => active
        ? g.Call(new GELU { Tanh = true }, g.BatchNorm2d(name, x, BatchNormEps)) : g.BatchNorm2d(name, x, BatchNormEps);

    /// <summary>A 3×3 convolution with TensorFlow's zeros: where a step of two does not come out even, below and on the right.</summary>
    private static Node Convolution(
        NetworkBuilder g, string name, Node x, long channels, long stride = 1, long groups = 1, bool bias = false) =>
        stride == 1 || g.Shape(x)[1] % 2 != 0
            ? g.Conv2d(name, x, channels, kernel: 3, stride: stride, padding: 1, groups: groups, bias: bias)
            : g.Conv2d(name, g.Call(new Pad([0, 1, 0, 1], PadMode.Constant, 0), x), channels, kernel: 3, stride: stride, groups: groups,
                bias: bias);
}
