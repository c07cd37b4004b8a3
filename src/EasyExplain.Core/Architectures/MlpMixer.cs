using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>
/// MLP-Mixer (Tolstikhin et al. 2021, arXiv 2105.01601, table 1): two layers over the places of each channel, then two over the channels of
/// each place. Layers have timm's names.
/// </summary>
internal static class MlpMixer
{
    private const double Eps = 1e-6;

    /// <summary>The architectures by timm's names.</summary>
    public static IReadOnlyList<Architecture> Timm { get; } =
    [
        Of("mixer_s32_224", patch: 32, depth: 8, width: 512),
        Of("mixer_s16_224", patch: 16, depth: 8, width: 512),
        Of("mixer_b32_224", patch: 32, depth: 12, width: 768),
        Of("mixer_b16_224", patch: 16, depth: 12, width: 768),
        Of("mixer_l32_224", patch: 32, depth: 24, width: 1024),
        Of("mixer_l16_224", patch: 16, depth: 24, width: 1024),
    ];

    private static Architecture Of(string name, long patch, int depth, long width) =>
        Architecture.OfTimm(name, "head.weight", 224, halves: true, logits: (g, classes) =>
        {
            Node x = g.Scope("stem", "PatchEmbed", () => g.Conv2d("proj", g.Input, width, kernel: patch, stride: patch));
            x = g.Call(new PatchTokens(null, g.Shape(x)[1], g.Shape(x)[2]), x);
            x = g.Scope("blocks", "Sequential", () =>
            {
                Node y = x;
                for (int i = 0; i < depth; i++)
                {
                    y = Block(g, $"{i}", y, width);
                }
                return y;
            });
            return g.Linear("head", g.Call(new Mean([1], Keep: false), g.LayerNorm("norm", x, Eps)), classes);
        });

    private static Node Block(NetworkBuilder g, string name, Node x, long width) =>
        g.Scope(name, "MixerBlock", () =>
        {
            Node y = g.Call(new Permute([0, 2, 1]), g.LayerNorm("norm1", x, Eps));
            x = g.Add(x, g.Call(new Permute([0, 2, 1]), Mlp(g, "mlp_tokens", y, width / 2)));
            return g.Add(x, Mlp(g, "mlp_channels", g.LayerNorm("norm2", x, Eps), 4 * width));
        });

    private static Node Mlp(NetworkBuilder g, string name, Node x, long hidden) =>
        g.Scope(name, "Mlp", () => g.Linear("fc2", g.GELU("act", g.Linear("fc1", x, hidden)), g.Shape(x)[^1]));
}
