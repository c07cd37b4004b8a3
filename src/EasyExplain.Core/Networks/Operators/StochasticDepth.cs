using EasyExplain.Networks.Engines.OnnxRuntime;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>Stochastic depth (Huang et al. 2016, arXiv 1603.09382) of a network in use: its input.</summary>
public sealed record StochasticDepth : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].alias();

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => inputs[0];
}
