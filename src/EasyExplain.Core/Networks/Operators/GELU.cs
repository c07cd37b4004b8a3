#pragma warning disable CS1591, CS1572, CS1573
using EasyExplain.Networks.Onnx;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>x·Φ(x), with the exact distribution function of the normal distribution (Hendrycks and Gimpel 2016, arXiv 1606.08415).</summary>
public sealed record GELU : Operator
{
    public bool Tanh { get; init; }
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].gelu();

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs)
    {
        // Φ(x) = (1 + erf(x / √2)) / 2; in these steps ONNX Runtime knows it again and makes one operation of it.
        string erf = graph.Add("Erf", [graph.Add("Div", [inputs[0], graph.Number(Math.Sqrt(2))])]);
        string twice = graph.Add("Mul", [inputs[0], graph.Add("Add", [erf, graph.Number(1)])]);
        return graph.Add("Mul", [twice, graph.Number(0.5)]);
    }
}
