using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>Group normalisation, γ·(x − mean)/√(variance + ε) + β over the channels of each group and all places (Wu and He 2018, arXiv 1803.08494).</summary>
/// <param name="Groups">Into how many groups the channels fall.</param>
/// <param name="Weight">γ, <c>[C]</c>; null for 1.</param>
/// <param name="Bias">β, <c>[C]</c>; null for 0.</param>
/// <param name="Eps">ε.</param>
public sealed record GroupNorm(long Groups, Parameter? Weight, Parameter? Bias, double Eps) : KeepsShape
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => new[] { Weight, Bias }.OfType<Parameter>();

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.group_norm(inputs[0], Groups, Weight?.Value, Bias?.Value, Eps);
}

/// <summary>Instance normalisation: group normalisation where each channel is a group (Ulyanov et al. 2016, arXiv 1607.08022).</summary>
/// <param name="Weight">γ, <c>[C]</c>; null for 1.</param>
/// <param name="Bias">β, <c>[C]</c>; null for 0.</param>
/// <param name="Eps">ε.</param>
public sealed record InstanceNorm(Parameter? Weight, Parameter? Bias, double Eps) : KeepsShape
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => new[] { Weight, Bias }.OfType<Parameter>();

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.group_norm(inputs[0], inputs[0].shape[1], Weight?.Value, Bias?.Value, Eps);
}

/// <summary>Local response normalisation: x / (k + α/size · Σ x²)^β, the sum over neighbouring channels (Krizhevsky et al. 2012, section 3.3).</summary>
/// <param name="Size">How many channels, an odd number.</param>
/// <param name="Alpha">α.</param>
/// <param name="Beta">β.</param>
/// <param name="K">k.</param>
public sealed record LocalResponseNorm(long Size, double Alpha, double Beta, double K) : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.local_response_norm(inputs[0], Size, Alpha, Beta, K);
}
