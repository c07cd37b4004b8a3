using EasyExplain.Models.Folders;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>
/// Pyramid Vision Transformer (Wang et al. 2021, arXiv 2102.12122, table 1): stages of tokens on coarser and coarser grids, whose attention
/// looks at places that a convolution has drawn together. Layers have transformers' names.
/// </summary>
internal static class Pvt
{
    private const int MostStages = 8, LargestSide = 2048;

    /// <summary>PvtForImageClassification.</summary>
    public static Architecture OfTransformers(ConfigValues config)
    {
        int stages = config.Whole("num_encoder_blocks", 4, 1, MostStages), side = config.Whole("image_size", 224, 1, LargestSide);
        IReadOnlyList<int> Of(string name, int[] usual, int most) =>
            config.Wholes(name, usual, 1, most) is var list && list.Count == stages ? list
                : throw config.Wrong(name, $"a list of {stages}, as many as num_encoder_blocks");
        IReadOnlyList<int> widths = Of("hidden_sizes", [64, 128, 320, 512], 8192), depths = Of("depths", [2, 2, 2, 2], 128);
        IReadOnlyList<int> heads = Of("num_attention_heads", [1, 2, 5, 8], 128), widening = Of("mlp_ratios", [8, 8, 4, 4], 32);
        IReadOnlyList<int> reductions = Of("sequence_reduction_ratios", [8, 4, 2, 1], 64);
        IReadOnlyList<int> kernels = Of("strides", [4, 2, 2, 2], 64), steps = Of("patch_sizes", [4, 2, 2, 2], 64); // so they are named
        if (widths.Zip(heads).Any(pair => pair.First % pair.Second != 0) || reductions[^1] != 1)
        {
            throw reductions[^1] != 1 ? config.Wrong("sequence_reduction_ratios", "1 at the end: the class token has no place")
                : config.Wrong("num_attention_heads", "divisors of hidden_sizes");
        }
        config.Demand("qkv_bias", true);
        double eps = config.Number("layer_norm_eps", 1e-6);
        Func<Operator> activation = Activations.Of(config, "gelu");
        return new Architecture("pvt", "classifier.weight",
            Architecture.ImageNet.ForInput(side, side), (g, classes) =>
        {
            Node x = g.Scope("pvt", "PvtModel", () => g.Scope("encoder", "PvtEncoder", () =>
            {
                Node y = g.Input;
                for (int stage = 0; stage < stages; stage++)
                {
                    bool last = stage == stages - 1;
                    y = Patches(g, stage, y, widths[stage], kernels[stage], steps[stage], eps, last);
                    for (int i = 0; i < depths[stage]; i++)
                    {
                        y = Block(g, $"block.{stage}.{i}", y, heads[stage], reductions[stage], widening[stage], eps, activation);
                    }
                    y = last ? y : g.Call(new GridOfTokens(0, ((TokenGrid)y.Layout!).Height, ((TokenGrid)y.Layout!).Width), y);
                }
                return g.LayerNorm("layer_norm", y, eps);
            }));
            return g.Linear("classifier", g.Call(new ClassToken(), x), classes);
        })
        {
            SizeOf = _ => side,
        };
    }

    private static Node Patches(NetworkBuilder g, int stage, Node x, long width, long kernel, long step, double eps, bool withClass) =>
        g.Scope($"patch_embeddings.{stage}", "PvtPatchEmbeddings", () =>
        {
            Node y = g.Conv2d("projection", x, width, kernel, stride: step);
            y = g.Call(new PatchTokens(null, g.Shape(y)[1], g.Shape(y)[2]), y);
            y = g.LayerNorm("layer_norm", y, eps);
            y = withClass ? g.Call(new ExtraTokens(new Parameter(g.PathOf("cls_token"), 1, 1, width), 0), y) : y;
            return g.Add(y, g.Call(new Constant(new Parameter(g.PathOf("position_embeddings"), 1, g.Shape(y)[0], width))));
        });

    private static Node Block(
        NetworkBuilder g, string name, Node x, long heads, long reduction, long widening, double eps, Func<Operator> activation) =>
        g.Scope(name, "PvtLayer", () =>
        {
            long width = g.Channels(x);
            Node y = g.LayerNorm("layer_norm_1", x, eps);
            x = g.Add(g.Scope("attention", "PvtAttention", () => Attention(g, y, heads, reduction, eps)), x);
            Node z = g.LayerNorm("layer_norm_2", x, eps);
            return g.Add(x, g.Scope("mlp", "PvtFFN", () =>
                g.Linear("dense2", g.Add("intermediate_act_fn", activation(), g.Linear("dense1", z, widening * width)), width)));
        });

    private static Node Attention(NetworkBuilder g, Node x, long heads, long reduction, double eps)
    {
        long width = g.Channels(x);
        Node attended = g.Scope("self", "PvtEfficientSelfAttention", () =>
        {
            Node seen = x;
            if (reduction > 1 && x.Layout is TokenGrid grid)
            {
                seen = g.Conv2d("sequence_reduction", g.Call(new GridOfTokens(grid.Leading, grid.Height, grid.Width), x), width, reduction,
                    stride: reduction);
                seen = g.Call(new PatchTokens(null, g.Shape(seen)[1], g.Shape(seen)[2]), seen);
                seen = g.LayerNorm("layer_norm", seen, eps);
            }
            Node y = g.Call(new ScaledDotProductAttention(null), OfHeads("query", x), OfHeads("key", seen), OfHeads("value", seen));
            y = g.Call(new Permute([0, 2, 1, 3]), y);
            return g.Call(x.Layout!, new Reshape([-1, g.Shape(x)[0], width]), y);
        });
        return g.Scope("output", "PvtSelfOutput", () => g.Linear("dense", attended, width));

        Node OfHeads(string name, Node tokens) =>
            g.Call(new Permute([0, 2, 1, 3]),
                g.Call(new Reshape([-1, g.Shape(tokens)[0], heads, width / heads]), g.Linear(name, tokens, width)));
    }
}
