using System.Runtime.CompilerServices;
using EasyExplain.Networks.Engines;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Networks;

/// <summary>A stretch of a network whose outputs each see a neighbourhood of its input alone.</summary>
/// <param name="Network">It, as a network of its own, for an input of any size.</param>
/// <param name="End">The node of the whole network that makes its output.</param>
/// <param name="Rows">What the output's rows see of the input's.</param>
/// <param name="Columns">The same of columns.</param>
internal sealed record LocalPiece(Network Network, Node End, Field Rows, Field Columns);

/// <summary>
/// The beginning of a network in pieces that are local: where little of the picture changes, little of what each makes does, and the rest
/// need not be computed again. Convolutions and poolings are; a global average, as in a squeeze and excitation, is not.
/// </summary>
internal sealed class LocalPieces
{
    // Of the work in the whole network, that a piece has at least: each costs a start of the engine, and copies.
    private const double LeastShare = 0.05;

    private static readonly ConditionalWeakTable<Network, LocalPieces> Known = [];

    private readonly Network _network;
    private readonly Network?[] _after;
    private readonly List<int> _ends = [0]; // the places of the nodes before each piece, and after the last

    private LocalPieces(Network network, IReadOnlyDictionary<Node, long[]> shapes)
    {
        _network = network;
        Pieces = network.NamesLayersOnly ? [] : [.. Find(shapes)];
        _after = new Network?[Pieces.Count + 1];
        _after[0] = network;
    }

    /// <summary>In their order; the first begins at the input.</summary>
    public IReadOnlyList<LocalPiece> Pieces { get; }

    /// <summary>Those of a network, found once: so an engine knows them again.</summary>
    /// <param name="network">The network.</param>
    /// <param name="input">Its input, <c>[C, H, W]</c>.</param>
    public static LocalPieces Of(Network network, long[] input) =>
        Known.GetValue(network, network => new LocalPieces(network, network.Shapes(input)));

    /// <summary>What follows the first so many pieces, as a network of its own.</summary>
    public Network After(int pieces)
    {
        lock (_after)
        {
            return _after[pieces] ??= Part(_ends[pieces], _network.Output, _network.Nodes.Skip(_ends[pieces] + 1), recorded: true);
        }
    }

    private IEnumerable<LocalPiece> Find(IReadOnlyDictionary<Node, long[]> shapes)
    {
        IReadOnlyList<Node> nodes = _network.Nodes;
        HashSet<Node> cuts = [.. CutPlan.Cuts(_network, nodes.Count).Select(cut => cut.Node)];
        double least = LeastShare * nodes.Sum(node => Work(node, shapes)), work = 0;
        var fields = new Dictionary<Node, (Field Rows, Field Columns)> { [nodes[0]] = (Field.Itself, Field.Itself) };
        for (int i = 1; i < nodes.Count - 1 && FieldOf(nodes[i], fields, shapes) is { } field; i++)
        {
            fields[nodes[i]] = field;
            work += Work(nodes[i], shapes);
            if (work >= least && cuts.Contains(nodes[i]) && nodes[i + 1].Operator.Parameters.Any())
            {
                int start = _ends[^1];
                yield return new LocalPiece(
                    Part(start, nodes[i], nodes.Skip(start + 1).Take(i - start), recorded: false), nodes[i], field.Rows, field.Columns);
                _ends.Add(i);
                fields = new() { [nodes[i]] = (Field.Itself, Field.Itself) };
                work = 0;
            }
        }
    }

    /// <summary>What a node's places see; null where they see more than a neighbourhood, or nobody knows.</summary>
    private static (Field Rows, Field Columns)? FieldOf(
        Node node, Dictionary<Node, (Field Rows, Field Columns)> known, IReadOnlyDictionary<Node, long[]> shapes)
    {
        if (node.Inputs.Count == 0 || !node.Inputs.All(known.ContainsKey))
        {
            return null;
        }
        (Field rows, Field columns) = known[node.Inputs[0]];
        (Field, Field) Through(Extent reach, Extent stride, Extent padding) => (
            rows.Through(reach.Height, stride.Height, padding.Height), columns.Through(reach.Width, stride.Width, padding.Width));
        switch (node.Operator)
        {
            case Conv2d convolution:
                return Through(convolution.Reach, convolution.Stride, convolution.Padding);
            case MaxPool2d pool:
                return Through((pool.Dilation.Height * (pool.Kernel.Height - 1) + 1, pool.Dilation.Width * (pool.Kernel.Width - 1) + 1),
                    pool.Stride, pool.Padding);
            case AvgPool2d pool:
                return Through(pool.Kernel, pool.Stride, pool.Padding);
            case BatchNorm2d or LayerNorm2d or ChannelAffine or LayerScale or ChannelShuffle or ChannelSlice or Dropout or StochasticDepth
                or MultiplyBy or AddNumber or Negate or ReLU or ReLU6 or Clamp or LeakyReLU or PReLU or ELU or SELU or CELU or GELU or SiLU
                or Mish or Softplus or Sigmoid or Hardsigmoid or Hardswish or Tanh:
                return (rows, columns);
            case Add or Subtract or Multiply or Concat { Dim: 1 }:
                foreach (Node other in node.Inputs.Skip(1))
                {
                    if (!shapes[other][1..].SequenceEqual(shapes[node.Inputs[0]][1..]) || rows.With(known[other].Rows) is not { } down
                        || columns.With(known[other].Columns) is not { } across)
                    {
                        return null;
                    }
                    (rows, columns) = (down, across);
                }
                return (rows, columns);
            default:
                return null;
        }
    }

    /// <summary>Multiplications, of the operators that have most of them.</summary>
    private static double Work(Node node, IReadOnlyDictionary<Node, long[]> shapes) => node.Operator switch
    {
        Conv2d convolution => (double)convolution.Weight.Count * shapes[node][1] * shapes[node][2],
        Linear linear => (double)linear.Weight.Count * shapes[node].SkipLast(1).Aggregate(1L, (product, size) => product * size),
        _ => 0,
    };

    /// <summary>Some nodes as a network of its own, which takes what the node before them makes.</summary>
    private Network Part(int before, Node output, IEnumerable<Node> nodes, bool recorded)
    {
        Node source = _network.Nodes[before], input = new(_network.Input.Operator, [], "") { Layout = source.Layout };
        var now = new Dictionary<Node, Node> { [source] = input };
        foreach (Node node in nodes)
        {
            // Of another size an output has not the shape that an importer recorded; these operators know it.
            now[node] = node with { Inputs = [.. node.Inputs.Select(read => now[read])], Recorded = recorded ? node.Recorded : null };
        }
        return new Network([.. now.Values], now[output], []);
    }
}
