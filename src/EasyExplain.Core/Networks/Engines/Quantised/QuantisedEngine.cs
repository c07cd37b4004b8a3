using EasyExplain.Networks.Engines.OnnxRuntime;

namespace EasyExplain.Networks.Engines.Quantised;

/// <summary>ONNX Runtime, in 8 bits what comes before the first wanted layer.</summary>
/// <param name="calibration">How.</param>
internal sealed class QuantisedEngine(Calibration calibration) : IEngine
{
    /// <inheritdoc/>
    public string Name => "ONNX Runtime";

    /// <inheritdoc/>
    public int Reach(Network network, IReadOnlyDictionary<Node, long[]> shapes) => OnnxGraph.Reach(network, shapes);

    /// <inheritdoc/>
    public bool Runs(Node node, IReadOnlyDictionary<Node, long[]> shapes) => OnnxGraph.HasForm(node, shapes);

    /// <inheritdoc/>
    public IPart? Compile(
        IReadOnlyList<Node> nodes, IReadOnlyList<Node> given, IReadOnlyList<Node> wanted, IReadOnlyDictionary<Node, long[]> shapes)
    {
        // What goes on from a layer stays in float32. What is wanted of a way back is not known: that does, too, and so does all on
        // which it goes back at once.
        if (given is not [{ Inputs.Count: 0 }] || !wanted.All(node => calibration.Ranges.ContainsKey(node.Origin)))
        {
            return OnnxRuntimePart.Compile(nodes, given, wanted, shapes);
        }
        int inBytes = 0;
        OnnxRuntimePart? part = OnnxRuntimePart.Compile(nodes, given, wanted, shapes, graph =>
        {
            var quantised = new QuantisedGraph(graph, [.. given, .. nodes.Except(given)], wanted, shapes, calibration);
            inBytes = quantised.InBytes.Count;
            return quantised.TryAdd;
        });
        if (part is not null)
        {
            part.InBytes = inBytes;
        }
        return part;
    }
}
