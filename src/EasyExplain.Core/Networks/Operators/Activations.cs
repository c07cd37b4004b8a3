using EasyExplain.Runtime;
using TorchSharp;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>max(x, 0).</summary>
public sealed record ReLU : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].relu();
}

/// <summary>min(max(x, 0), 6).</summary>
public sealed record ReLU6 : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].relu6();
}

/// <summary>min(max(x, Min), Max).</summary>
/// <param name="Min">The lowest; null for no bound.</param>
/// <param name="Max">The highest; null for no bound.</param>
public sealed record Clamp(double? Min, double? Max) : KeepsShape
{
    internal double Low => Min ?? double.NegativeInfinity;

    internal double High => Max ?? double.PositiveInfinity;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].Within(Low, High);
}

/// <summary>x, or Slope·x where x is negative (Maas et al. 2013).</summary>
/// <param name="Slope">The slope below 0.</param>
public sealed record LeakyReLU(double Slope) : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using Scalar slope = Slope;
        return inputs[0].leaky_relu(slope);
    }
}

/// <summary>The same with trained slopes (He et al. 2015, arXiv 1502.01852).</summary>
/// <param name="Slope"><c>[C]</c>, or <c>[1]</c> for all channels.</param>
public sealed record PReLU(Parameter Slope) : KeepsShape
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => [Slope];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.prelu(inputs[0], Slope.Value);
}

/// <summary>x, or α·(eˣ − 1) where x is negative (Clevert et al. 2015, arXiv 1511.07289).</summary>
/// <param name="Alpha">α.</param>
public sealed record ELU(double Alpha) : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using Scalar alpha = Alpha;
        return inputs[0].elu(alpha, One, One);
    }
}

/// <summary>The exponential unit whose outputs keep mean 0 and variance 1 (Klambauer et al. 2017, arXiv 1706.02515).</summary>
public sealed record SELU : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.selu(inputs[0]);
}

/// <summary>max(x, 0) + min(α·(e^(x/α) − 1), 0) (Barron 2017, arXiv 1704.07483).</summary>
/// <param name="Alpha">α.</param>
public sealed record CELU(double Alpha) : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using Scalar alpha = Alpha;
        return inputs[0].celu(alpha);
    }
}

/// <summary>
/// x·Φ(x), with the exact distribution function of the normal distribution (Hendrycks and Gimpel 2016, arXiv 1606.08415).
/// </summary>
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

/// <summary>x · sigmoid(α·x), also called swish (Ramachandran et al. 2017, arXiv 1710.05941).</summary>
public sealed record SiLU : KeepsShape
{
    /// <summary>α.</summary>
    public double Alpha { get; init; } = 1;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        if (Alpha == 1)
        {
            return inputs[0].silu();
        }
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        return (inputs[0] * inputs[0].Times(Alpha).sigmoid()).MoveToOuterDisposeScope();
    }
}

/// <summary>x·tanh(log(1 + eˣ)) (Misra 2019, arXiv 1908.08681).</summary>
public sealed record Mish : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        return (inputs[0] * Softplus.Of(inputs[0]).tanh()).MoveToOuterDisposeScope();
    }
}

/// <summary>log(1 + eˣ).</summary>
public sealed record Softplus : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => Of(inputs[0]);

    /// <summary>log(eˣ + e⁰): libtorch's own is called with numbers that TorchSharp does not hold.</summary>
    public static Tensor Of(Tensor x)
    {
        using Tensor zero = zeros_like(x);
        return x.logaddexp(zero);
    }
}

/// <summary>1 / (1 + e⁻ˣ).</summary>
public sealed record Sigmoid : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].sigmoid();
}

/// <summary>min(max(x + 3, 0), 6) / 6, the sigmoid in three straight pieces (Howard et al. 2019, arXiv 1905.02244, section 5.2).</summary>
public sealed record Hardsigmoid : KeepsShape
{
    /// <inheritdoc/>
    /// <remarks>
    /// In two steps: libtorch has no second derivative of its own hardsigmoid, and ends the process where ShapleyCAM asks for one.
    /// </remarks>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        return nn.functional.relu6(inputs[0].Plus(3)).Over(6).MoveToOuterDisposeScope();
    }
}

/// <summary>x · min(max(x + 3, 0), 6) / 6 (Howard et al. 2019, arXiv 1905.02244, section 5.2).</summary>
public sealed record Hardswish : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].hardswish();
}

/// <summary>The hyperbolic tangent.</summary>
public sealed record Tanh : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].tanh();
}

/// <summary>e^(xᵢ) / Σⱼ e^(xⱼ) along a dimension.</summary>
/// <param name="Dim">The dimension; the batch is 0.</param>
public sealed record Softmax(int Dim) : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].softmax(Dim);
}

/// <summary>The logarithm of softmax along a dimension.</summary>
/// <param name="Dim">The dimension; the batch is 0.</param>
public sealed record LogSoftmax(int Dim) : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].log_softmax(Dim);
}
