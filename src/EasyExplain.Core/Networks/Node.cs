namespace EasyExplain.Networks;

/// <summary>One operation of a network: an operator and the nodes whose outputs it reads.</summary>
/// <param name="Operator">What it does.</param>
/// <param name="Inputs">Whose outputs it reads, in the operator's order.</param>
/// <param name="Name">
/// The module path (<c>layer4.1.conv2</c>), or the path of its scope where torchvision calls a function (an addition, a flatten).
/// </param>
public sealed record Node(Operator Operator, IReadOnlyList<Node> Inputs, string Name)
{
    private readonly Node? _origin;

    private Node(Node other) => (Operator, Inputs, Name, Layout, Recorded, _origin) =
        (other.Operator, other.Inputs, other.Name, other.Layout, other.Recorded, other.Origin);

    /// <summary>How its output lies on the picture; null where it does not, as a table of positions.</summary>
    public Layout? Layout { get; internal init; } = Operator.OutputLayout([.. Inputs.Select(input => input.Layout)]);

    /// <summary>What an importer found out about its output; null in a network that was built by name, where the operators know.</summary>
    internal RecordedOutput? Recorded { get; init; }

    /// <summary>The node that this one was made of, and stands for, in a rewritten network; else itself.</summary>
    internal Node Origin => _origin ?? this;

    /// <summary>Nodes are places in a graph: two are equal only if they are the same.</summary>
    public bool Equals(Node? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}

/// <summary>What came out of an operation when a model was imported.</summary>
/// <param name="Shape">
/// The output's for one picture: without the batch dimension; where that is not first, how many numbers it has; of a constant its full
/// shape.
/// </param>
/// <param name="BatchFirst">Whether the output is <c>[N, …]</c>, so that an entry of it belongs to one picture.</param>
/// <param name="DropsCells">Whether nothing of the input is taken but tokens that stand for no place of the picture.</param>
internal sealed record RecordedOutput(long[] Shape, bool BatchFirst, bool DropsCells);

/// <summary>A name of the module tree and the node whose output it stands for.</summary>
/// <param name="Name">torchvision's module path, such as <c>layer4</c> or <c>layer4.1.conv2</c>.</param>
/// <param name="Type">torchvision's class, such as <c>Sequential</c> or <c>Conv2d</c>.</param>
/// <param name="Node">The node that makes the layer's output.</param>
public sealed record Layer(string Name, string Type, Node Node);
