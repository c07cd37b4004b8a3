using EasyExplain.Networks.Engines.OnnxRuntime;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>Group normalisation, γ·(x − mean)/√(variance + ε) + β over the channels of each group and all places (Wu and He 2018, arXiv 1803.08494).</summary>
/// <param name="Groups">Into how many groups the channels fall.</param>
/// <param name="Weight">γ, <c>[C]</c>; null for 1.</param>
/// <param name="Bias">β, <c>[C]</c>; null for 0.</param>
/// <param name="Eps">ε.</param>
public sealed record GroupNorm(long Groups, Parameter? Weight, Parameter? Bias, double Eps) : Operator
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => new[] { Weight, Bias }.OfType<Parameter>();

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.group_norm(inputs[0], Groups, Weight?.Value, Bias?.Value, Eps);

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs)
    {
        // Each group as one long channel.
        long[] shape = graph.ShapeOf(inputs[0]);
        string groups = graph.Add("Reshape", [inputs[0], graph.Integers(0, Groups, -1)]);
        string normal = graph.Add("InstanceNormalization", [groups, graph.Weight(ones([Groups])), graph.Weight(zeros([Groups]))], ("epsilon", Eps));
        string y = graph.Add("Reshape", [normal, graph.Integers([-1, .. shape])]);
        return ChannelsOnnx.Affine(graph, y, Weight, Bias, shape.Length);
    }
}

/// <summary>Instance normalisation: group normalisation where each channel is a group (Ulyanov et al. 2016, arXiv 1607.08022).</summary>
/// <param name="Weight">γ, <c>[C]</c>; null for 1.</param>
/// <param name="Bias">β, <c>[C]</c>; null for 0.</param>
/// <param name="Eps">ε.</param>
public sealed record InstanceNorm(Parameter? Weight, Parameter? Bias, double Eps) : Operator
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => new[] { Weight, Bias }.OfType<Parameter>();

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.group_norm(inputs[0], inputs[0].shape[1], Weight?.Value, Bias?.Value, Eps);

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs)
    {
        long[] shape = graph.ShapeOf(inputs[0]);
        string y = graph.Add("InstanceNormalization", [inputs[0], graph.Weight(ones([shape[0]])), graph.Weight(zeros([shape[0]]))], ("epsilon", Eps));
        return ChannelsOnnx.Affine(graph, y, Weight, Bias, shape.Length);
    }
}

/// <summary>Local response normalisation: x / (k + α/size · Σ x²)^β, the sum over neighbouring channels (Krizhevsky et al. 2012, section 3.3).</summary>
/// <param name="Size">How many channels, an odd number.</param>
/// <param name="Alpha">α.</param>
/// <param name="Beta">β.</param>
/// <param name="K">k.</param>
public sealed record LocalResponseNorm(long Size, double Alpha, double Beta, double K) : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.local_response_norm(inputs[0], Size, Alpha, Beta, K);

    /// <inheritdoc/>
    internal override string? ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) =>
        Size % 2 == 0 ? null : graph.Add("LRN", inputs, ("size", Size), ("alpha", Alpha), ("beta", Beta), ("bias", K));
}

/// <summary>What normalisations of channels end with, in ONNX.</summary>
internal static class ChannelsOnnx
{
    /// <summary>γ·x + β, for each channel of <c>[N, C, …]</c>.</summary>
    public static string Affine(OnnxGraph graph, string x, Parameter? weight, Parameter? bias, int dimensions)
    {
        string Of(Parameter parameter) => graph.Weight(parameter.Value.view([-1, .. Enumerable.Repeat(1L, dimensions - 1)]));
        string scaled = weight is null ? x : graph.Add("Mul", [x, Of(weight)]);
        return bias is null ? scaled : graph.Add("Add", [scaled, Of(bias)]);
    }
}
