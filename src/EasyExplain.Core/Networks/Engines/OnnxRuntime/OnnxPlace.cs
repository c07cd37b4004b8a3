using static TorchSharp.torch;

namespace EasyExplain.Networks.Engines.OnnxRuntime;

/// <summary>Where a form of <see cref="OnnxForms"/> is written down: a model, and what the operator reads there.</summary>
/// <param name="Graph">The model.</param>
/// <param name="Inputs">The names of the operator's inputs.</param>
internal sealed record OnnxPlace(OnnxGraph Graph, IReadOnlyList<string> Inputs)
{
    /// <summary>The operator's only input, or its first.</summary>
    public string X => Inputs[0];

    /// <summary>The shape of that, without the batch dimension.</summary>
    public long[] Shape => Graph.ShapeOf(X);

    /// <summary>Adds an operation of ONNX that reads what the operator reads, and returns its output.</summary>
    public string Add(string type, params (string Name, object Value)[] attributes) => Graph.Add(type, Inputs, attributes);

    /// <summary>Adds an operation of ONNX, and returns its output; see <see cref="OnnxGraph"/>.</summary>
    public string Add(string type, IReadOnlyList<string> inputs, params (string Name, object Value)[] attributes) =>
        Graph.Add(type, inputs, attributes);

    /// <summary>A fixed number.</summary>
    public string Number(double value) => Graph.Number(value);

    /// <summary>A fixed list of integers.</summary>
    public string Integers(params long[] values) => Graph.Integers(values);

    /// <summary>A fixed tensor.</summary>
    public string Weight(Tensor values) => Graph.Weight(values);

    /// <summary>The values of a parameter.</summary>
    public string Weight(Parameter parameter) => Graph.Weight(parameter.Value);
}
