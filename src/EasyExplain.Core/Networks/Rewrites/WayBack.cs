namespace EasyExplain.Networks.Rewrites;

/// <summary>Where a rule of <see cref="Backpropagation"/> stands: a node, and what has come back to its output.</summary>
/// <param name="Output">The node. What a rule makes may read it, and its inputs.</param>
/// <param name="Incoming">Makes what has come back to its output, such as the gradient there.</param>
/// <param name="Shapes">Output shapes of the network's nodes, without the batch dimension.</param>
internal sealed record WayBack(Node Output, Node Incoming, IReadOnlyDictionary<Node, long[]> Shapes)
{
    /// <summary>What a rule has for an input to which nothing comes back.</summary>
    public static Node Nothing { get; } = new(new Operators.Input(), [], "");

    /// <summary>The node's only input, or its first.</summary>
    public Node Input => Output.Inputs[0];

    /// <summary>The shape of that.</summary>
    public long[] InputShape => Shapes[Input];

    /// <summary>The shape of its output.</summary>
    public long[] OutputShape => Shapes[Output];

    /// <summary>Whether what it reads first and what it makes lie picture by picture, so that their shapes are known.</summary>
    public bool LiesByPicture => (Input.Recorded?.BatchFirst ?? true) && (Output.Recorded?.BatchFirst ?? true);

    /// <summary>One more operation on what has come back, and on other nodes if it reads some.</summary>
    public Node Then(Operator @operator, params Node[] reads) => new(@operator, [Incoming, .. reads], Output.Name);
}
