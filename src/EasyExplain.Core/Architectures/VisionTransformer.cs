using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Weights;

namespace EasyExplain.Architectures;

/// <summary>
/// ViT (Dosovitskiy et al. 2020, arXiv 2010.11929, table 1): patches as tokens, a class token before them that is read at the end.
/// </summary>
internal static class VisionTransformer
{
    private const double Eps = 1e-6;

    // A file must not be able to ask for all the memory there is: attention grows with the fourth power of the side.
    private const long LargestSide = 2048;

    public static IReadOnlyList<Architecture> Family { get; } =
    [
        Of("vit_b_16", patch: 16, depth: 12, heads: 12, width: 768),
        Of("vit_b_32", patch: 32, depth: 12, heads: 12, width: 768),
        Of("vit_l_16", patch: 16, depth: 24, heads: 16, width: 1024),
        Of("vit_l_32", patch: 32, depth: 24, heads: 16, width: 1024),
        Of("vit_h_14", patch: 14, depth: 32, heads: 16, width: 1280),
    ];

    private static Architecture Of(string name, int patch, int depth, long heads, long width) =>
        Architecture.Torchvision(name, "heads.head.weight", (g, classes) =>
        {
            if (g.Shape(g.Input) is not [_, var height, var side] || height != side || side % patch != 0)
            {
                throw new ArgumentException($"the input must be square, its sides a multiple of {patch} pixels, the side of a patch");
            }
            Node x = g.Conv2d("conv_proj", g.Input, width, kernel: patch, stride: patch);
            x = g.Call(new PatchTokens(new Parameter(g.PathOf("class_token"), 1, 1, width), side / patch, side / patch), x);
            x = g.Scope("encoder", "Encoder", () =>
            {
                Node positions = g.Call(new Constant(new Parameter(g.PathOf("pos_embedding"), [1, .. g.Shape(x)])));
                Node y = g.Dropout("dropout", g.Add(x, positions));
                y = g.Scope("layers", "Sequential", () => Blocks(g, y, depth, heads));
                return g.LayerNorm("ln", y, Eps);
            });
            x = g.Call(new ClassToken(), x);
            return g.Scope("heads", "Sequential", () => g.Linear("head", x, classes));
        }) with
        {
            CurrentName = CurrentName,
            SizeOf = entries => SizeOf(entries, patch),
        };

    private static Node Blocks(NetworkBuilder g, Node x, int depth, long heads)
    {
        for (int i = 0; i < depth; i++)
        {
            x = Block(g, $"encoder_layer_{i}", x, heads);
        }
        return x;
    }

    /// <summary>Attention between all tokens, two layers for each token by itself, and the ways around both (figure 1).</summary>
    private static Node Block(NetworkBuilder g, string name, Node x, long heads) =>
        g.Scope(name, "EncoderBlock", () =>
        {
            long width = g.Channels(x);
            x = g.Add(g.Dropout("dropout", Attention(g, g.LayerNorm("ln_1", x, Eps), heads)), x);
            Node y = g.LayerNorm("ln_2", x, Eps);
            y = g.Scope("mlp", "MLPBlock", () =>
                g.Dropout("4", g.Linear("3", g.Dropout("2", g.GELU("1", g.Linear("0", y, 4 * width))), width)));
            return g.Add(x, y);
        });

    private static Node Attention(NetworkBuilder g, Node x, long heads) =>
        g.Scope("self_attention", "MultiheadAttention", () =>
        {
            long width = g.Channels(x);
            var weight = new Parameter(g.PathOf("in_proj_weight"), 3 * width, width);
            var bias = new Parameter(g.PathOf("in_proj_bias"), 3 * width);
            Node y = g.Call(new SelfAttention(heads), g.Call(new Linear(weight, bias), x));
            return g.Scope("out_proj", "NonDynamicallyQuantizableLinear", () =>
                g.Call(new Linear(new Parameter(g.PathOf("weight"), width, width), new Parameter(g.PathOf("bias"), width)), y));
        });

    /// <summary>Before torchvision 0.14 a block's two layers had names; its own files still have them.</summary>
    private static string CurrentName(string name) =>
        name.Replace(".mlp.linear_1.", ".mlp.0.", StringComparison.Ordinal).Replace(".mlp.linear_2.", ".mlp.3.", StringComparison.Ordinal);

    /// <summary>
    /// The positions are trained one by one, so their number fixes the input's size: a square of patches, and the class token.
    /// </summary>
    private static int? SizeOf(IReadOnlyList<WeightEntry> entries, int patch)
    {
        long tokens = entries.FirstOrDefault(entry => entry.Name == "encoder.pos_embedding") is { Shape: [1, var count, _] } ? count : 0;
        long patches = (long)Math.Sqrt(Math.Max(0, tokens - 1));
        return patches > 0 && patches <= LargestSide / patch && patches * patches == tokens - 1 ? (int)(patches * patch) : null;
    }
}
