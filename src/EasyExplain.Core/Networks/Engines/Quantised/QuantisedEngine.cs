using EasyExplain.Networks.Engines.OnnxRuntime;

namespace EasyExplain.Networks.Engines.Quantised;

/// <summary>ONNX Runtime, in 8 bits what comes before the first wanted layer.</summary>
/// <param name="calibration">How.</param>
internal sealed class QuantisedEngine(Calibration calibration) : IEngine
{
    /// <inheritdoc/>
    public string Name => "ONNX Runtime";

    /// <inheritdoc/>
    public string Title => "ONNX Runtime in 8 bits";

    /// <inheritdoc/>
    public int Reach(Network network, IReadOnlyDictionary<Node, long[]> shapes) => OnnxGraph.Reach(network, shapes);

    /// <inheritdoc/>
    public bool Runs(Node node, IReadOnlyDictionary<Node, long[]> shapes) => OnnxGraph.HasForm(node, shapes);

    /// <inheritdoc/>
    public IPart? Compile(
        IReadOnlyList<Node> nodes, IReadOnlyList<Node> given, IReadOnlyList<Node> wanted, IReadOnlyDictionary<Node, long[]> shapes) =>
        // What goes on from a layer stays in float32. What is wanted of a way back is not known: that does, too, and so does all on
        // which it goes back at once.
        OnnxRuntimePart.Compile(nodes, given, wanted, shapes,
            given is not [{ Inputs.Count: 0 }] || !wanted.All(node => calibration.Ranges.ContainsKey(node.Origin)) ? null
            : graph => new QuantisedGraph(graph, [.. given, .. nodes.Except(given)], wanted, shapes, calibration).TryAdd);
}
