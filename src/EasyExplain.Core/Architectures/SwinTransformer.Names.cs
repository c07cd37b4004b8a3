using EasyExplain.Checkpoints;
using EasyExplain.Imaging;
using EasyExplain.Models.Folders;

namespace EasyExplain.Architectures;

/// <summary>Swin and Swin v2 of timm and of transformers.</summary>
internal static partial class SwinTransformer
{
    private const int MostStages = 6;

    private static readonly NameTable TimmNames = new(
    [
        ("patch_embed.proj.*", "features.0.0.*"),
        ("patch_embed.norm.*", "features.0.2.*"),
        .. Enumerable.Range(0, MostStages).SelectMany(stage => new (string, string)[]
        {
            ($"layers.{stage}.downsample.*", $"features.{2 * stage}.*"),
            ($"layers.{stage}.blocks.#.attn.q_bias", $"features.{2 * stage + 1}.#.attn.qkv.bias:1of3"),
            ($"layers.{stage}.blocks.#.attn.k_bias", $"features.{2 * stage + 1}.#.attn.qkv.bias:2of3"),
            ($"layers.{stage}.blocks.#.attn.v_bias", $"features.{2 * stage + 1}.#.attn.qkv.bias:3of3"),
            ($"layers.{stage}.blocks.#.mlp.fc1.*", $"features.{2 * stage + 1}.#.mlp.0.*"),
            ($"layers.{stage}.blocks.#.mlp.fc2.*", $"features.{2 * stage + 1}.#.mlp.3.*"),
            ($"layers.{stage}.blocks.*", $"features.{2 * stage + 1}.*"),
            ($"layers.{stage}", $"features.{2 * stage + 1}"),
        }),
        ("head.fc.*", "head.*"),
    ]);

    // Name, channels, blocks, heads.
    private static readonly (string Name, long Channels, int[] Depths, int[] Heads)[] Sizes =
    [
        ("tiny", 96, [2, 2, 6, 2], [3, 6, 12, 24]),
        ("small", 96, [2, 2, 18, 2], [3, 6, 12, 24]),
        ("base", 128, [2, 2, 18, 2], [4, 8, 16, 32]),
        ("large", 192, [2, 2, 18, 2], [6, 12, 24, 48]),
    ];

    /// <summary>The architectures by timm's names.</summary>
    public static IReadOnlyList<Architecture> Timm { get; } =
    [
        .. from size in Sizes
           from input in new (int Window, int Side)[] { (7, 224), (12, 384) }
           select OfTimm($"swin_{size.Name}_patch4_window{input.Window}_{input.Side}", input.Side,
               new(input.Window, size.Channels, size.Depths, size.Heads)),
        OfTimm("swin_s3_tiny_224", 224, new(7, 96, [2, 2, 6, 2], [3, 6, 12, 24]) { Windows = [7, 7, 14, 7] }),
        OfTimm("swin_s3_small_224", 224, new(7, 96, [2, 2, 18, 2], [3, 6, 12, 24]) { Windows = [14, 14, 14, 7] }),
        OfTimm("swin_s3_base_224", 224, new(7, 96, [2, 2, 30, 2], [3, 6, 12, 24]) { Windows = [7, 7, 14, 7] }),
        .. from size in Sizes
           from input in new (int Window, int Side)[] { (8, 256), (16, 256), (12, 192) }
           select OfTimm($"swinv2_{size.Name}_window{input.Window}_{input.Side}", input.Side,
               new(input.Window, size.Channels, size.Depths, size.Heads) { IsSecond = true, HasDistances = false }),
        .. from size in Sizes.Skip(2)
           from input in new (int Window, int Side)[] { (16, 256), (24, 384) }
           select OfTimm($"swinv2_{size.Name}_window12to{input.Window}_192to{input.Side}", input.Side,
               new(input.Window, size.Channels, size.Depths, size.Heads)
               {
                   IsSecond = true, HasDistances = false, TrainedWindows = [12, 12, 12, 6],
               }),
    ];

    /// <summary>SwinForImageClassification and Swinv2ForImageClassification.</summary>
    public static Architecture OfTransformers(ConfigValues config, bool second)
    {
        int channels = config.Whole("embed_dim", 96, 1, 4096), side = config.Whole("image_size", 224, 1, 4096);
        IReadOnlyList<int> depths = config.Wholes("depths", [2, 2, 6, 2], 1, 128);
        IReadOnlyList<int> heads = config.Wholes("num_heads", [3, 6, 12, 24], 1, 512);
        if (depths.Count is 0 or > MostStages || heads.Count != depths.Count
            || heads.Select((count, stage) => (channels << stage) % count != 0).Contains(true))
        {
            throw config.Wrong("num_heads", $"as many as depths, at most {MostStages}, and divisors of the stages' channels");
        }
        config.Demand("qkv_bias", true);
        config.Demand("use_absolute_embeddings", false);
        var form = new SwinForm(config.Whole("window_size", 7, 1, 256), channels, depths, heads)
        {
            IsSecond = second,
            HasDistances = false,
            FitsWindows = true,
            TrainedWindows = config.Wholes("pretrained_window_sizes", new int[depths.Count], 0, 256),
            Patch = config.Whole("patch_size", 4, 1, 64),
            Widening = config.Number("mlp_ratio", 4) is > 0 and <= 64 and var widening ? widening
                : throw config.Wrong("mlp_ratio", "above 0 and at most 64"),
            Activation = Activations.Of(config, "gelu"),
            Eps = config.Number("layer_norm_eps", 1e-5),
        };
        if (form.TrainedWindows.Count != depths.Count)
        {
            throw config.Wrong("pretrained_window_sizes", "as many as depths");
        }
        return new Architecture(second ? "swinv2" : "swin", Head,
            new Preprocessing(side, side, [.. Architecture.ImageNet.Mean], [.. Architecture.ImageNet.Std], ResizeMode.Stretch),
            (g, classes) => Logits(g, form, classes))
        {
            Ignores = name => IsIndex(name) || name.EndsWith(".relative_coords_table", StringComparison.Ordinal)
                || name.EndsWith("mask_token", StringComparison.Ordinal),
        }.Named(NamesOf(second ? "swinv2" : "swin"), "classifier.weight");
    }

    private static Architecture OfTimm(string name, int side, SwinForm form)
    {
        form = form with { FitsWindows = true };
        return Architecture.OfTimm(name, Head, side, (g, classes) => Logits(g, form, classes)) with
        {
            Ignores = name => IsIndex(name) || name.EndsWith(".attn_mask", StringComparison.Ordinal)
                || name.EndsWith(".relative_coords_table", StringComparison.Ordinal),
            CurrentName = name => TimmNames[name],
            HeadInFiles = "head.fc.weight",
        };
    }

    /// <summary>The names of transformers 4, in nearly all files, and those that 5 has made of them.</summary>
    private static NameTable NamesOf(string prefix) => new(
    [
        ($"{prefix}.embeddings.patch_embeddings.projection.*", "features.0.0.*"),
        ($"{prefix}.embeddings.norm.*", "features.0.2.*"),
        .. Enumerable.Range(0, MostStages).SelectMany(stage => RowsOf(
            $"{prefix}.encoder.layers.{stage}.", $"features.{2 * stage + 1}.#.", $"features.{2 * stage + 2}.")),
        ($"{prefix}.layernorm.*", "norm.*"),
        ("classifier.*", "head.*"),
    ]);

    private static IEnumerable<(string, string)> RowsOf(string layer, string block, string halving) =>
    [
        .. new[] { ("query", 1), ("key", 2), ("value", 3) }.SelectMany(part => new[] { $"self.{part.Item1}", $"{part.Item1[0]}_proj" }
            .SelectMany(theirs => new[] { "weight", "bias" }.Select(kind =>
                ($"{layer}blocks.#.attention.{theirs}.{kind}", $"{block}attn.qkv.{kind}:{part.Item2}of3")))),
        ($"{layer}blocks.#.attention.output.dense.*", $"{block}attn.proj.*"),
        ($"{layer}blocks.#.attention.o_proj.*", $"{block}attn.proj.*"),
        ($"{layer}blocks.#.attention.self.continuous_position_bias_mlp.*", $"{block}attn.cpb_mlp.*"),
        ($"{layer}blocks.#.attention.self.*", $"{block}attn.*"),
        ($"{layer}blocks.#.attention.relative_position_bias.*", $"{block}attn.*"),
        ($"{layer}blocks.#.layernorm_before.*", $"{block}norm1.*"),
        ($"{layer}blocks.#.layernorm_after.*", $"{block}norm2.*"),
        ($"{layer}blocks.#.intermediate.dense.*", $"{block}mlp.0.*"),
        ($"{layer}blocks.#.mlp.fc1.*", $"{block}mlp.0.*"),
        ($"{layer}blocks.#.output.dense.*", $"{block}mlp.3.*"),
        ($"{layer}blocks.#.mlp.fc2.*", $"{block}mlp.3.*"),
        ($"{layer}downsample.*", $"{halving}*"),
    ];
}
