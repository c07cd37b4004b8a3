using EasyExplain.Checkpoints;
using EasyExplain.Imaging;
using EasyExplain.Models.Folders;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>
/// MobileViT (Mehta and Rastegari 2021, arXiv 2110.02178, table 4): inverted bottlenecks, and in the last three stages attention between
/// the places that lie at the same spot of their patches. Layers have transformers' names.
/// </summary>
internal static class MobileViT
{
    private const int LargestSide = 2048, Stages = 3;

    private static readonly int[] Depths = [2, 4, 3];

    private static readonly NameTable Names = new(
    [
        .. new[] { ("query", 1), ("key", 2), ("value", 3) }.SelectMany(part => new[] { "weight", "bias" }.Select(kind => (
            $"mobilevit.encoder.layer.#.transformer.layer.#.attention.attention.{part.Item1}.{kind}",
            $"mobilevit.encoder.layer.#.transformer.layer.#.attention.attention.qkv.{kind}:{part.Item2}of3"))),
    ]);

    /// <summary>MobileViTForImageClassification.</summary>
    public static Architecture OfTransformers(ConfigValues config)
    {
        IReadOnlyList<int> hidden = config.Wholes("hidden_sizes", [144, 192, 240], 1, 8192);
        IReadOnlyList<int> necks = config.Wholes("neck_hidden_sizes", [16, 32, 64, 96, 128, 160, 640], 1, 8192);
        int heads = config.Whole("num_attention_heads", 4, 1, 128), patch = config.Whole("patch_size", 2, 1, 16);
        if (hidden.Count != Stages || hidden.Any(width => width % heads != 0))
        {
            throw config.Wrong("hidden_sizes", $"a list of {Stages}, each a multiple of num_attention_heads, {heads}");
        }
        if (necks.Count != 7)
        {
            throw config.Wrong("neck_hidden_sizes", "a list of 7");
        }
        if (config.Whole("output_stride", 32) != 32)
        {
            throw config.Wrong("output_stride", "32: no other is known here");
        }
        config.Demand("qkv_bias", true);
        int side = config.Whole("image_size", 256, 1, LargestSide);
        if (side % (32 * patch) != 0)
        {
            throw config.Wrong("image_size", $"a multiple of {32 * patch}");
        }
        var form = new Form(patch, heads, config.Number("expand_ratio", 4), config.Number("mlp_ratio", 2),
            config.Number("layer_norm_eps", 1e-5), config.Whole("conv_kernel_size", 3, 1, 15), Activations.Of(config, "silu"));
        if (form.Widening is not (> 0 and <= 64) || form.Expansion is not (> 0 and <= 64))
        {
            throw config.Unknown("expand_ratio and mlp_ratio");
        }
        return new Architecture("mobilevit", "classifier.weight",
            new Preprocessing(side, side, [0, 0, 0], [1, 1, 1], ResizeMode.Stretch), (g, classes) =>
        {
            long whole = 32 * patch;
            if (g.Shape(g.Input)[1] != g.Shape(g.Input)[2] || g.Shape(g.Input)[1] % whole != 0)
            {
                throw new ArgumentException($"the input must be square, its sides multiples of {whole} pixels");
            }
            Node x = g.Scope("mobilevit", "MobileViTModel", () =>
            {
                Node y = Convolution(g, form, "conv_stem", g.Input, necks[0], kernel: 3, stride: 2);
                y = g.Scope("encoder", "MobileViTEncoder", () =>
                {
                    Node z = g.Scope("layer.0", "MobileViTMobileNetLayer", () => Bottleneck(g, form, "layer.0", y, necks[1], stride: 1));
                    z = g.Scope("layer.1", "MobileViTMobileNetLayer", () =>
                        Bottleneck(g, form, "layer.2", Bottleneck(g, form, "layer.1",
                            Bottleneck(g, form, "layer.0", z, necks[2], stride: 2), necks[2], stride: 1), necks[2], stride: 1));
                    for (int i = 0; i < Stages; i++)
                    {
                        z = Stage(g, form, $"layer.{i + 2}", z, necks[i + 3], hidden[i], Depths[i]);
                    }
                    return z;
                });
                return Convolution(g, form, "conv_1x1_exp", y, necks[6], kernel: 1);
            });
            return g.Linear("classifier", g.Flatten(g.AdaptiveAvgPool2d(x, 1)), classes);
        }).Named(Names, "classifier.weight");
    }

    private static Node Convolution(NetworkBuilder g, Form form, string name, Node x, long channels, long kernel, long stride = 1,
        long groups = 1, bool active = true) =>
        g.Scope(name, "MobileViTConvLayer", () =>
        {
            Node y = g.Conv2d("convolution", x, channels, kernel, stride: stride, padding: (kernel - 1) / 2, groups: groups, bias: false);
            y = g.BatchNorm2d("normalization", y);
            return active ? g.Add("activation", form.Activation(), y) : y;
        });

    private static Node Bottleneck(NetworkBuilder g, Form form, string name, Node x, long channels, long stride) =>
        g.Scope(name, "MobileViTInvertedResidual", () =>
        {
            long expanded = Blocks.MakeDivisible(Math.Round(g.Channels(x) * form.Expansion), 8);
            Node y = Convolution(g, form, "expand_1x1", x, expanded, kernel: 1);
            y = Convolution(g, form, "conv_3x3", y, expanded, kernel: 3, stride: stride, groups: expanded);
            y = Convolution(g, form, "reduce_1x1", y, channels, kernel: 1, active: false);
            return stride == 1 && g.Channels(x) == channels ? g.Add(x, y) : y;
        });

    /// <summary>Local by a convolution, global by a transformer, and both together by another convolution (figure 1b).</summary>
    private static Node Stage(NetworkBuilder g, Form form, string name, Node x, long channels, long hidden, int depth) =>
        g.Scope(name, "MobileViTLayer", () =>
        {
            x = Bottleneck(g, form, "downsampling_layer", x, channels, stride: 2);
            Node y = Convolution(g, form, "conv_kxk", x, channels, kernel: form.Kernel);
            y = g.Scope("conv_1x1", "MobileViTConvLayer", () => g.Conv2d("convolution", y, hidden, kernel: 1, bias: false));
            y = g.Call(new Permute([0, 2, 3, 1]), y);
            y = g.Scope("transformer", "MobileViTTransformer", () =>
            {
                Node z = y;
                for (int i = 0; i < depth; i++)
                {
                    z = Block(g, form, $"layer.{i}", z);
                }
                return z;
            });
            y = g.Call(new Permute([0, 3, 1, 2]), g.LayerNorm("layernorm", y, form.Eps));
            y = Convolution(g, form, "conv_projection", y, channels, kernel: 1);
            return Convolution(g, form, "fusion", g.Concat(x, y), channels, kernel: form.Kernel);
        });

    private static Node Block(NetworkBuilder g, Form form, string name, Node x) =>
        g.Scope(name, "MobileViTTransformerLayer", () =>
        {
            (long width, long window) = (g.Channels(x), g.Shape(x)[0] / form.Patch);
            Node y = g.LayerNorm("layernorm_before", x, form.Eps);
            y = g.Scope("attention", "MobileViTAttention", () =>
            {
                Node z = g.Scope("attention", "MobileViTSelfAttention", () =>
                {
                    var projection = new QueryKeyValue(new Parameter(g.PathOf("qkv.weight"), 3 * width, width),
                        new Parameter(g.PathOf("qkv.bias"), 3 * width), KeysHaveBias: true);
                    return g.Call(new ShiftedWindowAttention(form.Heads, window, Shift: 0, projection, LogitScale: null) { Spread = true },
                        g.Add("qkv", projection, y));
                });
                return g.Scope("output", "MobileViTSelfOutput", () => g.Linear("dense", z, width));
            });
            x = g.Add(y, x);
            y = g.LayerNorm("layernorm_after", x, form.Eps);
            y = g.Scope("intermediate", "MobileViTIntermediate", () =>
                g.Add("intermediate_act_fn", form.Activation(), g.Linear("dense", y, (long)(form.Widening * width))));
            return g.Add(g.Scope("output", "MobileViTOutput", () => g.Linear("dense", y, width)), x);
        });

    /// <param name="Patch">The side of a patch in places.</param>
    /// <param name="Heads">How many heads the attention has.</param>
    /// <param name="Expansion">How many times as many channels a bottleneck has.</param>
    /// <param name="Widening">How many times as many channels lie between a block's two layers.</param>
    /// <param name="Eps">ε of the layer norms.</param>
    /// <param name="Kernel">The side of the convolutions around the transformer.</param>
    /// <param name="Activation">The activation.</param>
    private sealed record Form(
        int Patch, int Heads, double Expansion, double Widening, double Eps, int Kernel, Func<Operator> Activation);
}
