using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>Each channel of <c>[N, C, H, W]</c> times a trained factor (Touvron et al. 2021, arXiv 2103.17239).</summary>
/// <param name="Factor"><c>[C, 1, 1]</c>.</param>
public sealed record LayerScale(Parameter Factor) : KeepsShape
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => [Factor];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0] * Factor.Value;
}
