using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>
/// Swin (Liu et al. 2021, arXiv 2103.14030, section 3.3) and Swin v2 (Liu et al. 2021, arXiv 2111.09883): attention in windows that shift
/// from block to block, over a grid that halves from stage to stage.
/// </summary>
internal static class SwinTransformer
{
    private const int V2HiddenUnits = 512; // of the network that values distances

    public static IReadOnlyList<Architecture> Family { get; } =
    [
        Of("swin_t", Block, Halve, window: 7, 96, depths: [2, 2, 6, 2], heads: [3, 6, 12, 24]),
        Of("swin_s", Block, Halve, window: 7, 96, depths: [2, 2, 18, 2], heads: [3, 6, 12, 24]),
        Of("swin_b", Block, Halve, window: 7, 128, depths: [2, 2, 18, 2], heads: [4, 8, 16, 32]),
        Of("swin_v2_t", BlockV2, HalveV2, window: 8, 96, depths: [2, 2, 6, 2], heads: [3, 6, 12, 24]),
        Of("swin_v2_s", BlockV2, HalveV2, window: 8, 96, depths: [2, 2, 18, 2], heads: [3, 6, 12, 24]),
        Of("swin_v2_b", BlockV2, HalveV2, window: 8, 128, depths: [2, 2, 18, 2], heads: [4, 8, 16, 32]),
    ];

    /// <summary>Attention in windows, then two layers for each place by itself.</summary>
    private delegate Node BlockOf(NetworkBuilder g, string name, Node x, long heads, long window, long shift);

    private static Architecture Of(
        string name, BlockOf block, Func<NetworkBuilder, string, Node, Node> halve, long window, long channels, int[] depths,
        long[] heads) =>
        Architecture.Torchvision(name, "head.weight", (g, classes) =>
        {
            Node x = g.Scope("features", "Sequential", () =>
            {
                Node y = g.Scope("0", "Sequential", () =>
                    g.LayerNorm("2", g.Permute("1", g.Conv2d("0", g.Input, channels, kernel: 4, stride: 4), 0, 2, 3, 1)));
                for (int stage = 0; stage < depths.Length; stage++)
                {
                    y = stage == 0 ? y : halve(g, $"{2 * stage}", y);
                    y = Stage(g, $"{2 * stage + 1}", y, block, depths[stage], heads[stage], window);
                }
                return y;
            });
            x = g.Permute("permute", g.LayerNorm("norm", x), 0, 3, 1, 2);
            return g.Linear("head", g.Flatten("flatten", g.AdaptiveAvgPool2d("avgpool", x, 1)), classes);
        }) with
        {
            Ignores = name => name.EndsWith(".attn.relative_position_index", StringComparison.Ordinal), // follows from the window
        };

    /// <summary>Every other block has its windows shifted by half their side.</summary>
    private static Node Stage(NetworkBuilder g, string name, Node x, BlockOf block, int depth, long heads, long window) =>
        g.Scope(name, "Sequential", () =>
        {
            for (int i = 0; i < depth; i++)
            {
                x = block(g, $"{i}", x, heads, window, i % 2 == 0 ? 0 : window / 2);
            }
            return x;
        });

    private static Node Block(NetworkBuilder g, string name, Node x, long heads, long window, long shift) =>
        g.Scope(name, "SwinTransformerBlock", () =>
        {
            x = g.Add(x, g.StochasticDepth("stochastic_depth", Attention(g, g.LayerNorm("norm1", x), heads, window, shift)));
            return g.Add(x, g.StochasticDepth("stochastic_depth", Mlp(g, g.LayerNorm("norm2", x))));
        });

    /// <summary>The second version normalises what comes out, not what goes in (its figure 1).</summary>
    private static Node BlockV2(NetworkBuilder g, string name, Node x, long heads, long window, long shift) =>
        g.Scope(name, "SwinTransformerBlockV2", () =>
        {
            x = g.Add(x, g.StochasticDepth("stochastic_depth", g.LayerNorm("norm1", AttentionV2(g, x, heads, window, shift))));
            return g.Add(x, g.StochasticDepth("stochastic_depth", g.LayerNorm("norm2", Mlp(g, x))));
        });

    private static Node Attention(NetworkBuilder g, Node x, long heads, long window, long shift) =>
        g.Scope("attn", "ShiftedWindowAttention", () =>
        {
            var table = new Parameter(g.PathOf("relative_position_bias_table"), (2 * window - 1) * (2 * window - 1), heads);
            return Attention(g, x, g.Call(new RelativePositionBias(table, window)), heads, window, shift, logitScale: null);
        });

    private static Node AttentionV2(NetworkBuilder g, Node x, long heads, long window, long shift) =>
        g.Scope("attn", "ShiftedWindowAttentionV2", () =>
        {
            var distances = new Parameter(g.PathOf("relative_coords_table"), 1, 2 * window - 1, 2 * window - 1, 2) { IsBuffer = true };
            Node values = g.Scope("cpb_mlp", "Sequential", () =>
                g.Linear("2", g.ReLU("1", g.Linear("0", g.Call(new Constant(distances)), V2HiddenUnits)), heads, bias: false));
            var logitScale = new Parameter(g.PathOf("logit_scale"), heads, 1, 1);
            return Attention(g, x, g.Call(new ContinuousPositionBias(window), values), heads, window, shift, logitScale);
        });

    private static Node Attention(NetworkBuilder g, Node x, Node bias, long heads, long window, long shift, Parameter? logitScale)
    {
        long channels = g.Channels(x);
        var projection = new QueryKeyValue(
            new Parameter(g.PathOf("qkv.weight"), 3 * channels, channels), new Parameter(g.PathOf("qkv.bias"), 3 * channels),
            KeysHaveBias: logitScale is null);
        Node y = g.Add("qkv", projection, x);
        return g.Linear("proj", g.Call(new ShiftedWindowAttention(heads, window, shift, projection, logitScale), y, bias), channels);
    }

    private static Node Mlp(NetworkBuilder g, Node x) =>
        g.Scope("mlp", "MLP", () =>
        {
            long channels = g.Channels(x);
            return g.Dropout("4", g.Linear("3", g.Dropout("2", g.GELU("1", g.Linear("0", x, 4 * channels))), channels));
        });

    private static Node Halve(NetworkBuilder g, string name, Node x) =>
        g.Scope(name, "PatchMerging", () =>
            g.Linear("reduction", g.LayerNorm("norm", g.Call(new PatchMerging(), x)), 2 * g.Channels(x), bias: false));

    private static Node HalveV2(NetworkBuilder g, string name, Node x) =>
        g.Scope(name, "PatchMergingV2", () =>
            g.LayerNorm("norm", g.Linear("reduction", g.Call(new PatchMerging(), x), 2 * g.Channels(x), bias: false)));
}
