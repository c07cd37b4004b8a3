using EasyExplain.Runtime;
using EasyExplain.Networks.Engines.OnnxRuntime;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>x − y.</summary>
public sealed record Subtract : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0] - inputs[1];

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Sub", inputs);
}

/// <summary>x / y.</summary>
public sealed record Divide : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0] / inputs[1];

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Div", inputs);
}

/// <summary>The larger of two numbers at each place.</summary>
public sealed record Maximum : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].maximum(inputs[1]);

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Max", inputs);
}

/// <summary>The smaller of two numbers at each place.</summary>
public sealed record Minimum : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].minimum(inputs[1]);

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Min", inputs);
}

/// <summary>xʸ.</summary>
public sealed record PowerOf : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].pow(inputs[1]);

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Pow", inputs);
}

/// <summary>x + a number.</summary>
/// <param name="Number">The number.</param>
public sealed record AddNumber(double Number) : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].Plus(Number);

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Add", [inputs[0], graph.Number(Number)]);
}

/// <summary>x · a number.</summary>
/// <param name="Factor">The number.</param>
public sealed record MultiplyBy(double Factor) : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].Times(Factor);

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Mul", [inputs[0], graph.Number(Factor)]);
}

/// <summary>x to the power of a number.</summary>
/// <param name="Exponent">The number.</param>
public sealed record Power(double Exponent) : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].ToPower(Exponent);

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Pow", [inputs[0], graph.Number(Exponent)]);
}

/// <summary>−x.</summary>
public sealed record Negate : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].neg();

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Neg", inputs);
}

/// <summary>|x|.</summary>
public sealed record Abs : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].abs();

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Abs", inputs);
}

/// <summary>1 / x.</summary>
public sealed record Reciprocal : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].reciprocal();

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Reciprocal", inputs);
}

/// <summary>√x.</summary>
public sealed record Sqrt : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].sqrt();

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Sqrt", inputs);
}

/// <summary>1 / √x.</summary>
public sealed record Rsqrt : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].rsqrt();

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Reciprocal", [graph.Add("Sqrt", inputs)]);
}

/// <summary>eˣ.</summary>
public sealed record Exp : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].exp();

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Exp", inputs);
}

/// <summary>The natural logarithm.</summary>
public sealed record Log : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].log();

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Log", inputs);
}

/// <summary>The error function, 2/√π · ∫₀ˣ e^(−t²) dt.</summary>
public sealed record Erf : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].erf();

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Erf", inputs);
}
