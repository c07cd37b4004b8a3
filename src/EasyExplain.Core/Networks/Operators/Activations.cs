using EasyExplain.Networks.Onnx;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>min(max(x, 0), 6).</summary>
public sealed record ReLU6 : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].relu6();

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Clip", [inputs[0], graph.Number(0), graph.Number(6)]);

    /// <inheritdoc/>
    internal override IReadOnlyList<Node> Back(Node node, Node gradient, IReadOnlyDictionary<Node, long[]> shapes) =>
        [new Node(new WhereBetween(0, 6), [gradient, node], node.Name)];
}

/// <summary>1 / (1 + e⁻ˣ).</summary>
public sealed record Sigmoid : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].sigmoid();

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Sigmoid", inputs);
}

/// <summary>x · sigmoid(x), also called swish.</summary>
public sealed record SiLU : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].silu();

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Mul", [inputs[0], graph.Add("Sigmoid", inputs)]);
}

/// <summary>min(max(x + 3, 0), 6) / 6, the sigmoid in three straight pieces (Howard et al. 2019, arXiv 1905.02244, section 5.2).</summary>
public sealed record Hardsigmoid : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].hardsigmoid();

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
