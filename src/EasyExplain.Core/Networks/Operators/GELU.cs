using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>x·Φ(x), with the exact distribution function of the normal distribution (Hendrycks and Gimpel 2016, arXiv 1606.08415).</summary>
public sealed record GELU : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].gelu();
}
