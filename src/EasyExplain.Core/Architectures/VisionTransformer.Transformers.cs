using EasyExplain.Checkpoints;
using EasyExplain.Imaging;
using EasyExplain.Models.Folders;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>transformers': ViT, DeiT, BEiT, DINOv2, CLIP and SigLIP, from the numbers of their configs.</summary>
internal static partial class VisionTransformer
{
    /// <summary>ViTForImageClassification.</summary>
    public static Architecture OfTransformers(ConfigValues config) => OfConfig("vit", config, FormOf(config, "vit"));

    /// <summary>DeiTForImageClassification: the second token is there, and nobody reads it.</summary>
    public static Architecture OfDeiT(ConfigValues config) =>
        OfConfig("deit", config, FormOf(config, "deit") with { Distilled = true, DistilledHead = false });

    /// <summary>DeiTForImageClassificationWithTeacher.</summary>
    public static Architecture OfDistilledDeiT(ConfigValues config) =>
        OfConfig("deit", config, FormOf(config, "deit") with { Distilled = true });

    /// <summary>BeitForImageClassification.</summary>
    public static Architecture OfBeit(ConfigValues config)
    {
        bool mean = config.Flag("use_mean_pooling", true);
        return OfConfig("beit", config, FormOf(config, "beit") with
        {
            Positions = config.Flag("use_absolute_position_embeddings", false) ? PositionsOf.All : null,
            RelativePositions = config.Flag("use_relative_position_bias", false),
            LayerScale = config.Number("layer_scale_init_value", 0.1) > 0,
            NormAfter = !mean,
            NormOfRead = mean,
            Read = mean ? TokensRead.Mean : TokensRead.Class,
        });
    }

    /// <summary>Dinov2ForImageClassification.</summary>
    public static Architecture OfDinov2(ConfigValues config) => OfConfig("dinov2", config, DinoForm(config, 14));

    /// <summary>Dinov2WithRegistersForImageClassification.</summary>
    public static Architecture OfDinov2WithRegisters(ConfigValues config) =>
        OfConfig("dinov2_with_registers", config, DinoForm(config, 16) with
        {
            Registers = config.Whole("num_register_tokens", 4, 0, 256),
            Antialias = true,
        });

    /// <summary>CLIPForImageClassification.</summary>
    public static Architecture OfClip(ConfigValues config)
    {
        ConfigValues vision = config.Inner("vision_config");
        return OfConfig("vision_model", vision, ClipForm(vision));
    }

    /// <summary>SiglipForImageClassification.</summary>
    public static Architecture OfSiglip(ConfigValues config)
    {
        ConfigValues vision = config.Inner("vision_config");
        return OfConfig("vision_model", vision, SiglipForm(vision));
    }

    private static TokenForm ClipForm(ConfigValues vision) => FormOf(vision, "clip", patch: 32, activation: "quick_gelu", eps: 1e-5) with
    {
        PatchBias = false,
        NormBefore = true,
        NormAfter = false,
        Read = TokensRead.Mean,
    };

    private static TokenForm SiglipForm(ConfigValues vision) => FormOf(vision, "siglip", activation: "gelu_pytorch_tanh", eps: 1e-6) with
    {
        ClassToken = false,
        Read = TokensRead.Mean,
    };

    private static TokenForm FormOf(ConfigValues config, string kind, int patch = 16, string activation = "gelu", double eps = 1e-12)
    {
        int width = config.Whole("hidden_size", 768, 1, 8192), heads = config.Whole("num_attention_heads", 12, 1, 128);
        if (width % heads != 0)
        {
            throw config.Wrong("num_attention_heads", $"a divisor of hidden_size, {width}");
        }
        return new TokenForm(config.Whole("patch_size", patch, 1, 256), config.Whole("num_hidden_layers", 12, 1, 128), heads, width)
        {
            Hidden = config.Whole("intermediate_size", kind == "dinov2" ? width * config.Whole("mlp_ratio", 4, 1, 16) : 3072),
            Eps = config.Number("layer_norm_eps", eps),
            Activation = Activations.Of(config, activation),
            AttentionBias = config.Flag("qkv_bias", true),
        };
    }

    private static TokenForm DinoForm(ConfigValues config, int patch)
    {
        TokenForm form = FormOf(config, "dinov2", patch, eps: 1e-6) with
        {
            LayerScale = true,
            Side = config.Whole("image_size", 224, 1, (int)LargestSide),
            Read = TokensRead.ClassAndMean,
        };
        return !config.Flag("use_swiglu_ffn", false) ? form : form with
        {
            Gated = true,
            Activation = () => new SiLU(),
            Hidden = 2 * ((form.Hidden * 2 / 3 + 7) / 8 * 8),
        };
    }

    private static Architecture OfConfig(string prefix, ConfigValues config, TokenForm form)
    {
        int side = config.Whole("image_size", 224, 1, (int)LargestSide);
        return new Architecture(prefix, Head, new Preprocessing(side, side, Halves, Halves, ResizeMode.Stretch),
            (g, classes) => Logits(g, form, classes))
        {
            SizeOf = _ => form.Side is null ? side : null,
            Ignores = name => IsIndex(name) || name.StartsWith($"{prefix}.pooler.", StringComparison.Ordinal)
                || name.StartsWith("vision_model.head.", StringComparison.Ordinal)
                || name.StartsWith("encoder.ln.", StringComparison.Ordinal) && !form.NormAfter,
        }.Named(NamesOf(prefix), form is { Distilled: true, DistilledHead: true } ? "cls_classifier.weight" : "classifier.weight");
    }

    /// <summary>The names of transformers 4, in nearly all files, and those that 5 has made of them.</summary>
    private static NameTable NamesOf(string prefix, params (string, string)[] more)
    {
        const string Own = "encoder.layers.encoder_layer_#.";
        string[] layers = [$"{prefix}.encoder.layer.#.", $"{prefix}.layers.#.", $"{prefix}.encoder.layers.#."];
        (string, string)[] Everywhere(params (string Theirs, string Ours)[] rows) =>
            [.. layers.SelectMany(layer => rows.Select(row => (layer + row.Theirs, Own + row.Ours)))];
        (string, string)[] Part(string name, int number) => Everywhere(
        [
            .. new[] { $"attention.attention.{name}.", $"attention.{name[0]}_proj.", $"self_attn.{name[0]}_proj." }
                .SelectMany(theirs => new[] { "weight", "bias" }.Select(kind =>
                    (theirs + kind, $"self_attention.in_proj_{kind}:{number}of3"))),
        ]);
        return new NameTable(
        [
            ($"{prefix}.embeddings.cls_token", "class_token"),
            ($"{prefix}.embeddings.class_embedding", "class_token"),
            ($"{prefix}.embeddings.distillation_token", "dist_token"),
            ($"{prefix}.embeddings.register_tokens", "reg_token"),
            ($"{prefix}.embeddings.position_embeddings", "encoder.pos_embedding"),
            ($"{prefix}.embeddings.position_embedding.weight", "encoder.pos_embedding"),
            ($"{prefix}.embeddings.patch_embeddings.projection.*", "conv_proj.*"),
            ($"{prefix}.embeddings.patch_embedding.*", "conv_proj.*"),
            ($"{prefix}.pre_layrnorm.*", "encoder.ln_pre.*"),
            .. Part("query", 1), .. Part("key", 2), .. Part("value", 3),
            .. Everywhere(
                ("attention.output.dense.*", "self_attention.out_proj.*"),
                ("attention.o_proj.*", "self_attention.out_proj.*"),
                ("self_attn.out_proj.*", "self_attention.out_proj.*"),
                ("attention.attention.relative_position_bias.relative_position_bias_table", "self_attention.relative_position_bias_table"),
                ("attention.relative_position_bias.relative_position_bias_table", "self_attention.relative_position_bias_table"),
                ("layernorm_before.*", "ln_1.*"), ("norm1.*", "ln_1.*"), ("layer_norm1.*", "ln_1.*"),
                ("layernorm_after.*", "ln_2.*"), ("norm2.*", "ln_2.*"), ("layer_norm2.*", "ln_2.*"),
                ("lambda_#", "ls_#"), ("layer_scale#.lambda1", "ls_#"),
                ("intermediate.dense.*", "mlp.0.*"), ("mlp.fc1.*", "mlp.0.*"), ("mlp.weights_in.*", "mlp.0.*"),
                ("output.dense.*", "mlp.3.*"), ("mlp.fc2.*", "mlp.3.*"), ("mlp.weights_out.*", "mlp.3.*")),
            ($"{prefix}.layernorm.*", "encoder.ln.*"),
            ($"{prefix}.post_layernorm.*", "encoder.ln.*"),
            ($"{prefix}.pooler.layernorm.*", "heads.norm.*"),
            ("classifier.*", "heads.head.*"),
            ("cls_classifier.*", "heads.head.*"),
            ("distillation_classifier.*", "heads.head_dist.*"),
            .. more,
        ]);
    }
}
