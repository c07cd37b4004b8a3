using TorchSharp;
using static EasyExplain.Runtime.HeldNumbers;
using EasyExplain.Runtime;
using EasyExplain.Networks.Engines.OnnxRuntime;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>min(max(x, 0), 6).</summary>
public sealed record ReLU6 : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].relu6();

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Clip", [inputs[0], graph.Number(0), graph.Number(6)]);
}

/// <summary>1 / (1 + e⁻ˣ).</summary>
public sealed record Sigmoid : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].sigmoid();

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Sigmoid", inputs);
}

/// <summary>x · sigmoid(α·x), also called swish (Ramachandran et al. 2017, arXiv 1710.05941).</summary>
public sealed record SiLU : Operator
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

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) =>
        graph.Add("Mul", [inputs[0], graph.Add("Sigmoid", [Alpha == 1 ? inputs[0] : graph.Add("Mul", [inputs[0], graph.Number(Alpha)])])]);
}

/// <summary>min(max(x + 3, 0), 6) / 6, the sigmoid in three straight pieces (Howard et al. 2019, arXiv 1905.02244, section 5.2).</summary>
public sealed record Hardsigmoid : Operator
{
    /// <inheritdoc/>
    /// <remarks>In two steps: libtorch has no second derivative of its own hardsigmoid, and ends the process where ShapleyCAM asks for one.</remarks>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        return nn.functional.relu6(inputs[0].Plus(3)).Over(6).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("HardSigmoid", inputs, ("alpha", 1.0 / 6), ("beta", 0.5));
}

/// <summary>x · min(max(x + 3, 0), 6) / 6 (Howard et al. 2019, arXiv 1905.02244, section 5.2).</summary>
public sealed record Hardswish : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].hardswish();

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("HardSwish", inputs);
}

/// <summary>The hyperbolic tangent.</summary>
public sealed record Tanh : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].tanh();

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Tanh", inputs);
}

/// <summary>x, or Slope·x where x is negative (Maas et al. 2013).</summary>
/// <param name="Slope">The slope below 0.</param>
public sealed record LeakyReLU(double Slope) : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using Scalar slope = Slope;
        return inputs[0].leaky_relu(slope);
    }

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("LeakyRelu", inputs, ("alpha", Slope));
}

/// <summary>The same with trained slopes (He et al. 2015, arXiv 1502.01852).</summary>
/// <param name="Slope"><c>[C]</c>, or <c>[1]</c> for all channels.</param>
public sealed record PReLU(Parameter Slope) : Operator
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => [Slope];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.prelu(inputs[0], Slope.Value);

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) =>
        graph.Add("PRelu", [inputs[0], graph.Weight(Slope.Value.view([-1, .. Enumerable.Repeat(1L, graph.ShapeOf(inputs[0]).Length - 1)]))]);
}

/// <summary>x, or α·(eˣ − 1) where x is negative (Clevert et al. 2015, arXiv 1511.07289).</summary>
/// <param name="Alpha">α.</param>
public sealed record ELU(double Alpha) : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using Scalar alpha = Alpha;
        return inputs[0].elu(alpha, One, One);
    }

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Elu", inputs, ("alpha", Alpha));
}

/// <summary>The exponential unit whose outputs keep mean 0 and variance 1 (Klambauer et al. 2017, arXiv 1706.02515).</summary>
public sealed record SELU : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.selu(inputs[0]);

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Selu", inputs);
}

/// <summary>max(x, 0) + min(α·(e^(x/α) − 1), 0) (Barron 2017, arXiv 1704.07483).</summary>
/// <param name="Alpha">α.</param>
public sealed record CELU(double Alpha) : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using Scalar alpha = Alpha;
        return inputs[0].celu(alpha);
    }

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Celu", inputs, ("alpha", Alpha));
}

/// <summary>log(1 + eˣ).</summary>
public sealed record Softplus : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => Of(inputs[0]);

    /// <summary>log(eˣ + e⁰): libtorch's own is called with numbers that TorchSharp does not hold.</summary>
    public static Tensor Of(Tensor x)
    {
        using Tensor zero = zeros_like(x);
        return x.logaddexp(zero);
    }

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Softplus", inputs);
}

/// <summary>x·tanh(log(1 + eˣ)) (Misra 2019, arXiv 1908.08681).</summary>
public sealed record Mish : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        return (inputs[0] * Softplus.Of(inputs[0]).tanh()).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Mul", [inputs[0], graph.Add("Tanh", [graph.Add("Softplus", inputs)])]);
}

/// <summary>min(max(x, Min), Max).</summary>
/// <param name="Min">The lowest; null for no bound.</param>
/// <param name="Max">The highest; null for no bound.</param>
public sealed record Clamp(double? Min, double? Max) : Operator
{
    internal double Low => Min ?? double.NegativeInfinity;

    internal double High => Max ?? double.PositiveInfinity;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].Within(Low, High);

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Clip",
        [inputs[0], Min is { } min ? graph.Number(min) : "", .. Max is { } max ? new[] { graph.Number(max) } : []]);
}
