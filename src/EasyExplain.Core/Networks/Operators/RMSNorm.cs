using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

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
