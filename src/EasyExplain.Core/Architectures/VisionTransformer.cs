using EasyExplain.Import.Onnx;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Weights;

namespace EasyExplain.Architectures;

/// <summary>
/// ViT (Dosovitskiy et al. 2020, arXiv 2010.11929, table 1): patches as tokens, a class token before them that is read at the end. What
/// came after it has the same blocks, and differs in what <see cref="TokenForm"/> tells. Layers have torchvision's names.
/// </summary>
internal static partial class VisionTransformer
{
    // A file must not be able to ask for all the memory there is: attention grows with the fourth power of the side.
    private const long LargestSide = 2048;

    private const string Head = "heads.head.weight";

    public static IReadOnlyList<Architecture> Family { get; } =
    [
        Of("vit_b_16", new(Patch: 16, Depth: 12, Heads: 12, Width: 768)),
        Of("vit_b_32", new(Patch: 32, Depth: 12, Heads: 12, Width: 768)),
        Of("vit_l_16", new(Patch: 16, Depth: 24, Heads: 16, Width: 1024)),
        Of("vit_l_32", new(Patch: 32, Depth: 24, Heads: 16, Width: 1024)),
        Of("vit_h_14", new(Patch: 14, Depth: 32, Heads: 16, Width: 1280)),
    ];

    private static Architecture Of(string name, TokenForm form) =>
        Architecture.Torchvision(name, Head, (g, classes) => Logits(g, form, classes)) with
        {
            CurrentName = CurrentName,
            SizeOf = entries => SizeOf(entries, form),
        };

    private static Node Logits(NetworkBuilder g, TokenForm form, long classes)
    {
        Node x = Encoded(g, form);
        return g.Scope("heads", "Sequential", () => Classified(g, form, x, classes));
    }

    private static Node Encoded(NetworkBuilder g, TokenForm form)
    {
        (long height, long width) = (g.Shape(g.Input)[1], g.Shape(g.Input)[2]);
        if (form.Side is null && (height != width || height % form.Patch != 0))
        {
            throw new ArgumentException($"the input must be square, its sides a multiple of {form.Patch} pixels, the side of a patch");
        }
        Node x = g.Add("conv_proj", new Conv2d(new Parameter("conv_proj.weight", form.Width, g.Channels(g.Input), form.Patch, form.Patch),
            form.PatchBias ? new Parameter("conv_proj.bias", form.Width) : null, form.Patch, 0, 1), g.Input);
        x = Tokens(g, form, x);
        return g.Scope("encoder", "Encoder", () =>
        {
            Node y = x;
            if (form.Positions is { } covered)
            {
                y = g.Add(y, Positions(g, form, g.Shape(y)[0], height / form.Patch, width / form.Patch));
                y = covered == PositionsOf.All || !form.ClassToken ? y : g.Call(new ExtraTokens(ClassTokenOf(form), 0), y);
            }
            y = form.Registers == 0 ? y
                : g.Call(new ExtraTokens(new Parameter("reg_token", 1, form.Registers, form.Width), form.ClassToken ? 1 : 0), y);
            y = g.Dropout("dropout", y);
            y = form.NormBefore ? g.LayerNorm("ln_pre", y, form.Eps) : y;
            y = g.Scope("layers", "Sequential", () => Blocks(g, form, y));
            return form.NormAfter ? g.LayerNorm("ln", y, form.Eps) : y;
        });
    }

    private static Parameter ClassTokenOf(TokenForm form) => new("class_token", 1, 1, form.Width);

    private static Node Tokens(NetworkBuilder g, TokenForm form, Node x)
    {
        bool withClass = form.ClassToken && form.Positions != PositionsOf.Places;
        x = g.Call(new PatchTokens(withClass ? ClassTokenOf(form) : null, g.Shape(x)[1], g.Shape(x)[2]), x);
        return form.Distilled ? g.Call(new ExtraTokens(new Parameter("dist_token", 1, 1, form.Width), 1), x) : x;
    }

    private static Node Positions(NetworkBuilder g, TokenForm form, long tokens, long rows, long columns)
    {
        long trained = (form.Side ?? 0) / form.Patch, leading = tokens - rows * columns;
        if (form.Side is null || (trained == rows && trained == columns))
        {
            return g.Call(new Constant(new Parameter(g.PathOf("pos_embedding"), 1, tokens, form.Width)));
        }
        // As PyTorch's bicubic interpolation has it, with and without antialias.
        var resampling = new Resampling("cubic", "half_pixel", "floor", form.Antialias ? -0.5 : -0.75, form.Antialias, form.Antialias);
        return g.Call(new ResizedPositions(new Parameter(g.PathOf("pos_embedding"), 1, leading + trained * trained, form.Width), leading,
            resampling.Weights(trained, rows, (float)rows / trained), resampling.Weights(trained, columns, (float)columns / trained),
            rows, columns));
    }

    private static Node Blocks(NetworkBuilder g, TokenForm form, Node x)
    {
        for (int i = 0; i < form.Depth; i++)
        {
            x = Block(g, form, $"encoder_layer_{i}", x);
        }
        return x;
    }

    /// <summary>Attention between all tokens, two layers for each token by itself, and the ways around both (figure 1).</summary>
    private static Node Block(NetworkBuilder g, TokenForm form, string name, Node x) =>
        g.Scope(name, "EncoderBlock", () =>
        {
            Node y = g.Dropout("dropout", Attention(g, form, g.LayerNorm("ln_1", x, form.Eps)));
            x = g.Add(Scaled(g, form, "ls_1", y), x);
            y = g.LayerNorm("ln_2", x, form.Eps);
            y = g.Scope("mlp", "MLPBlock", () => Mlp(g, form, y));
            return g.Add(x, Scaled(g, form, "ls_2", y));
        });

    private static Node Scaled(NetworkBuilder g, TokenForm form, string name, Node x) =>
        form.LayerScale ? g.Add(name, new LayerScale(new Parameter(g.PathOf(name), form.Width)), x) : x;

    private static Node Mlp(NetworkBuilder g, TokenForm form, Node x)
    {
        x = g.Linear("0", x, form.Hidden);
        if (form.Gated)
        {
            Node gate = g.Add("1", form.Activation(), g.Call(new Slice(2, 0, form.Hidden / 2, 1), x));
            x = g.Multiply(gate, g.Call(new Slice(2, form.Hidden / 2, form.Hidden, 1), x));
        }
        else
        {
            x = g.Add("1", form.Activation(), x);
        }
        x = form.NormBetween ? g.LayerNorm("norm", x, form.Eps) : x;
        return g.Dropout("4", g.Linear("3", g.Dropout("2", x), form.Width));
    }

    private static Node Attention(NetworkBuilder g, TokenForm form, Node x) =>
        g.Scope("self_attention", "MultiheadAttention", () =>
        {
            long width = form.Width;
            var weight = new Parameter(g.PathOf("in_proj_weight"), 3 * width, width);
            Parameter? bias = form.AttentionBias ? new Parameter(g.PathOf("in_proj_bias"), 3 * width) : null;
            Node y = g.Call(new Linear(weight, bias), x);
            y = form.Rotary > 0 && x.Layout is TokenGrid grid
                ? g.Call(new RotaryPositions(form.Heads, grid.Leading, grid.Height, grid.Width, form.Rotary), y) : y;
            y = form.RelativePositions ? g.Call(new SelfAttention(form.Heads), y, RelativePositions(g, form, g.Shape(x)[0]))
                : g.Call(new SelfAttention(form.Heads), y);
            return g.Scope("out_proj", "NonDynamicallyQuantizableLinear", () =>
                g.Call(new Linear(new Parameter(g.PathOf("weight"), width, width), new Parameter(g.PathOf("bias"), width)), y));
        });

    private static Node RelativePositions(NetworkBuilder g, TokenForm form, long tokens)
    {
        long side = (long)Math.Sqrt(tokens - 1), distances = 2 * side - 1;
        var table = new Parameter(g.PathOf("relative_position_bias_table"), distances * distances + 3, form.Heads);
        return g.Call(new RelativePositionBias(table, side) { ClassToken = true });
    }

    private static Node Classified(NetworkBuilder g, TokenForm form, Node x, long classes)
    {
        Node y = form.Read switch
        {
            TokensRead.Class => g.Call(new ClassToken(), x),
            TokensRead.Mean => MeanOfPlaces(g, x),
            _ => g.Concat(g.Call(new ClassToken(), x), MeanOfPlaces(g, x)),
        };
        y = form.NormOfRead ? g.LayerNorm("norm", y, form.Eps) : y;
        if (classes == 0)
        {
            return y; // saved without a classifier: what it would read is all there is
        }
        Node logits = g.Linear("head", y, classes);
        return form.Distilled && form.DistilledHead
            ? g.Call(new MultiplyBy(0.5), g.Add(logits, g.Linear("head_dist", g.Call(new ClassToken(1), x), classes)))
            : logits;
    }

    private static Node MeanOfPlaces(NetworkBuilder g, Node x)
    {
        long leading = ((TokenGrid)x.Layout!).Leading;
        return g.Call(new Mean([1], Keep: false), leading == 0 ? x : g.Call(new Slice(1, leading, g.Shape(x)[0], 1), x));
    }

    /// <summary>Before torchvision 0.14 a block's two layers had names; its own files still have them.</summary>
    private static string CurrentName(string name) =>
        name.Replace(".mlp.linear_1.", ".mlp.0.", StringComparison.Ordinal).Replace(".mlp.linear_2.", ".mlp.3.", StringComparison.Ordinal);

    /// <summary>
    /// The positions are trained one by one, so their number fixes the input's size: a square of patches, and the tokens before them.
    /// </summary>
    private static int? SizeOf(IReadOnlyList<WeightEntry> entries, TokenForm form)
    {
        if (form.Side is not null)
        {
            return null;
        }
        long leading = form.Positions == PositionsOf.Places ? 0 : (form.ClassToken ? 1 : 0) + (form.Distilled ? 1 : 0);
        const string Block = "encoder.layers.encoder_layer_0.self_attention.";
        long patches = form.Positions is null
            ? (Root((ShapeOf(Block + "relative_position_bias_table") is [var distances, _] ? distances : 0) - 3) + 1) / 2
            : Root((ShapeOf("encoder.pos_embedding") is [1, var tokens, _] ? tokens : 0) - leading);
        return patches > 0 && patches <= LargestSide / form.Patch ? (int)(patches * form.Patch) : null;

        IReadOnlyList<long>? ShapeOf(string name) => entries.FirstOrDefault(entry => entry.Name == name)?.Shape;

        static long Root(long square) => (long)Math.Sqrt(Math.Max(0, square)) is var root && root * root == square ? root : 0;
    }
}
