namespace EasyExplain.Networks.Engines.OnnxRuntime;

/// <summary>ONNX Runtime, whose float32 convolutions take half of libtorch's time.</summary>
internal sealed class OnnxRuntimeEngine : IEngine
{
    /// <inheritdoc/>
    public string Name => "ONNX Runtime";

    /// <inheritdoc/>
    public int Reach(Network network, IReadOnlyDictionary<Node, long[]> shapes) => OnnxGraph.Reach(network, shapes);

    /// <inheritdoc/>
    public bool Runs(Node node, IReadOnlyDictionary<Node, long[]> shapes) => OnnxGraph.HasForm(node, shapes);

    /// <inheritdoc/>
    public IPart? Compile(
        IReadOnlyList<Node> nodes, IReadOnlyList<Node> given, IReadOnlyList<Node> wanted, IReadOnlyDictionary<Node, long[]> shapes) =>
        OnnxRuntimePart.Compile(nodes, given, wanted, shapes);
}
