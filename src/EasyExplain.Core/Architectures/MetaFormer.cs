using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>
/// CAFormer and ConvFormer (Yu et al. 2022, arXiv 2210.13452, table 1): stages that mix places by separable convolutions, and in CAFormer's
/// last two by attention. Layers have timm's names.
/// </summary>
internal static class MetaFormer
{
    private const double Eps = 1e-6;
    private const long HeadWidth = 32;

    /// <summary>The architectures by timm's names.</summary>
    public static IReadOnlyList<Architecture> Timm { get; } =
    [
        .. from kind in new[] { "caformer", "convformer" }
           from size in new (string Name, int[] Depths, long[] Widths)[]
           {
               ("s18", [3, 3, 9, 3], [64, 128, 320, 512]),
               ("s36", [3, 12, 18, 3], [64, 128, 320, 512]),
               ("m36", [3, 12, 18, 3], [96, 192, 384, 576]),
               ("b36", [3, 12, 18, 3], [128, 256, 512, 768]),
           }
           select Of($"{kind}_{size.Name}", size.Depths, size.Widths, attention: kind == "caformer"),
    ];

    private static Architecture Of(string name, int[] depths, long[] widths, bool attention) =>
        Architecture.OfTimm(name, "head.fc.fc2.weight", 224, (g, classes) =>
        {
            Node x = g.Scope("stem", "Stem", () =>
                Norm(g, "norm", g.Conv2d("conv", g.Input, widths[0], kernel: 7, stride: 4, padding: 2)));
            x = g.Scope("stages", "Sequential", () =>
            {
                Node y = x;
                for (int stage = 0; stage < depths.Length; stage++)
                {
                    y = Stage(g, stage, y, depths[stage], widths[stage], attention && stage >= 2);
                }
                return y;
            });
            return g.Scope("head", "Sequential", () =>
            {
                Node y = g.LayerNorm2d("norm", g.AdaptiveAvgPool2d("global_pool", x, 1), Eps);
                y = g.Flatten("flatten", y);
                return g.Scope("fc", "MlpHead", () =>
                {
                    Node z = g.ReLU("act", g.Linear("fc1", y, 4 * widths[^1]));
                    return g.Linear("fc2", g.LayerNorm("norm", g.Multiply(z, z), Eps), classes);
                });
            });
        });

    private static Node Stage(NetworkBuilder g, int stage, Node x, int depth, long width, bool attention) =>
        g.Scope($"{stage}", "MetaFormerStage", () =>
        {
            Node y = g.Channels(x) == width ? x : g.Scope("downsample", "Downsampling", () =>
                g.Conv2d("conv", Norm(g, "norm", x), width, kernel: 3, stride: 2, padding: 1));
            (long height, long columns) = (g.Shape(y)[1], g.Shape(y)[2]);
            y = attention ? g.Call(new PatchTokens(null, height, columns), y) : y;
            y = g.Scope("blocks", "Sequential", () =>
            {
                Node z = y;
                for (int i = 0; i < depth; i++)
                {
                    z = Block(g, $"{i}", z, width, attention, scaled: stage >= 2);
                }
                return z;
            });
            return attention ? g.Call(new GridOfTokens(0, height, columns), y) : y;
        });

    private static Node Block(NetworkBuilder g, string name, Node x, long width, bool attention, bool scaled) =>
        g.Scope(name, "MetaFormerBlock", () =>
        {
            Node y = Norm(g, "norm1", x);
            x = g.Add(Scaled("res_scale1", x), attention ? Attention(g, y, width) : Convolutions(g, y, width));
            return g.Add(Scaled("res_scale2", x), Mlp(g, Norm(g, "norm2", x), width, attention));

            Node Scaled(string scale, Node way) => !scaled ? way : g.Add(scale,
                new LayerScale(new Parameter(g.PathOf(scale) + ".scale", attention ? [width] : [width, 1, 1])), way);
        });

    private static Node Attention(NetworkBuilder g, Node x, long width) =>
        g.Scope("token_mixer", "Attention", () =>
            g.Linear("proj", g.Call(new SelfAttention(width / HeadWidth), g.Linear("qkv", x, 3 * width, bias: false)), width, bias: false));

    private static Node Convolutions(NetworkBuilder g, Node x, long width) =>
        g.Scope("token_mixer", "SepConv", () =>
        {
            Node y = StarReLU(g, "act1", g.Conv2d("pwconv1", x, 2 * width, kernel: 1, bias: false));
            y = g.Conv2d("dwconv", y, 2 * width, kernel: 7, padding: 3, groups: 2 * width, bias: false);
            return g.Conv2d("pwconv2", y, width, kernel: 1, bias: false);
        });

    private static Node Mlp(NetworkBuilder g, Node x, long width, bool tokens) =>
        g.Scope("mlp", "Mlp", () =>
        {
            Node y = tokens ? g.Linear("fc1", x, 4 * width, bias: false) : g.Conv2d("fc1", x, 4 * width, 1, bias: false);
            y = StarReLU(g, "act", y);
            return tokens ? g.Linear("fc2", y, width, bias: false) : g.Conv2d("fc2", y, width, 1, bias: false);
        });

    /// <summary>s · max(x, 0)² + b, with a trained s and b (section 2.1).</summary>
    private static Node StarReLU(NetworkBuilder g, string name, Node x) =>
        g.Scope(name, "StarReLU", () =>
        {
            Node y = g.ReLU(x);
            y = g.Multiply(g.Multiply(y, y), g.Call(new Constant(new Parameter(g.PathOf("scale"), 1))));
            return g.Add(y, g.Call(new Constant(new Parameter(g.PathOf("bias"), 1))));
        });

    /// <summary>Layer normalisation without a shift, over the channels of a picture or of tokens.</summary>
    private static Node Norm(NetworkBuilder g, string name, Node x)
    {
        var norm = new LayerNorm(1, new Parameter(g.PathOf(name) + ".weight", g.Channels(x)), null, Eps);
        return x.Layout is not ChannelsFirst ? g.Add(name, norm, x)
            : g.Scope(name, "LayerNorm2d", () =>
                g.Call(new Permute([0, 3, 1, 2]), g.Call(norm, g.Call(new Permute([0, 2, 3, 1]), x))));
    }
}
