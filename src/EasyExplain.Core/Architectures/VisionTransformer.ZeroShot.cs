using EasyExplain.Imaging;
using EasyExplain.Models.Folders;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>
/// The vision towers of CLIP (Radford et al. 2021, arXiv 2103.00020) and SigLIP (Zhai et al. 2023, arXiv 2303.15343), whose classes are the
/// texts that a user gives.
/// </summary>
internal static partial class VisionTransformer
{
    /// <summary>CLIPModel.</summary>
    public static Architecture OfClipModel(ConfigValues config)
    {
        ConfigValues vision = config.Inner("vision_config");
        long width = config.Whole("projection_dim", 512, 1, 8192);
        TokenForm form = ClipForm(vision) with { NormAfter = true };
        return OfTexts(vision, form, shifted: false,
            (g, x) => g.Linear("visual_projection", g.Call(new ClassToken(), x), width, bias: false));
    }

    /// <summary>SiglipModel.</summary>
    public static Architecture OfSiglipModel(ConfigValues config)
    {
        ConfigValues vision = config.Inner("vision_config");
        TokenForm form = SiglipForm(vision);
        return OfTexts(vision, form, shifted: true,
            (g, x) => g.Scope("pool", "SiglipMultiheadAttentionPoolingHead", () => Pooled(g, form, x)));
    }

    private static Architecture OfTexts(ConfigValues vision, TokenForm form, bool shifted, Func<NetworkBuilder, Node, Node> read)
    {
        int side = vision.Whole("image_size", 224, 1, (int)LargestSide);
        return new Architecture(shifted ? "siglip" : "clip", TextEmbeddings.TensorName,
            new Preprocessing(side, side, ClipMean, ClipStd, ResizeMode.Stretch) { Interpolation = Interpolation.Bicubic }, (g, classes) =>
        {
            Node x = read(g, Encoded(g, form));
            var texts = new Parameter(TextEmbeddings.TensorName, classes, g.Channels(x));
            return g.Add("text_embeddings",
                new TextScores(texts, new Parameter("logit_scale", 1), shifted ? new Parameter("logit_bias", 1) : null), x);
        })
        {
            SizeOf = _ => side,
            Ignores = name => name.StartsWith("text_model.", StringComparison.Ordinal)
                || name.StartsWith("text_projection.", StringComparison.Ordinal)
                || name.EndsWith(".position_ids", StringComparison.Ordinal),
        }.Named(NamesOf("vision_model", ("vision_model.head.*", "pool.*")), TextEmbeddings.TensorName);
    }

    /// <summary>A trained query looks at all tokens, and two layers follow (Lee et al. 2018, arXiv 1810.00825, section 3.3).</summary>
    private static Node Pooled(NetworkBuilder g, TokenForm form, Node x)
    {
        (long width, long heads) = (form.Width, form.Heads);
        Node y = g.Scope("attention", "MultiheadAttention", () =>
        {
            var weight = new Parameter(g.PathOf("in_proj_weight"), 3 * width, width);
            var bias = new Parameter(g.PathOf("in_proj_bias"), 3 * width);
            Node seen = g.Call(new Linear(weight, bias), x);
            Node probe = g.Call(new Linear(weight, bias), g.Call(new Constant(new Parameter("pool.probe", 1, 1, width))));
            Node z = g.Call(new ScaledDotProductAttention(null), Part(probe, 0), Part(seen, 1), Part(seen, 2));
            z = g.Call(new Reshape([-1, width]), z); // of one query, so that its heads lie side by side
            return g.Linear("out_proj", z, width);

            Node Part(Node all, long which)
            {
                Node part = g.Call(new Slice(2, which * width, (which + 1) * width, 1), all);
                return g.Call(new Permute([0, 2, 1, 3]), g.Call(new Reshape([-1, g.Shape(all)[0], heads, width / heads]), part));
            }
        });
        Node normed = g.LayerNorm("layernorm", y, form.Eps);
        return g.Add(y, g.Scope("mlp", "SiglipMLP", () =>
            g.Linear("fc2", g.Add("activation_fn", form.Activation(), g.Linear("fc1", normed, form.Hidden)), width)));
    }
}
