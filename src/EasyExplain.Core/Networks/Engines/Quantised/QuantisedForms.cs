using EasyExplain.Networks.Engines.OnnxRuntime;
using EasyExplain.Networks.Engines.OnnxRuntime.Forms;
using EasyExplain.Networks.Operators;
using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Engines.Quantised;

/// <summary>Where an operation in 8 bits is written down.</summary>
/// <param name="At">The model, and the names of what it reads there: numbers made of bytes.</param>
/// <param name="Step">From one step of its first input to the next.</param>
internal sealed record QuantisedPlace(OnnxPlace At, float Step);

/// <summary>
/// How operations are written such that ONNX Runtime makes ones in 8 bits of them: weights as bytes, a scale for each channel, and biases
/// in steps of the products (Jacob et al. 2018, arXiv 1712.05877). What has no form here stays in float32.
/// </summary>
internal static class QuantisedForms
{
    private const float Highest = sbyte.MaxValue;
    private const double Least = 1e-12; // a step of weights that are all zero
    private const double MostBias = 1 << 30; // of an int32's range; what is added to it has the rest
    private static readonly ValueRange Probability = new(0, 1);

    /// <summary>All of them.</summary>
    public static OperatorTable<QuantisedPlace, string> Table { get; } = new()
    {
        (Conv2d convolution, QuantisedPlace place) => Convolved(place, convolution.Weight.Value, convolution.Bias?.Value,
            ("strides", LayerForms.Sides(convolution.Stride)), ("pads", LayerForms.BothEnds(convolution.Padding)),
            ("dilations", LayerForms.Sides(convolution.Dilation)), ("group", convolution.Groups)),
        (BatchNorm2d norm, QuantisedPlace place) => Scaled(norm, place),
        (ChannelAffine affine, QuantisedPlace place) => ByChannel(place,
            tensor([.. affine.Scale], dtype: float32), tensor([.. affine.Shift], dtype: float32)),
        (Linear linear, QuantisedPlace place) => Multiplied(linear, place),
        (SiLU silu, QuantisedPlace place) => silu.Alpha == 1 ? Gated(place) : null,
        (Add add, QuantisedPlace place) => OnnxForms.Table.Make(add, place.At),
        (Multiply times, QuantisedPlace place) => OnnxForms.Table.Make(times, place.At),
        (Concat concat, QuantisedPlace place) => concat.Dim == 1 ? OnnxForms.Table.Make(concat, place.At) : null,
        (Sigmoid sigmoid, QuantisedPlace place) => OnnxForms.Table.Make(sigmoid, place.At),
        (AvgPool2d pool, QuantisedPlace place) => OnnxForms.Table.Make(pool, place.At),
        (AdaptiveAvgPool2d pool, QuantisedPlace place) => pool.Size == 1 ? OnnxForms.Table.Make(pool, place.At) : null,
    };

    /// <summary>Numbers as bytes: what ONNX calls QuantizeLinear.</summary>
    public static (string Bytes, string Step, string Zero) Counted(OnnxGraph graph, string value, ValueRange range)
    {
        string step = graph.Weight(tensor(range.Step)), zero = graph.Weight(tensor(range.Zero));
        return (graph.Add("QuantizeLinear", [value, step, zero]), step, zero);
    }

    /// <summary>The numbers that bytes stand for.</summary>
    public static string Numbers(OnnxGraph graph, (string Bytes, string Step, string Zero) counted) =>
        graph.Add("DequantizeLinear", [counted.Bytes, counted.Step, counted.Zero]);

    private static string Convolved(QuantisedPlace place, Tensor weight, Tensor? bias, params (string, object)[] attributes)
    {
        Tensor steps = Steps(weight, bias, place.Step, dimension: 0);
        Tensor products = steps.Times(place.Step);
        string[] added = bias is null ? [] : [Integers(place, bias / products, products, int32, 0)];
        return place.At.Add("Conv", [place.At.X, Bytes(place, weight, steps, 0), .. added], attributes);
    }

    /// <summary>A factor and a summand for each channel are a convolution of 1×1 by each channel of itself.</summary>
    private static string ByChannel(QuantisedPlace place, Tensor factor, Tensor summand) =>
        Convolved(place, factor.view(-1, 1, 1, 1), summand, ("group", factor.shape[0]));

    private static string Scaled(BatchNorm2d norm, QuantisedPlace place)
    {
        Tensor factor = norm.Weight.Value / norm.RunningVar.Value.Plus(norm.Eps).sqrt();
        return ByChannel(place, factor, norm.Bias.Value - norm.RunningMean.Value * factor);
    }

    /// <summary>Its sums are float32, as is the bias that is added to them.</summary>
    private static string Multiplied(Linear linear, QuantisedPlace place)
    {
        Tensor weight = linear.Weight.Value.t().contiguous();
        string product = place.At.Add("MatMul", [place.At.X, Bytes(place, weight, Steps(weight, null, place.Step, 1), 1)]);
        return linear.Bias is null ? product : place.At.Add("Add", [product, place.At.Weight(linear.Bias)]);
    }

    /// <summary>x · sigmoid(x), each of them in bytes.</summary>
    private static string Gated(QuantisedPlace place)
    {
        OnnxGraph graph = place.At.Graph;
        string gate = Numbers(graph, Counted(graph, place.At.Add("Sigmoid"), Probability));
        return place.At.Add("Mul", [place.At.X, gate]);
    }

    /// <summary>
    /// For each channel the step that reaches its largest weight, and, where that is next to nothing, one in which its bias is an int32.
    /// </summary>
    private static Tensor Steps(Tensor weight, Tensor? bias, float inputStep, int dimension)
    {
        Tensor largest = weight.abs().transpose(0, dimension).flatten(1).amax([1]).Over(Highest);
        Tensor least = bias is null ? zeros_like(largest) : bias.abs().Over(inputStep * MostBias);
        return maximum(largest, least).Within(Least, null).to(float32);
    }

    private static string Bytes(QuantisedPlace place, Tensor weight, Tensor steps, int dimension)
    {
        long[] along = [.. Enumerable.Range(0, (int)weight.ndim).Select(dim => dim == dimension ? -1L : 1L)];
        return Integers(place, weight / steps.view(along), steps, int8, dimension);
    }

    private static string Integers(QuantisedPlace place, Tensor values, Tensor steps, ScalarType type, int dimension) =>
        place.At.Add("DequantizeLinear",
            [place.At.Weight(values.round().to(type)), place.At.Weight(steps), place.At.Weight(zeros(steps.shape, type))],
            ("axis", (long)dimension));
}
