using EasyExplain.Checkpoints;
using EasyExplain.Models.Folders;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>
/// ConvNeXt (Liu et al. 2022, arXiv 2201.03545): a ResNet with the choices of a Swin transformer, in torchvision's form; and ConvNeXt V2
/// (Woo et al. 2023, arXiv 2301.00808), whose channels compete.
/// </summary>
internal static class ConvNeXt
{
    public static IReadOnlyList<Architecture> Family { get; } =
    [
        Torchvision("convnext_tiny", new(96, [3, 3, 9, 3])),
        Torchvision("convnext_small", new(96, [3, 3, 27, 3])),
        Torchvision("convnext_base", new(128, [3, 3, 27, 3])),
        Torchvision("convnext_large", new(192, [3, 3, 27, 3])),
    ];

    public static IReadOnlyList<Architecture> Timm { get; } =
    [
        OfTimm("convnext_atto", new(40, [2, 2, 6, 2])),
        OfTimm("convnext_femto", new(48, [2, 2, 6, 2])),
        OfTimm("convnext_pico", new(64, [2, 2, 6, 2])),
        OfTimm("convnext_nano", new(80, [2, 2, 8, 2])),
        OfTimm("convnext_tiny", new(96, [3, 3, 9, 3])),
        OfTimm("convnext_small", new(96, [3, 3, 27, 3])),
        OfTimm("convnext_base", new(128, [3, 3, 27, 3])),
        OfTimm("convnext_large", new(192, [3, 3, 27, 3])),
        OfTimm("convnext_large_mlp", new(192, [3, 3, 27, 3]) { Hidden = 1536 }),
        OfTimm("convnext_xlarge", new(256, [3, 3, 27, 3])),
        OfTimm("convnext_xxlarge", new(384, [3, 4, 30, 3]) { Eps = 1e-5, LastEps = 1e-5 }),
        OfTimm("convnextv2_atto", new(40, [2, 2, 6, 2]) { Competes = true }),
        OfTimm("convnextv2_femto", new(48, [2, 2, 6, 2]) { Competes = true }),
        OfTimm("convnextv2_pico", new(64, [2, 2, 6, 2]) { Competes = true }),
        OfTimm("convnextv2_nano", new(80, [2, 2, 8, 2]) { Competes = true }),
        OfTimm("convnextv2_tiny", new(96, [3, 3, 9, 3]) { Competes = true }),
        OfTimm("convnextv2_small", new(96, [3, 3, 27, 3]) { Competes = true }),
        OfTimm("convnextv2_base", new(128, [3, 3, 27, 3]) { Competes = true }),
        OfTimm("convnextv2_large", new(192, [3, 3, 27, 3]) { Competes = true }),
        OfTimm("convnextv2_huge", new(352, [3, 3, 27, 3]) { Competes = true }),
    ];

    /// <summary>Stages of blocks, each with other channels and half the side of the one before it.</summary>
    private sealed record Form(IReadOnlyList<(long Channels, int Depth)> Stages)
    {
        /// <summary>Twice the channels from stage to stage.</summary>
        public Form(long channels, int[] depths)
            : this([.. depths.Select((depth, i) => (channels << i, depth))])
        {
        }

        /// <summary>Whether it is version 2, with a competition of the channels and no factor for each.</summary>
        public bool Competes { get; init; }

        /// <summary>The side of a patch.</summary>
        public int Patch { get; init; } = 4;

        /// <summary>Features of one more layer before the last; 0 for none.</summary>
        public long Hidden { get; init; }

        /// <summary>ε of all layer norms but the last.</summary>
        public double Eps { get; init; } = 1e-6;

        /// <summary>ε of the last layer norm.</summary>
        public double LastEps { get; init; } = 1e-6;
    }

    /// <summary>ConvNextForImageClassification and ConvNextV2ForImageClassification of transformers.</summary>
    public static Architecture OfTransformers(ConfigValues config, bool isV2)
    {
        config.Demand("hidden_act", "gelu");
        IReadOnlyList<(long, int)> stages = config.Stages("hidden_sizes", [96, 192, 384, 768], "depths", [3, 3, 9, 3]);
        var form = new Form(stages)
        {
            Competes = isV2,
            Patch = config.Whole("patch_size", 4, most: 64),
            LastEps = config.Number("layer_norm_eps", 1e-12),
        };
        string model = isV2 ? "convnextv2" : "convnext";
        return new Architecture($"ConvNext{(isV2 ? "V2" : "")}ForImageClassification", "classifier.2.weight", Architecture.ImageNet,
            (g, classes) => Logits(g, form, classes)).Named(TransformersNames(model, stages.Count), "classifier.weight");
    }

    private static Architecture Torchvision(string name, Form form) =>
        Architecture.Torchvision(name, "classifier.2.weight", (g, classes) => Logits(g, form, classes));

    private static Architecture OfTimm(string name, Form form) => Architecture.OfTimm(name, "classifier.2.weight", side: 224,
        (g, classes) => Logits(g, form, classes)).Named(TimmNames(form.Stages.Count), "head.fc.weight");

    private static Node Logits(NetworkBuilder g, Form form, long classes)
    {
        Node x = g.Scope("features", "Sequential", () =>
        {
            Node y = g.Scope("0", "Conv2dNormActivation", () => g.LayerNorm2d("1",
                g.Conv2d("0", g.Input, form.Stages[0].Channels, kernel: form.Patch, stride: form.Patch), form.Eps));
            for (int stage = 0; stage < form.Stages.Count; stage++)
            {
                y = stage == 0 ? y : Halve(g, $"{2 * stage}", y, form.Stages[stage].Channels, form.Eps);
                y = Stage(g, $"{2 * stage + 1}", y, form.Stages[stage].Depth, form);
            }
            return y;
        });
        x = g.AdaptiveAvgPool2d("avgpool", x, 1);
        return g.Scope("classifier", "Sequential", () =>
        {
            Node y = g.Flatten("1", g.LayerNorm2d("0", x, form.LastEps));
            y = form.Hidden == 0 ? y : g.GELU("act", g.Linear("pre_logits", y, form.Hidden));
            return g.Linear("2", y, classes);
        });
    }

    private static Node Halve(NetworkBuilder g, string name, Node x, long channels, double eps) =>
        g.Scope(name, "Sequential", () => g.Conv2d("1", g.LayerNorm2d("0", x, eps), channels, kernel: 2, stride: 2));

    private static Node Stage(NetworkBuilder g, string name, Node x, int depth, Form form) =>
        g.Scope(name, "Sequential", () =>
        {
            for (int i = 0; i < depth; i++)
            {
                x = Block(g, $"{i}", x, form);
            }
            return x;
        });

    /// <summary>
    /// A 7×7 convolution of each channel by itself, then two layers that see one place each, and the way around them (figure 4).
    /// </summary>
    private static Node Block(NetworkBuilder g, string name, Node x, Form form) =>
        g.Scope(name, "CNBlock", () =>
        {
            long channels = g.Channels(x);
            Node y = g.Scope("block", "Sequential", () =>
            {
                Node z = g.Conv2d("0", x, channels, kernel: 7, padding: 3, groups: channels);
                z = g.LayerNorm("2", g.Permute("1", z, 0, 2, 3, 1), form.Eps);
                z = g.GELU("4", g.Linear("3", z, 4 * channels));
                z = form.Competes ? Competition(g, z) : z;
                return g.Permute("6", g.Linear("5", z, channels), 0, 3, 1, 2);
            });
            y = form.Competes ? y : g.Call(new LayerScale(new Parameter(g.PathOf("layer_scale"), channels, 1, 1)), y);
            return g.Add(g.StochasticDepth("stochastic_depth", y), x);
        });

    /// <summary>Each channel as large as it is beside the others, global response normalisation (Woo et al. 2023, algorithm 1).</summary>
    private static Node Competition(NetworkBuilder g, Node x) =>
        g.Scope("grn", "GlobalResponseNorm", () =>
        {
            long channels = g.Channels(x);
            Node sizes = g.Call(new L2Norm([1, 2], Keep: true), x);
            Node others = g.Call(new AddNumber(1e-6), g.Call(new Mean([3], Keep: true), sizes));
            Node y = g.Multiply(x, g.Call(new Divide(), sizes, others));
            y = g.Multiply(y, g.Call(new Constant(new Parameter(g.PathOf("weight"), 1, 1, 1, channels))));
            return g.Add(g.Add(y, g.Call(new Constant(new Parameter(g.PathOf("bias"), 1, 1, 1, channels)))), x);
        });

    private static NameTable TimmNames(int stages) => new(
    [
        ("stem.#.*", "features.0.#.*"),
        .. Enumerable.Range(0, stages).SelectMany(i => new[]
        {
            ($"stages.{i}.downsample.#.*", $"features.{2 * i}.#.*"),
            ($"stages.{i}.blocks.#.conv_dw.*", $"features.{2 * i + 1}.#.block.0.*"),
            ($"stages.{i}.blocks.#.norm.*", $"features.{2 * i + 1}.#.block.2.*"),
            ($"stages.{i}.blocks.#.mlp.fc1.*", $"features.{2 * i + 1}.#.block.3.*"),
            ($"stages.{i}.blocks.#.mlp.grn.*", $"features.{2 * i + 1}.#.block.grn.*"),
            ($"stages.{i}.blocks.#.mlp.fc2.*", $"features.{2 * i + 1}.#.block.5.*"),
            ($"stages.{i}.blocks.#.gamma", $"features.{2 * i + 1}.#.layer_scale"),
        }),
        ("head.norm.*", "classifier.0.*"),
        ("head.pre_logits.fc.*", "classifier.pre_logits.*"),
        ("head.fc.*", "classifier.2.*"),
    ]);

    private static NameTable TransformersNames(string model, int stages) => new(
    [
        ($"{model}.embeddings.patch_embeddings.*", "features.0.0.*"),
        ($"{model}.embeddings.layernorm.*", "features.0.1.*"),
        .. Enumerable.Range(0, stages).SelectMany(i => new[]
        {
            ($"{model}.encoder.stages.{i}.downsampling_layer.#.*", $"features.{2 * i}.#.*"),
            ($"{model}.encoder.stages.{i}.layers.#.dwconv.*", $"features.{2 * i + 1}.#.block.0.*"),
            ($"{model}.encoder.stages.{i}.layers.#.layernorm.*", $"features.{2 * i + 1}.#.block.2.*"),
            ($"{model}.encoder.stages.{i}.layers.#.pwconv1.*", $"features.{2 * i + 1}.#.block.3.*"),
            ($"{model}.encoder.stages.{i}.layers.#.grn.*", $"features.{2 * i + 1}.#.block.grn.*"),
            ($"{model}.encoder.stages.{i}.layers.#.pwconv2.*", $"features.{2 * i + 1}.#.block.5.*"),
            ($"{model}.encoder.stages.{i}.layers.#.layer_scale_parameter", $"features.{2 * i + 1}.#.layer_scale"),
        }),
        ($"{model}.layernorm.*", "classifier.0.*"),
        ("classifier.*", "classifier.2.*"),
    ]);
}
