using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Runtime;

namespace EasyExplain.Import.Onnx;

// Normalisations by what a picture itself has: over groups of channels, or over the last dimensions.
internal sealed partial class OnnxOperators
{
    private ModelValue GroupNorm(OnnxCall call)
    {
        (long groups, long channels) = (call.Integer("num_groups", 1), SizeOf(call[0], 1));
        Parameter weight = PerChannel(call.Fixed(1)).Parameter(Layer + ".weight"),
            bias = PerChannel(call.Fixed(2)).Parameter(Layer + ".bias");
        return Apply(new GroupNorm(groups, weight, bias, call.Real("epsilon", 1e-5)), call[0]);

        // Before opset 21 a weight stood for all channels of its group.
        FixedTensor PerChannel(FixedTensor given) =>
            call.Opset < 21 && given.Shape is [> 0 and var count] && count == groups && channels % count == 0
            ? Compute(() => given.Value.repeat_interleave(channels / count, 0))
            : given;
    }

    private ModelValue LayerNorm(OnnxCall call, double otherwise = 1e-5)
    {
        long[] over = Over(call);
        double eps = call.Real("epsilon", otherwise);
        (FixedTensor scale, FixedTensor? shift) = (call.Fixed(1), call.FixedOrNull(2));
        bool fit = Fits(scale, over) && (shift is null || Fits(shift, over));
        if (!fit && Spreads(scale, call[0]) && (shift is null || Spreads(shift, call[0])))
        {
            // Weights for other places than what is normalised: for each token, or one for all.
            ModelValue scaled = Apply(new Multiply(), Apply(new LayerNorm(over.Length, null, null, eps), call[0]), scale);
            return shift is null ? scaled : Apply(new Add(), scaled, shift);
        }
        Parameter weight = scale.Parameter(Layer + ".weight", Fits(scale, over) ? over : null);
        Parameter? bias = shift?.Parameter(Layer + ".bias", Fits(shift, over) ? over : null);
        return LayerNorm(call[0], over.Length, weight, bias, eps);
    }

    private ModelValue RmsNorm(OnnxCall call)
    {
        long[] over = Over(call);
        double eps = call.Real("epsilon", 1e-5);
        return Fits(call.Fixed(1), over)
            ? Apply(new RMSNorm(over.Length, call.Fixed(1).Parameter(Layer + ".weight", over), eps), call[0])
            : Apply(new Multiply(), Apply(new RMSNorm(over.Length, null, eps), call[0]), call[1]);
    }

    /// <summary>A batch normalisation with statistics for each place of each channel, as before opset 9.</summary>
    private ModelValue NormOfPlaces(OnnxCall call)
    {
        FixedTensor factor = Compute(() => call.Fixed(1).Value / call.Fixed(4).Value.Plus(call.Real("epsilon", 1e-5)).sqrt());
        FixedTensor added = Compute(() => call.Fixed(2).Value - call.Fixed(3).Value * factor.Value);
        return Apply(new Add(), Apply(new Multiply(), call[0], factor), added);
    }

    /// <summary>The sizes of what is normalised together.</summary>
    private long[] Over(OnnxCall call)
    {
        int rank = Rank(call[0]), first = Dim(call.Integer("axis", -1), rank);
        return [.. Enumerable.Range(first, rank - first).Select(dim => SizeOf(call[0], dim))];
    }

    /// <summary>Whether a weight has one number for each that is normalised together, whatever dimensions of one stand before.</summary>
    private static bool Fits(FixedTensor weight, long[] over) => weight.Shape.Length >= over.Length
        && weight.Shape[^over.Length..].SequenceEqual(over) && weight.Shape[..^over.Length].All(size => size == 1);

    /// <summary>Whether a weight can be multiplied with an input place by place.</summary>
    private bool Spreads(FixedTensor weight, ModelValue x) => weight.Shape.Length <= Rank(x)
        && Enumerable.Reverse(weight.Shape).Zip(ShapeOf(x).Reverse()).All(pair => pair.First == 1 || pair.Second == new Size(pair.First));
}
