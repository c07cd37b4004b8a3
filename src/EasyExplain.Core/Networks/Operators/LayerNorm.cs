using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>Layer normalisation over the last dimension, <c>[N, …, C]</c>: γ·(x − mean)/√(variance + ε) + β at each place (Ba et al. 2016, arXiv 1607.06450).</summary>
/// <param name="Weight">γ, <c>[C]</c>.</param>
/// <param name="Bias">β, <c>[C]</c>.</param>
/// <param name="Eps">ε; not part of a state dict, so the architecture states it.</param>
public sealed record LayerNorm(Parameter Weight, Parameter Bias, double Eps) : KeepsShape
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => [Weight, Bias];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.layer_norm(inputs[0], [.. Weight.Shape], Weight.Value, Bias.Value, Eps);
}

/// <summary>The same over the channels of <c>[N, C, H, W]</c>.</summary>
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

/// <summary>Layer normalisation over the last dimensions together.</summary>
/// <param name="Dims">How many.</param>
/// <param name="Weight">γ, of their sizes; null for 1.</param>
/// <param name="Bias">β, of their sizes; null for 0.</param>
/// <param name="Eps">ε.</param>
public sealed record LayerNormOver(int Dims, Parameter? Weight, Parameter? Bias, double Eps) : KeepsShape
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => new[] { Weight, Bias }.OfType<Parameter>();

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.layer_norm(inputs[0], inputs[0].shape[^Dims..], Weight?.Value, Bias?.Value, Eps);
}
