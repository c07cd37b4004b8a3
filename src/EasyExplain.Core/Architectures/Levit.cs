using EasyExplain.Models.Folders;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>
/// LeViT (Graham et al. 2021, arXiv 2104.01136, table 2): convolutions first, then attention with batch norms, which also draws the grid
/// together from stage to stage. Its layers for each place are 1×1 convolutions here; they have transformers' names.
/// </summary>
internal static class Levit
{
    private const int MostStages = 6, LargestSide = 1024, Halvings = 4;
    private const long DrawingRatio = 4, DrawingWidening = 2; // where the grid is drawn together (the paper's section 4.2)

    /// <summary>LevitForImageClassification and LevitForImageClassificationWithTeacher.</summary>
    public static Architecture OfTransformers(ConfigValues config, bool distilled)
    {
        IReadOnlyList<int> widths = config.Wholes("hidden_sizes", [128, 256, 384], 8, 8192);
        int stages = widths.Count is > 0 and <= MostStages ? widths.Count
            : throw config.Wrong("hidden_sizes", $"a list of at most {MostStages}");
        IReadOnlyList<int> Of(string name, int usual, int most) =>
            config.Wholes(name, [.. Enumerable.Repeat(usual, stages)], 1, most) is var list && list.Count == stages ? list
                : throw config.Wrong(name, $"a list of {stages}, as many as hidden_sizes");
        IReadOnlyList<int> keys = Of("key_dim", 16, 1024), depths = Of("depths", 4, 128), ratios = Of("attention_ratio", 2, 32);
        IReadOnlyList<int> widening = Of("mlp_ratio", 2, 32);
        IReadOnlyList<int> heads = config.Wholes("num_attention_heads", [4, 8, 12], 1, 128) is var all && all.Count == stages ? all
            : throw config.Wrong("num_attention_heads", $"a list of {stages}, as many as hidden_sizes");
        int side = config.Whole("image_size", 224, 1, LargestSide);
        const string Head = "classifier.linear.weight";
        return new Architecture("levit", Head,
            Architecture.ImageNet.ForInput(side, side), (g, classes) =>
        {
            if (g.Shape(g.Input)[1] != g.Shape(g.Input)[2])
            {
                throw new ArgumentException("the input must be square");
            }
            Node x = g.Scope("levit", "LevitModel", () =>
            {
                Node y = g.Scope("patch_embeddings", "LevitPatchEmbeddings", () => Stem(g, widths[0]));
                return g.Scope("encoder", "LevitEncoder", () =>
                {
                    Node z = y;
                    for (int i = 0; i < stages; i++)
                    {
                        z = Stage(g, i, z, depths[i], new(heads[i], keys[i], ratios[i]), widening[i],
                            keys[0], next: i + 1 < stages ? widths[i + 1] : null);
                    }
                    return z;
                });
            });
            Node pooled = g.AdaptiveAvgPool2d(x, 1);
            Node Classified(string name) => g.Scope(name, "LevitClassificationLayer", () =>
                g.Linear("linear", g.Flatten(g.BatchNorm2d("batch_norm", pooled)), classes));
            Node logits = Classified("classifier");
            return distilled ? g.Call(new MultiplyBy(0.5), g.Add(logits, Classified("classifier_distill"))) : logits;
        })
        {
            SizeOf = _ => side,
            Ignores = name => name.EndsWith(".attention_bias_idxs", StringComparison.Ordinal), // follow from the grid
        };
    }

    private static Node Stem(NetworkBuilder g, long width)
    {
        Node x = g.Input;
        for (int i = 1; i <= Halvings; i++)
        {
            Node before = x;
            x = g.Scope($"embedding_layer_{i}", "LevitConvEmbeddings", () => g.BatchNorm2d("batch_norm",
                g.Conv2d("convolution", before, width >> (Halvings - i), kernel: 3, stride: 2, padding: 1, bias: false)));
            x = i == Halvings ? x : g.Hardswish($"activation_layer_{i}", x);
        }
        return x;
    }

    private static Node Stage(NetworkBuilder g, int index, Node x, int depth, Heads heads, long widening, long keys, long? next) =>
        g.Scope($"stages.{index}", "LevitStage", () =>
        {
            int layer = 0;
            for (int i = 0; i < depth; i++)
            {
                x = Around(y => Attention(g, y, heads, g.Channels(y), step: null));
                x = Around(y => Mlp(g, y, widening));
            }
            if (next is { } width)
            {
                Node before = x;
                var drawing = new Heads(g.Channels(x) / keys, keys, DrawingRatio);
                x = g.Scope($"layers.{layer++}", "LevitAttentionSubsample", () => Attention(g, before, drawing, width, step: 2));
                x = Around(y => Mlp(g, y, DrawingWidening));
            }
            return x;

            Node Around(Func<Node, Node> part)
            {
                Node before = x;
                return g.Add(before, g.Scope($"layers.{layer++}", "LevitResidualLayer",
                    () => g.Scope("module", "Module", () => part(before))));
            }
        });

    private static Node Mlp(NetworkBuilder g, Node x, long widening)
    {
        long width = g.Channels(x);
        return Layer(g, "linear_down", g.Hardswish("activation", Layer(g, "linear_up", x, widening * width)), width);
    }

    /// <summary>Attention of all places, or of every so many rows and columns, to all places.</summary>
    private static Node Attention(NetworkBuilder g, Node x, Heads heads, long width, long? step)
    {
        (long count, long keys, long values) = (heads.Count, heads.Keys, heads.Ratio * heads.Keys);
        (long side, long places) = (g.Shape(x)[1], g.Shape(x)[1] * g.Shape(x)[2]);
        long looking = step is null ? side : (side - 1) / step.Value + 1;
        Node Split(Node made) => g.Call(new Reshape([-1, count, g.Channels(made) / count, g.Shape(made)[1] * g.Shape(made)[2]]), made);
        Node queries, rest;
        if (step is { } every)
        {
            rest = Split(Layer(g, "keys_values", x, count * (keys + values)));
            Node few = g.Call(new ChannelsFirst(), new Slice(3, 0, side, every),
                g.Call(new ChannelsFirst(), new Slice(2, 0, side, every), x));
            queries = Split(Layer(g, "queries", few, count * keys));
        }
        else
        {
            Node all = Split(Layer(g, "queries_keys_values", x, count * (2 * keys + values)));
            queries = g.Call(new Slice(2, 0, keys, 1), all);
            rest = g.Call(new Slice(2, keys, 2 * keys + values, 1), all);
        }
        Node scores = g.Call(new MatMul(), g.Call(new Permute([0, 1, 3, 2]), queries), g.Call(new Slice(2, 0, keys, 1), rest));
        Node bias = g.Call(new DistanceBias(new Parameter(g.PathOf("attention_biases"), count, places), side, step ?? 1));
        scores = g.Call(new Softmax(3), g.Add(g.Call(new MultiplyBy(1 / Math.Sqrt(keys)), scores), bias));
        Node y = g.Call(new MatMul(), scores, g.Call(new Permute([0, 1, 3, 2]), g.Call(new Slice(2, keys, keys + values, 1), rest)));
        y = g.Call(new Permute([0, 1, 3, 2]), y);
        y = g.Call(new ChannelsFirst(), new Reshape([-1, count * values, looking, looking]), y);
        return Layer(g, "projection", g.Hardswish("activation", y), width);
    }

    private static Node Layer(NetworkBuilder g, string name, Node x, long channels) =>
        g.Scope(name, "MLPLayerWithBN", () =>
            g.BatchNorm2d("batch_norm", g.Conv2d("linear", x, channels, kernel: 1, bias: false)));

    /// <param name="Count">How many heads.</param>
    /// <param name="Keys">How many channels a head's queries and keys have.</param>
    /// <param name="Ratio">How many times as many its values have.</param>
    private sealed record Heads(long Count, long Keys, long Ratio);
}
