using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>Dropout of a network in use: its input.</summary>
public sealed record Dropout : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].alias();
}

/// <summary>Stochastic depth (Huang et al. 2016, arXiv 1603.09382) of a network in use: its input.</summary>
public sealed record StochasticDepth : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].alias();
}
