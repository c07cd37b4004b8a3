namespace EasyExplain.Networks.Engines;

/// <summary>What runs part of a network faster than libtorch, once that is compiled for it.</summary>
internal interface IEngine
{
    /// <summary>What it is called, such as in an error.</summary>
    string Name { get; }

    /// <summary>How many of a network's nodes, from the first on, it can run.</summary>
    /// <param name="network">The network.</param>
    /// <param name="shapes">The nodes' output shapes.</param>
    int Reach(Network network, IReadOnlyDictionary<Node, long[]> shapes);

    /// <summary>Whether it can run one node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="shapes">Output shapes, without the batch dimension, of it and of what it reads.</param>
    bool Runs(Node node, IReadOnlyDictionary<Node, long[]> shapes);

    /// <summary>Compiles what leads from <paramref name="given"/> to <paramref name="wanted"/>.</summary>
    /// <param name="nodes">The nodes to run, in their order.</param>
    /// <param name="given">Nodes whose outputs are given.</param>
    /// <param name="wanted">Nodes whose outputs are results.</param>
    /// <param name="shapes">Output shapes without the batch dimension, of all of them.</param>
    /// <returns>Null if it cannot run one of them.</returns>
    /// <exception cref="EngineException">It does not take it.</exception>
    /// <exception cref="DllNotFoundException">It is not there.</exception>
    IPart? Compile(
        IReadOnlyList<Node> nodes, IReadOnlyList<Node> given, IReadOnlyList<Node> wanted, IReadOnlyDictionary<Node, long[]> shapes);
}
