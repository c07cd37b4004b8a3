using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>x + y.</summary>
public sealed record Add : Broadcasts
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].Plus(inputs[1]);
}

/// <summary>x − y.</summary>
public sealed record Subtract : Broadcasts
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0] - inputs[1];
}

/// <summary>x · y; where one has a single value for a channel, that value stands for the whole channel.</summary>
public sealed record Multiply : Broadcasts
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0] * inputs[1];
}

/// <summary>x / y.</summary>
public sealed record Divide : Broadcasts
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0] / inputs[1];
}

/// <summary>The larger of two numbers at each place.</summary>
public sealed record Maximum : Broadcasts
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].maximum(inputs[1]);
}

/// <summary>The smaller of two numbers at each place.</summary>
public sealed record Minimum : Broadcasts
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].minimum(inputs[1]);
}

/// <summary>xʸ, for a number y or place by place.</summary>
/// <param name="Exponent">y; null where it is the second input.</param>
public sealed record Power(double? Exponent = null) : Broadcasts
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) =>
        Exponent is { } exponent ? inputs[0].ToPower(exponent) : inputs[0].pow(inputs[1]);
}

/// <summary>x + a number.</summary>
/// <param name="Number">The number.</param>
public sealed record AddNumber(double Number) : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].Plus(Number);
}

/// <summary>x · a number.</summary>
/// <param name="Factor">The number.</param>
public sealed record MultiplyBy(double Factor) : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].Times(Factor);
}

/// <summary>−x.</summary>
public sealed record Negate : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].neg();
}

/// <summary>|x|.</summary>
public sealed record Abs : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].abs();
}

/// <summary>1 / x.</summary>
public sealed record Reciprocal : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].reciprocal();
}

/// <summary>√x.</summary>
public sealed record Sqrt : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].sqrt();
}

/// <summary>1 / √x.</summary>
public sealed record Rsqrt : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].rsqrt();
}

/// <summary>eˣ.</summary>
public sealed record Exp : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].exp();
}

/// <summary>The natural logarithm.</summary>
public sealed record Log : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].log();
}

/// <summary>The error function, 2/√π · ∫₀ˣ e^(−t²) dt.</summary>
public sealed record Erf : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].erf();
}
