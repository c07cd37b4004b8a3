using EasyExplain.Models.Folders;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>
/// PoolFormer (Yu et al. 2021, arXiv 2111.11418, table 1): a transformer in which a mean over neighbours stands for attention. The names
/// are those of transformers.
/// </summary>
internal static class PoolFormer
{
    /// <summary>A stage: patches, their step, the zeros around the picture, and how many blocks of how many channels.</summary>
    private sealed record Stage(int Patch, int Stride, int Padding, long Channels, int Depth);

    /// <summary>PoolFormerForImageClassification of transformers.</summary>
    public static Architecture OfTransformers(ConfigValues config)
    {
        config.Demand("hidden_act", "gelu");
        IReadOnlyList<(long Width, int Depth)> sizes = config.Stages("hidden_sizes", [64, 128, 320, 512], "depths", [2, 2, 6, 2]);
        IReadOnlyList<int> patches = config.Wholes("patch_sizes", [7, 3, 3, 3], most: 64);
        IReadOnlyList<int> strides = config.Wholes("strides", [4, 2, 2, 2], most: 64);
        IReadOnlyList<int> paddings = config.Wholes("padding", [2, 1, 1, 1], least: 0, most: 64);
        double expansion = config.Number("mlp_ratio", 4);
        int pool = config.Whole("pool_size", 3, most: 31);
        if (new[] { patches, strides, paddings }.Any(list => list.Count != sizes.Count)
            || expansion is not (> 0 and <= 64) || pool % 2 == 0)
        {
            throw config.Unknown("patch_sizes, strides, padding, mlp_ratio and pool_size");
        }
        bool scales = config.Flag("use_layer_scale", true);
        Stage[] stages = [.. sizes.Select((size, i) => new Stage(patches[i], strides[i], paddings[i], size.Width, size.Depth))];
        return new Architecture("PoolFormerForImageClassification", "classifier.weight", Architecture.ImageNet, (g, classes) =>
        {
            Node x = g.Scope("poolformer", "PoolFormerModel", () => g.Scope("encoder", "PoolFormerEncoder", () =>
            {
                Node y = g.Input;
                for (int i = 0; i < stages.Length; i++)
                {
                    Stage stage = stages[i];
                    y = g.Conv2d($"patch_embeddings.{i}.projection", y, stage.Channels, stage.Patch, stage.Stride, stage.Padding);
                    for (int j = 0; j < stage.Depth; j++)
                    {
                        y = Block(g, $"block.{i}.{j}", y, pool, (long)(stage.Channels * expansion), scales);
                    }
                }
                return y;
            }));
            x = g.AdaptiveAvgPool2d(g.GroupNorm("norm", x, groups: 1), 1);
            return g.Linear("classifier", g.Flatten(x), classes);
        });
    }

    /// <summary>
    /// The mean over neighbours less the place itself, then two layers for each place by itself, and the ways around both.
    /// </summary>
    private static Node Block(NetworkBuilder g, string name, Node x, int pool, long hidden, bool scales) =>
        g.Scope(name, "PoolFormerLayer", () =>
        {
            long channels = g.Channels(x);
            Node y = g.GroupNorm("before_norm", x, groups: 1);
            Node mean = g.Add("pooling", new AvgPool2d(pool, 1, pool / 2) { CountIncludePad = false }, y);
            x = g.Add(x, Scaled("layer_scale_1", g.Call(new Subtract(), mean, y)));
            y = g.GroupNorm("after_norm", x, groups: 1);
            y = g.Scope("output", "PoolFormerOutput", () =>
                g.Conv2d("conv2", g.GELU("act_fn", g.Conv2d("conv1", y, hidden, kernel: 1)), channels, kernel: 1));
            return g.Add(x, Scaled("layer_scale_2", y));

            Node Scaled(string factor, Node of) =>
                scales ? g.Call(new LayerScale(new Parameter(g.PathOf(factor), channels, 1, 1)), of) : of;
        });
}
