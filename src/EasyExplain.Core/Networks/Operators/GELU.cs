using EasyExplain.Runtime;
using EasyExplain.Networks.Engines.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>x·Φ(x), with the exact distribution function of the normal distribution (Hendrycks and Gimpel 2016, arXiv 1606.08415).</summary>
public sealed record GELU : Operator
{
    private static readonly double TanhScale = Math.Sqrt(2 / Math.PI);
    private const double TanhCube = 0.044715;

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

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs)
    {
        if (Tanh)
        {
            string cube = graph.Add("Mul", [graph.Add("Mul", [inputs[0], inputs[0]]), graph.Add("Mul", [inputs[0], graph.Number(TanhCube)])]);
            string inner = graph.Add("Mul", [graph.Add("Add", [inputs[0], cube]), graph.Number(TanhScale)]);
            return graph.Add("Mul", [graph.Add("Mul", [inputs[0], graph.Number(0.5)]), graph.Add("Add", [graph.Add("Tanh", [inner]), graph.Number(1)])]);
        }
        // Φ(x) = (1 + erf(x / √2)) / 2; in these steps ONNX Runtime knows it again and makes one operation of it.
        string erf = graph.Add("Erf", [graph.Add("Div", [inputs[0], graph.Number(Math.Sqrt(2))])]);
        string twice = graph.Add("Mul", [inputs[0], graph.Add("Add", [erf, graph.Number(1)])]);
        return graph.Add("Mul", [twice, graph.Number(0.5)]);
    }
}
