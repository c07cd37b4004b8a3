using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>x·Φ(x), with the exact distribution function of the normal distribution (Hendrycks and Gimpel 2016, arXiv 1606.08415).</summary>
public sealed record GELU : KeepsShape
{
    internal static readonly double TanhScale = Math.Sqrt(2 / Math.PI);
    internal const double TanhCube = 0.044715;

    /// <summary>Whether Φ is made of a tanh, x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2, as the paper says too.</summary>
    public bool Tanh { get; init; }

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        if (!Tanh)
        {
            return inputs[0].gelu();
        }
        using DisposeScope scope = NewDisposeScope();
        Tensor x = inputs[0], inner = x.Plus((x * x * x).Times(TanhCube)).Times(TanhScale);
        return (x.Times(0.5) * inner.tanh().Plus(1)).MoveToOuterDisposeScope();
    }
}
