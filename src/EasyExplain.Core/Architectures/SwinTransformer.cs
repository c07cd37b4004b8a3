using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>
/// Swin (Liu et al. 2021, arXiv 2103.14030, section 3.3) and Swin v2 (Liu et al. 2021, arXiv 2111.09883): attention in windows that shift
/// from block to block, over a grid that halves from stage to stage. Layers have torchvision's names.
/// </summary>
internal static partial class SwinTransformer
{
    private const int V2HiddenUnits = 512; // of the network that values distances
    private const string Head = "head.weight";

    public static IReadOnlyList<Architecture> Family { get; } =
    [
        Of("swin_t", new(Window: 7, 96, Depths: [2, 2, 6, 2], Heads: [3, 6, 12, 24])),
        Of("swin_s", new(Window: 7, 96, Depths: [2, 2, 18, 2], Heads: [3, 6, 12, 24])),
        Of("swin_b", new(Window: 7, 128, Depths: [2, 2, 18, 2], Heads: [4, 8, 16, 32])),
        Of("swin_v2_t", new(Window: 8, 96, Depths: [2, 2, 6, 2], Heads: [3, 6, 12, 24]) { IsSecond = true }),
        Of("swin_v2_s", new(Window: 8, 96, Depths: [2, 2, 18, 2], Heads: [3, 6, 12, 24]) { IsSecond = true }),
        Of("swin_v2_b", new(Window: 8, 128, Depths: [2, 2, 18, 2], Heads: [4, 8, 16, 32]) { IsSecond = true }),
    ];

    private static Architecture Of(string name, SwinForm form) =>
        Architecture.Torchvision(name, Head, (g, classes) => Logits(g, form, classes)) with { Ignores = IsIndex };

    /// <summary>What follows from the window.</summary>
    private static bool IsIndex(string name) => name.EndsWith(".relative_position_index", StringComparison.Ordinal);

    private static Node Logits(NetworkBuilder g, SwinForm form, long classes)
    {
        Node x = g.Scope("features", "Sequential", () =>
        {
            Node y = g.Scope("0", "Sequential", () => g.LayerNorm("2", g.Permute("1",
                g.Conv2d("0", g.Input, form.Channels, kernel: form.Patch, stride: form.Patch), 0, 2, 3, 1), form.Eps));
            for (int stage = 0; stage < form.Depths.Count; stage++)
            {
                y = stage == 0 ? y : Halve(g, form, $"{2 * stage}", y);
                y = Stage(g, form, stage, y);
            }
            return y;
        });
        x = g.Permute("permute", g.LayerNorm("norm", x, form.Eps), 0, 3, 1, 2);
        return g.Linear("head", g.Flatten("flatten", g.AdaptiveAvgPool2d("avgpool", x, 1)), classes);
    }

    /// <summary>Every other block has its windows shifted by half their side.</summary>
    private static Node Stage(NetworkBuilder g, SwinForm form, int stage, Node x) =>
        g.Scope($"{2 * stage + 1}", "Sequential", () =>
        {
            long window = form.Windows?[stage] ?? form.Window;
            window = form.FitsWindows ? Math.Min(window, Math.Min(g.Shape(x)[0], g.Shape(x)[1])) : window;
            for (int i = 0; i < form.Depths[stage]; i++)
            {
                x = Block(g, form, $"{i}", x, stage, window, i % 2 == 0 ? 0 : window / 2);
            }
            return x;
        });

    /// <summary>
    /// Attention in windows, then two layers for each place by itself. The second version normalises what comes out, not what goes in (its
    /// figure 1).
    /// </summary>
    private static Node Block(NetworkBuilder g, SwinForm form, string name, Node x, int stage, long window, long shift) =>
        g.Scope(name, form.IsSecond ? "SwinTransformerBlockV2" : "SwinTransformerBlock", () =>
        {
            x = Around("norm1", y => Attention(g, form, y, stage, window, shift));
            return Around("norm2", y => Mlp(g, form, y));

            Node Around(string norm, Func<Node, Node> part) => g.Add(x, g.StochasticDepth("stochastic_depth",
                form.IsSecond ? g.LayerNorm(norm, part(x), form.Eps) : part(g.LayerNorm(norm, x, form.Eps))));
        });

    private static Node Attention(NetworkBuilder g, SwinForm form, Node x, int stage, long window, long shift) =>
        g.Scope("attn", form.IsSecond ? "ShiftedWindowAttentionV2" : "ShiftedWindowAttention", () =>
        {
            long channels = g.Channels(x), heads = form.Heads[stage];
            Node bias = form.IsSecond ? BiasOfDistances(g, form, stage, window)
                : g.Call(new RelativePositionBias(
                    new Parameter(g.PathOf("relative_position_bias_table"), (2 * window - 1) * (2 * window - 1), heads), window));
            Parameter? logitScale = form.IsSecond ? new Parameter(g.PathOf("logit_scale"), heads, 1, 1) : null;
            var projection = new QueryKeyValue(
                new Parameter(g.PathOf("qkv.weight"), 3 * channels, channels), new Parameter(g.PathOf("qkv.bias"), 3 * channels),
                KeysHaveBias: !form.IsSecond);
            Node y = g.Add("qkv", projection, x);
            return g.Linear("proj", g.Call(new ShiftedWindowAttention(heads, window, shift, projection, logitScale), y, bias), channels);
        });

    private static Node BiasOfDistances(NetworkBuilder g, SwinForm form, int stage, long window)
    {
        Node distances = form.HasDistances
            ? g.Call(new Constant(
                new Parameter(g.PathOf("relative_coords_table"), 1, 2 * window - 1, 2 * window - 1, 2) { IsBuffer = true }))
            : g.Call(new LogDistances(window, form.TrainedWindows is { } trained && trained[stage] > 0 ? trained[stage] : window));
        Node values = g.Scope("cpb_mlp", "Sequential", () =>
            g.Linear("2", g.ReLU("1", g.Linear("0", distances, V2HiddenUnits)), form.Heads[stage], bias: false));
        return g.Call(new ContinuousPositionBias(window), values);
    }

    private static Node Mlp(NetworkBuilder g, SwinForm form, Node x) =>
        g.Scope("mlp", "MLP", () =>
        {
            long channels = g.Channels(x);
            x = g.Add("1", form.Activation(), g.Linear("0", x, (long)(form.Widening * channels)));
            return g.Dropout("4", g.Linear("3", g.Dropout("2", x), channels));
        });

    private static Node Halve(NetworkBuilder g, SwinForm form, string name, Node x)
    {
        long channels = 2 * g.Channels(x);
        return g.Scope(name, form.IsSecond ? "PatchMergingV2" : "PatchMerging", () => form.IsSecond
            ? g.LayerNorm("norm", g.Linear("reduction", g.Call(new PatchMerging(), x), channels, bias: false), form.Eps)
            : g.Linear("reduction", g.LayerNorm("norm", g.Call(new PatchMerging(), x), form.Eps), channels, bias: false));
    }

    /// <summary>In what one Swin differs from another.</summary>
    /// <param name="Window">The side of a window, in places.</param>
    /// <param name="Channels">How many channels the first stage has; each one has twice as many as the one before.</param>
    /// <param name="Depths">How many blocks each stage has.</param>
    /// <param name="Heads">How many heads the attention of each has.</param>
    private sealed record SwinForm(long Window, long Channels, IReadOnlyList<int> Depths, IReadOnlyList<int> Heads)
    {
        /// <summary>Whether it is the second version.</summary>
        public bool IsSecond { get; init; }

        /// <summary>Whether the second version's file holds the distances; else they are computed.</summary>
        public bool HasDistances { get; init; } = true;

        /// <summary>Whether a window is no larger than the grid, rather than the grid filled up to it.</summary>
        public bool FitsWindows { get; init; }

        /// <summary>The windows of the stages, where they differ.</summary>
        public IReadOnlyList<int>? Windows { get; init; }

        /// <summary>The windows that the second version's distances were trained with; null or 0 for its own.</summary>
        public IReadOnlyList<int>? TrainedWindows { get; init; }

        /// <summary>The side of a patch in pixels.</summary>
        public long Patch { get; init; } = 4;

        /// <summary>How many times as many channels lie between a block's two layers.</summary>
        public double Widening { get; init; } = 4;

        /// <summary>What stands there.</summary>
        public Func<Operator> Activation { get; init; } = () => new GELU();

        /// <summary>ε of the normalisations.</summary>
        public double Eps { get; init; } = 1e-5;
    }
}
