using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>
/// Batch normalisation with running statistics: γ·(x − μ)/√(σ² + ε) + β, per channel (Ioffe and Szegedy 2015, arXiv 1502.03167).
/// </summary>
/// <param name="Weight">γ, <c>[C]</c>.</param>
/// <param name="Bias">β, <c>[C]</c>.</param>
/// <param name="RunningMean">μ, <c>[C]</c>.</param>
/// <param name="RunningVar">σ², <c>[C]</c>.</param>
/// <param name="Eps">ε; not part of a state dict, so the architecture states it.</param>
public sealed record BatchNorm2d(Parameter Weight, Parameter Bias, Parameter RunningMean, Parameter RunningVar, double Eps) : KeepsShape
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => [Weight, Bias, RunningMean, RunningVar];

    /// <inheritdoc/>
    public override Tensor? ChannelBias => Bias.Value - Weight.Value * RunningMean.Value / RunningVar.Value.Plus(Eps).sqrt();

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.batch_norm(
        inputs[0], RunningMean.Value, RunningVar.Value, Weight.Value, Bias.Value, training: false, eps: Eps);
}

/// <summary>
/// Group normalisation, γ·(x − mean)/√(variance + ε) + β over the channels of each group and all places (Wu and He 2018, arXiv 1803.08494).
/// </summary>
/// <param name="Groups">Into how many groups the channels fall.</param>
/// <param name="Weight">γ, <c>[C]</c>; null for 1.</param>
/// <param name="Bias">β, <c>[C]</c>; null for 0.</param>
/// <param name="Eps">ε.</param>
public sealed record GroupNorm(long Groups, Parameter? Weight, Parameter? Bias, double Eps) : KeepsShape
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => new[] { Weight, Bias }.OfType<Parameter>();

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) =>
        nn.functional.group_norm(inputs[0], Groups, Weight?.Value, Bias?.Value, Eps);
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
    public override Tensor Run(IReadOnlyList<Tensor> inputs) =>
        nn.functional.group_norm(inputs[0], inputs[0].shape[1], Weight?.Value, Bias?.Value, Eps);
}

/// <summary>
/// Local response normalisation: x / (k + α/size · Σ x²)^β, the sum over neighbouring channels (Krizhevsky et al. 2012, section 3.3).
/// </summary>
/// <param name="Size">How many channels, an odd number.</param>
/// <param name="Alpha">α.</param>
/// <param name="Beta">β.</param>
/// <param name="K">k.</param>
public sealed record LocalResponseNorm(long Size, double Alpha, double Beta, double K) : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.local_response_norm(inputs[0], Size, Alpha, Beta, K);
}

/// <summary>
/// Layer normalisation over the last dimensions together, <c>[N, …, C]</c>: γ·(x − mean)/√(variance + ε) + β, at each place where it is the
/// last alone (Ba et al. 2016, arXiv 1607.06450).
/// </summary>
/// <param name="Dims">How many dimensions.</param>
/// <param name="Weight">γ, of their sizes; null for 1.</param>
/// <param name="Bias">β, of their sizes; null for 0.</param>
/// <param name="Eps">ε; not part of a state dict, so the architecture states it.</param>
public sealed record LayerNorm(int Dims, Parameter? Weight, Parameter? Bias, double Eps) : KeepsShape
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => new[] { Weight, Bias }.OfType<Parameter>();

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) =>
        nn.functional.layer_norm(inputs[0], inputs[0].shape[^Dims..], Weight?.Value, Bias?.Value, Eps);
}

/// <summary>Layer normalisation over the channels of <c>[N, C, H, W]</c>.</summary>
/// <param name="Weight">γ, <c>[C]</c>.</param>
/// <param name="Bias">β, <c>[C]</c>.</param>
/// <param name="Eps">ε.</param>
public sealed record LayerNorm2d(Parameter Weight, Parameter Bias, double Eps) : KeepsShape
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => [Weight, Bias];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = inputs[0].permute(0, 2, 3, 1);
        return nn.functional.layer_norm(x, [.. Weight.Shape], Weight.Value, Bias.Value, Eps).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}

/// <summary>γ·x/√(mean of x² + ε) over the last dimensions together (Zhang and Sennrich 2019, arXiv 1910.07467).</summary>
/// <param name="Dims">How many dimensions.</param>
/// <param name="Weight">γ, of their sizes; null for 1.</param>
/// <param name="Eps">ε.</param>
public sealed record RMSNorm(int Dims, Parameter? Weight, double Eps) : KeepsShape
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => Weight is null ? [] : [Weight];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = inputs[0], y = x / (x * x).mean(Last(x.ndim), keepdim: true).Plus(Eps).sqrt();
        return (Weight is null ? y : y * Weight.Value).MoveToOuterDisposeScope();
    }

    internal long[] Last(long dimensions) => [.. Enumerable.Range(0, Dims).Select(i => dimensions - Dims + i)];
}
