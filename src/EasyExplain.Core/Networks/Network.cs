using EasyExplain.Networks.Operators;

namespace EasyExplain.Networks;

/// <summary>
/// A classifier as a graph of named operations, in the order they run. The network owns the parameters of its nodes.
/// </summary>
/// <param name="nodes">All nodes, each after those it reads; the first is the input.</param>
/// <param name="output">The node that makes the logits, <c>[N, classes]</c>.</param>
/// <param name="layers">The names of the module tree, parents before children.</param>
public sealed class Network(IReadOnlyList<Node> nodes, Node output, IReadOnlyList<Layer> layers) : IDisposable
{
    private readonly Dictionary<string, Layer> _byName = layers.ToDictionary(layer => layer.Name, StringComparer.Ordinal);
    private Dictionary<Node, bool>? _read;

    /// <summary>All nodes in the order they run; the first is the input.</summary>
    public IReadOnlyList<Node> Nodes { get; } = nodes;

    /// <summary>The node that takes the picture, <c>[N, C, H, W]</c>.</summary>
    public Node Input => Nodes[0];

    /// <summary>The node that makes the logits, <c>[N, classes]</c>.</summary>
    public Node Output { get; } = output;

    /// <summary>The names of the module tree, parents before children.</summary>
    public IReadOnlyList<Layer> Layers { get; } = layers;

    /// <summary>Whether it takes one picture at a time: it was exported for a batch of one, and no other follows from it.</summary>
    internal bool OnePicture => Input.Operator is Input { OnePicture: true };

    /// <summary>Whether it only names layers, in the order they run: what lies between is unknown, as in a user's own module.</summary>
    internal bool NamesLayersOnly { get; init; }

    /// <summary>Every parameter and buffer, in the order the nodes run; one that several nodes share once.</summary>
    public IEnumerable<Parameter> Parameters => Nodes.SelectMany(node => node.Operator.Parameters).Distinct();

    /// <summary>The layer of this name, or null.</summary>
    public Layer? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Whether the output depends on what <paramref name="node"/> makes.</summary>
    public bool LeadsToOutput(Node node) => (_read ??= FindRead()).ContainsKey(node);

    /// <summary>
    /// Whether the output depends on what <paramref name="node"/> makes at the cells of the picture. In a vision transformer that reads
    /// only the class token at its end, it does not from the last block's attention on: a map of the gradients there would be empty.
    /// </summary>
    public bool CellsLeadToOutput(Node node) => (_read ??= FindRead()).GetValueOrDefault(node);

    /// <summary>Some nodes, and those whose outputs depend on theirs.</summary>
    internal HashSet<Node> DependentOn(params IReadOnlyList<Node> starts)
    {
        HashSet<Node> found = [.. starts];
        foreach (Node node in Nodes.Where(node => node.Inputs.Any(found.Contains)))
        {
            found.Add(node);
        }
        return found;
    }

    /// <summary>
    /// The weights of the classes, <c>[classes, C]</c> or <c>[classes, C, 1, 1]</c> (of a yes or no those of yes alone), if a linear layer
    /// or a 1×1 convolution makes them of what <paramref name="node"/> makes and nothing but global averages follows or comes before it;
    /// else null.
    /// </summary>
    /// <remarks>
    /// A convolution before the averages (Lin et al. 2013, arXiv 1312.4400, section 3.2; SqueezeNet has a ReLU between) is the same as one
    /// after them: both are sums over places. torch-cam takes such a convolution's filters as the weights, too.
    /// </remarks>
    public Parameter? AveragedInto(Node node)
    {
        Parameter? weights = null;
        bool averaged = false;
        for (Node at = Output; at != node; at = at.Inputs[0])
        {
            switch (at.Operator)
            {
                case Dropout or Flatten or BothSigns: break;
                case AdaptiveAvgPool2d { Size: var size } when size == 1 && !averaged: averaged = true; break;
                case AvgPool2d pool when !averaged && CoversAll(pool, at): averaged = true; break;
                case ReLU when averaged && weights is null: break;
                case Linear linear when weights is null && !averaged: weights = linear.Weight; break;
                case Conv2d { Groups: 1, Weight.Shape: [_, _, 1, 1] } convolution
                    when weights is null && convolution.Stride == 1 && convolution.Padding == 0:
                    weights = convolution.Weight;
                    break;
                default: return null;
            }
        }
        return averaged ? weights : null;

        static bool CoversAll(AvgPool2d pool, Node at) => pool is { Padding: var padding, Divisor: null } && padding == 0
            && at.Recorded?.Shape is [_, 1, 1] && at.Inputs[0].Recorded?.Shape is [_, var height, var width]
            && pool.Kernel == (height, width);
    }

    /// <summary>
    /// The same network with the one logit z of a yes or no as those of two classes, −z and z. It shares the parameters: dispose one of
    /// both.
    /// </summary>
    public Network WithBothSigns()
    {
        var both = new Node(new BothSigns(), [Output], "")
        {
            Recorded = Output.Recorded is null ? null
            : new RecordedOutput([2], true, false)
        };
        return new Network([.. Nodes, both], both, Layers) { NamesLayersOnly = NamesLayersOnly };
    }

    /// <summary>The output shape of every node, without the batch dimension, for an input <c>[C, H, W]</c>.</summary>
    public IReadOnlyDictionary<Node, long[]> Shapes(params long[] input)
    {
        var shapes = new Dictionary<Node, long[]> { [Input] = input };
        foreach (Node node in Nodes.Skip(1))
        {
            shapes[node] = node.Recorded?.Shape ?? node.Operator.OutputShape([.. node.Inputs.Select(source => shapes[source])]);
        }
        return shapes;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Parameter parameter in Parameters)
        {
            parameter.Dispose();
        }
    }

    /// <summary>Every node that the output depends on, and whether on its cells too.</summary>
    private Dictionary<Node, bool> FindRead()
    {
        var read = new Dictionary<Node, bool> { [Output] = true };
        foreach (Node reader in Nodes.Reverse().Where(read.ContainsKey))
        {
            bool cells = reader.Recorded is not { DropsCells: true } && reader.Operator.ReadsCells(read[reader]);
            foreach (Node source in reader.Inputs)
            {
                read[source] = cells || read.GetValueOrDefault(source);
            }
        }
        return read;
    }
}
