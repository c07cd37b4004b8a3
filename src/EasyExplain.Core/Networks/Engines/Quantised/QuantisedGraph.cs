using EasyExplain.Networks.Engines.OnnxRuntime;
using EasyExplain.Networks.Operators;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Engines.Quantised;

/// <summary>
/// Writes nodes into an ONNX model, in 8 bits what may be: what comes before every wanted node, has a form in bytes, and was not left out.
/// ONNX Runtime makes one operation in bytes of one that stands between numbers made of bytes and bytes made of its numbers.
/// </summary>
internal sealed class QuantisedGraph
{
    private readonly OnnxGraph _graph;
    private readonly Dictionary<Node, Role> _roles = [];
    private readonly Dictionary<Node, ValueRange> _ranges = []; // of what is kept as bytes, or may be read as such
    private readonly Dictionary<Node, (string Bytes, string Step, string Zero)> _counted = [];

    /// <summary>Decides what is computed in bytes.</summary>
    /// <param name="graph">The model.</param>
    /// <param name="nodes">All nodes to write, in their order.</param>
    /// <param name="wanted">Those whose outputs are results.</param>
    /// <param name="shapes">Output shapes without the batch dimension.</param>
    /// <param name="calibration">What is known of the network.</param>
    public QuantisedGraph(OnnxGraph graph, IReadOnlyList<Node> nodes, IReadOnlyList<Node> wanted,
        IReadOnlyDictionary<Node, long[]> shapes, Calibration calibration)
    {
        _graph = graph;
        HashSet<Node> late = [.. wanted];
        foreach (Node node in nodes.Where(node => node.Inputs.Any(late.Contains)))
        {
            late.Add(node);
        }
        ILookup<Node, Node> readers = nodes.SelectMany(node => node.Inputs.Select(source => (source, node)))
            .ToLookup(pair => pair.source, pair => pair.node);
        foreach (Node node in nodes)
        {
            ValueRange? range = calibration.Ranges.TryGetValue(node.Origin, out ValueRange known) ? known : null;
            Node? onlyReader = readers[node].Distinct().ToArray() is [var only] ? only : null;
            (Role role, range) = RoleOf(node, late, calibration, onlyReader, range, shapes);
            _roles[node] = role;
            if (range is { } has)
            {
                _ranges[node] = has;
            }
        }
    }

    private enum Role
    {
        /// <summary>In float32.</summary>
        Full,

        /// <summary>The same bytes, or some of them.</summary>
        SameBytes,

        /// <summary>The same tensor under another name.</summary>
        SameValue,

        /// <summary>In bytes, which come to be where a ReLU has read it.</summary>
        ForReLU,

        /// <summary>To bytes.</summary>
        Bytes,

        /// <summary>Of bytes to float32.</summary>
        OfBytes,
    }

    /// <summary>The nodes with an operation in 8 bits.</summary>
    public IReadOnlyList<Node> InBytes => [.. _roles
        .Where(pair => pair.Value is (Role.ForReLU or Role.Bytes or Role.OfBytes) && !IsReLU(pair.Key)).Select(pair => pair.Key)];

    /// <inheritdoc cref="NodeWriter"/>
    public bool TryAdd(Node node, Dictionary<Node, string> values, long[] shape)
    {
        Role role = _roles[node];
        if (role == Role.SameValue || (role == Role.Bytes && IsReLU(node)))
        {
            // A ReLU is done where its bytes are counted: they begin at 0.
            values[node] = values[node.Inputs[0]];
            return true;
        }
        Dictionary<Node, string> read = node.Inputs.Distinct().ToDictionary(source => source, source => Read(source, values, role));
        if (role is Role.Full or Role.SameBytes)
        {
            if (!_graph.TryAdd(node, read, shape))
            {
                return false;
            }
            values[node] = read[node];
            return true;
        }
        var at = new OnnxPlace(_graph, [.. node.Inputs.Select(source => read[source])]);
        values[node] = QuantisedForms.Table.Make(node.Operator, new QuantisedPlace(at, _ranges[node.Inputs[0]].Step))!;
        _graph.Describe(values[node], shape);
        return true;
    }

    /// <summary>A node's output as whoever has such a role reads it.</summary>
    private string Read(Node source, Dictionary<Node, string> values, Role role)
    {
        bool asBytes = IsKeptAsBytes(source) || (role is Role.ForReLU or Role.Bytes or Role.OfBytes && _roles[source] != Role.ForReLU);
        if (!asBytes)
        {
            return values[source];
        }
        Node made = source;
        while (_roles[made] == Role.SameValue)
        {
            made = made.Inputs[0];
        }
        if (!_counted.TryGetValue(made, out var counted))
        {
            _counted[made] = counted = QuantisedForms.Counted(_graph, values[made], _ranges[made]);
        }
        string numbers = QuantisedForms.Numbers(_graph, counted);
        _graph.Describe(numbers, _graph.ShapeOf(values[source]));
        return numbers;
    }

    private bool IsKeptAsBytes(Node node) => _roles[node] switch
    {
        Role.Bytes or Role.SameBytes => true,
        Role.SameValue => IsKeptAsBytes(node.Inputs[0]),
        _ => false,
    };

    private (Role, ValueRange?) RoleOf(Node node, HashSet<Node> late, Calibration calibration, Node? onlyReader, ValueRange? range,
        IReadOnlyDictionary<Node, long[]> shapes)
    {
        if (late.Contains(node) || calibration.LeftOut.Contains(node.Origin) || node.Inputs.Count == 0
            || !node.Inputs.All(source => _ranges.ContainsKey(source) || _roles[source] == Role.ForReLU))
        {
            return (Role.Full, range);
        }
        Node source = node.Inputs[0];
        switch (node.Operator)
        {
            case Dropout or StochasticDepth or Detached:
                return (Role.SameValue, _ranges[source]);
            case MaxPool2d or Flatten when IsKeptAsBytes(source):
                return (Role.SameBytes, _ranges[source]);
            case ReLU or ReLU6 or Clamp when _roles[source] == Role.ForReLU:
                return (Role.Bytes, range);
            case Linear:
                return (Role.OfBytes, range);
        }
        if (range is null || !HasForm(node, shapes))
        {
            return (Role.Full, range);
        }
        bool isRectified = IsReLU(onlyReader);
        if (isRectified && late.Contains(onlyReader!))
        {
            // What only adds up just before a wanted node may as well do so in full; a convolution is spared the negative half.
            return node.Operator is Conv2d ? (Role.Bytes, range.Value.Positive) : (Role.Full, range);
        }
        return isRectified && calibration.Ranges.ContainsKey(onlyReader!.Origin) && !calibration.LeftOut.Contains(onlyReader.Origin)
            ? (Role.ForReLU, null) : (Role.Bytes, range);
    }

    private static bool HasForm(Node node, IReadOnlyDictionary<Node, long[]> shapes)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        if (node.Operator is BatchNorm2d or ChannelAffine && shapes[node].Length != 3)
        {
            return false;
        }
        var tried = new OnnxGraph();
        var at = new OnnxPlace(tried, [.. node.Inputs.Select(source => tried.Input(shapes[source]))]);
        return QuantisedForms.Table.Make(node.Operator, new QuantisedPlace(at, 1)) is not null;
    }

    private static bool IsReLU(Node? node) => node?.Operator is ReLU or ReLU6 or Clamp { Min: 0 };
}
