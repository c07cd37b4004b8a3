using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>Batch normalisation with running statistics: γ·(x − μ)/√(σ² + ε) + β, per channel (Ioffe and Szegedy 2015, arXiv 1502.03167).</summary>
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
