using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>min(max(x, 0), 6).</summary>
public sealed record ReLU6 : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].relu6();
}

/// <summary>1 / (1 + e⁻ˣ).</summary>
public sealed record Sigmoid : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].sigmoid();
}

/// <summary>x · sigmoid(x), also called swish.</summary>
public sealed record SiLU : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].silu();
}

/// <summary>min(max(x + 3, 0), 6) / 6, the sigmoid in three straight pieces (Howard et al. 2019, arXiv 1905.02244, section 5.2).</summary>
public sealed record Hardsigmoid : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].hardsigmoid();
}

/// <summary>x · min(max(x + 3, 0), 6) / 6 (Howard et al. 2019, arXiv 1905.02244, section 5.2).</summary>
public sealed record Hardswish : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].hardswish();
}
