using EasyExplain.Checkpoints;
using EasyExplain.Imaging;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>timm's: ViT, DeiT, BEiT, DINOv2 and CLIP's vision tower.</summary>
internal static partial class VisionTransformer
{
    private static readonly double[] Halves = [0.5, 0.5, 0.5];
    private static readonly double[] ClipMean = [0.48145466, 0.4578275, 0.40821073], ClipStd = [0.26862954, 0.26130258, 0.27577711];

    // Name, width, heads, blocks.
    private static readonly (string Name, long Width, long Heads, int Depth)[] Sizes =
        [("tiny", 192, 3, 12), ("small", 384, 6, 12), ("base", 768, 12, 12), ("large", 1024, 16, 24), ("huge", 1280, 16, 32)];

    private static readonly NameTable TimmNames = new(
        ("cls_token", "class_token"),
        ("pos_embed", "encoder.pos_embedding"),
        ("patch_embed.proj.*", "conv_proj.*"),
        ("norm_pre.*", "encoder.ln_pre.*"),
        ("blocks.#.norm1.*", "encoder.layers.encoder_layer_#.ln_1.*"),
        ("blocks.#.attn.qkv.weight", "encoder.layers.encoder_layer_#.self_attention.in_proj_weight"),
        ("blocks.#.attn.qkv.bias", "encoder.layers.encoder_layer_#.self_attention.in_proj_bias"),
        ("blocks.#.attn.q_bias", "encoder.layers.encoder_layer_#.self_attention.in_proj_bias:1of3"),
        ("blocks.#.attn.k_bias", "encoder.layers.encoder_layer_#.self_attention.in_proj_bias:2of3"),
        ("blocks.#.attn.v_bias", "encoder.layers.encoder_layer_#.self_attention.in_proj_bias:3of3"),
        ("blocks.#.attn.proj.*", "encoder.layers.encoder_layer_#.self_attention.out_proj.*"),
        ("blocks.#.attn.relative_position_bias_table", "encoder.layers.encoder_layer_#.self_attention.relative_position_bias_table"),
        ("blocks.#.ls#.gamma", "encoder.layers.encoder_layer_#.ls_#"),
        ("blocks.#.gamma_#", "encoder.layers.encoder_layer_#.ls_#"),
        ("blocks.#.attn.q_proj.*", "encoder.layers.encoder_layer_#.self_attention.in_proj_*:1of3"),
        ("blocks.#.attn.k_proj.*", "encoder.layers.encoder_layer_#.self_attention.in_proj_*:2of3"),
        ("blocks.#.attn.v_proj.*", "encoder.layers.encoder_layer_#.self_attention.in_proj_*:3of3"),
        ("blocks.#.mlp.fc1_g.*", "encoder.layers.encoder_layer_#.mlp.0.*:1of2"),
        ("blocks.#.mlp.fc1_x.*", "encoder.layers.encoder_layer_#.mlp.0.*:2of2"),
        ("blocks.#.mlp.norm.*", "encoder.layers.encoder_layer_#.mlp.norm.*"),
        ("blocks.#.norm2.*", "encoder.layers.encoder_layer_#.ln_2.*"),
        ("blocks.#.mlp.fc1.*", "encoder.layers.encoder_layer_#.mlp.0.*"),
        ("blocks.#.mlp.fc2.*", "encoder.layers.encoder_layer_#.mlp.3.*"),
        ("norm.*", "encoder.ln.*"),
        ("fc_norm.*", "heads.norm.*"),
        ("head.*", "heads.head.*"),
        ("head_dist.*", "heads.head_dist.*"));

    /// <summary>The architectures by timm's names.</summary>
    public static IReadOnlyList<Architecture> Timm { get; } =
    [
        .. from size in Sizes
           from patch in new[] { 8, 14, 16, 32 }
           from side in new[] { 224, 384 }
           select OfTimm($"vit_{size.Name}_patch{patch}_{side}", side, FormOf(size, patch)),
        .. from size in Sizes
           from patch in new[] { 14, 16, 32 }
           from side in new[] { 224, 240, 256, 336, 378, 384, 448 }
           from quick in new[] { false, true }
           where side % patch == 0
           select OfClip($"vit_{size.Name}_patch{patch}_clip_{(quick ? "quickgelu_" : "")}{side}", side, FormOf(size, patch), quick),
        .. from size in Sizes.Take(4)
           from registers in new[] { 0, 4 }
           select OfTimm($"vit_{size.Name}_patch14_{(registers > 0 ? $"reg{registers}_" : "")}dinov2", 518, FormOf(size, 14) with
           {
               LayerScale = true, Side = 518, Antialias = true, Registers = registers,
               Positions = registers > 0 ? PositionsOf.Places : PositionsOf.All,
           }, ImageNetNumbers),
        .. from registers in new[] { 0, 4 }
           select OfTimm($"vit_giant_patch14_{(registers > 0 ? $"reg{registers}_" : "")}dinov2", 518, new(14, 40, 24, 1536)
           {
               LayerScale = true, Side = 518, Antialias = true, Registers = registers, Gated = true, Hidden = 8192,
               Activation = () => new SiLU(), Positions = registers > 0 ? PositionsOf.Places : PositionsOf.All,
           }, ImageNetNumbers),
        .. from side in new[] { 240, 256, 384 }
           select OfTimm($"vit_medium_patch16_gap_{side}", side,
               Pooled(new(16, 12, 8, 512)) with { AttentionBias = false, LayerScale = true }),
        OfTimm("vit_base_patch16_gap_224", 224, Pooled(new(16, 12, 16, 768)), ImageNetNumbers),
        OfTimm("vit_base_patch16_224_miil", 224, new(16, 12, 12, 768) { AttentionBias = false }),
        .. from form in new (string Name, TokenForm Form)[]
           {
               ("wee_patch16_reg1", new(16, 14, 4, 256) { Hidden = 1280 }),
               ("little_patch16_reg1", new(16, 14, 5, 320) { Hidden = 1792 }),
               ("little_patch16_reg4", new(16, 14, 5, 320) { Hidden = 1792 }),
               ("medium_patch16_reg1", new(16, 12, 8, 512)), ("medium_patch16_reg4", new(16, 12, 8, 512)),
               ("mediumd_patch16_reg4", new(16, 20, 8, 512)),
               ("betwixt_patch16_reg1", new(16, 12, 10, 640)), ("betwixt_patch16_reg4", new(16, 12, 10, 640)),
               ("base_patch16_reg4", new(16, 12, 12, 768)),
           }
           from side in new[] { 256, 384 }
           select OfTimm($"vit_{form.Name}_gap_{side}", side, Pooled(form.Form) with
           {
               LayerScale = !form.Name.StartsWith("base", StringComparison.Ordinal), Registers = form.Name[^1] - '0',
               Positions = PositionsOf.Places, NormAfter = false, NormOfRead = true,
           }),
        .. from size in Sizes.Take(3)
           from side in new[] { 224, 384 }
           from distilled in new[] { false, true }
           select OfTimm($"deit_{size.Name}_{(distilled ? "distilled_" : "")}patch16_{side}", side,
               FormOf(size, 16) with { Distilled = distilled }, ImageNetNumbers),
        .. from size in Sizes.Skip(1).Append(("medium", 512, 8, 12))
           from side in new[] { 224, 384 }
           select OfTimm($"deit3_{size.Item1}_patch{(size.Item1 == "huge" ? 14 : 16)}_{side}", side,
               FormOf(size, size.Item1 == "huge" ? 14 : 16) with { LayerScale = true, Positions = PositionsOf.Places }, ImageNetNumbers),
        .. from size in Sizes.Skip(2).Take(2)
           from version in new[] { "beit", "beitv2" }
           from side in new[] { 224, 384, 512 }
           select OfTimm($"{version}_{size.Name}_patch16_{side}", side, FormOf(size, 16) with
           {
               Positions = null, RelativePositions = true, LayerScale = true, NormAfter = false, NormOfRead = true, Read = TokensRead.Mean,
           }, version == "beit" ? null : ImageNetNumbers),
        .. from size in Sizes.Take(4)
           from side in new[] { 224, 336, 448 }
           select OfTimm($"eva02_{size.Name}_patch14_{side}", side, FormOf(size, 14) with
           {
               Rotary = 16, Gated = true, Activation = () => new SiLU(), Hidden = size.Width * 4 * 2 / 3 * 2,
               NormBetween = size.Width >= 768, NormAfter = false, NormOfRead = true, Read = TokensRead.Mean,
           }, ClipNumbers),
        .. from side in new[] { 196, 336 }
           select OfTimm($"eva_large_patch14_{side}", side, FormOf(Sizes[3], 14) with
           {
               NormAfter = false, NormOfRead = true, Read = TokensRead.Mean,
           }, ClipNumbers),
    ];

    private static (double[] Mean, double[] Std) ImageNetNumbers => ([.. Architecture.ImageNet.Mean], [.. Architecture.ImageNet.Std]);

    private static (double[] Mean, double[] Std) ClipNumbers => (ClipMean, ClipStd);

    private static TokenForm FormOf((string Name, long Width, long Heads, int Depth) size, int patch) =>
        new(patch, size.Depth, size.Heads, size.Width);

    private static TokenForm Pooled(TokenForm form) => form with { ClassToken = false, Read = TokensRead.Mean };

    private static Architecture OfClip(string name, int side, TokenForm form, bool quick) => OfTimm(name, side, form with
    {
        NormBefore = true,
        PatchBias = false,
        Eps = 1e-5,
        Activation = quick ? () => new SiLU { Alpha = Activations.QuickAlpha } : form.Activation,
    }, ClipNumbers);

    private static Architecture OfTimm(string name, int side, TokenForm form, (double[] Mean, double[] Std)? numbers = null) =>
        new Architecture(name, Head, new Preprocessing(side, side, numbers?.Mean ?? Halves, numbers?.Std ?? Halves, ResizeMode.Stretch)
        {
            Interpolation = Interpolation.Bicubic,
        }, (g, classes) => Logits(g, form, classes))
        {
            SizeOf = entries => SizeOf(entries, form),
            Ignores = IsIndex,
        }.Named(TimmNames, "head.weight");

    /// <summary>What follows from the window, or hides patches in training.</summary>
    private static bool IsIndex(string name) =>
        name.EndsWith("relative_position_index", StringComparison.Ordinal) || name.EndsWith("mask_token", StringComparison.Ordinal);
}
