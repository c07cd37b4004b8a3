using EasyExplain.Networks.Engines.OnnxRuntime;

namespace EasyExplain.Networks.Engines.OneDnn;

/// <summary>oneDNN, with the convolutions in bfloat16.</summary>
internal sealed class BFloat16Engine : IEngine
{
    /// <inheritdoc/>
    public string Name => "oneDNN";

    /// <inheritdoc/>
    public string Title => "oneDNN in bfloat16";

    /// <inheritdoc/>
    /// <remarks>It could run any: the cut is where ONNX Runtime has it, so that both precisions explain the same way.</remarks>
    public int Reach(Network network, IReadOnlyDictionary<Node, long[]> shapes) => OnnxGraph.Reach(network, shapes);

    /// <inheritdoc/>
    public bool Runs(Node node, IReadOnlyDictionary<Node, long[]> shapes) => OnnxGraph.HasForm(node, shapes);

    /// <inheritdoc/>
    public IPart? Compile(
        IReadOnlyList<Node> nodes, IReadOnlyList<Node> given, IReadOnlyList<Node> wanted, IReadOnlyDictionary<Node, long[]> shapes) =>
        HalfPart.Compile(nodes, given, wanted, shapes);
}
