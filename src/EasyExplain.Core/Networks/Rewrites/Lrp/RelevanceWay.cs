using EasyExplain.Networks.Engines;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Rewrites.Lrp;

/// <summary>Layer-wise relevance propagation through one network to some of its nodes: what to run forward, and what back.</summary>
internal sealed class RelevanceWay
{
    private readonly IReadOnlyDictionary<Node, long[]> _shapes;
    private readonly Node[] _nodes; // the same list each time: by it a runner knows what it has compiled
    private readonly Lazy<(Node[] Nodes, Node[] Results)> _thereAndBack;

    private RelevanceWay(
        Network network, IReadOnlyList<Node> taps, Backpropagation back, IReadOnlyList<Node> read,
        IReadOnlyDictionary<Node, long[]> shapes)
    {
        (Network, Taps, Back, Read, _shapes, _nodes) = (network, taps, back, read, shapes, [.. back.Nodes.Skip(1)]);
        _thereAndBack = new(ThereAndBack);
    }

    /// <summary>
    /// The network, and beside its nodes what the way back reads that no relevance is needed for: it runs best where what it reads is
    /// at hand.
    /// </summary>
    public Network Network { get; }

    /// <summary>The nodes whose relevance is wanted.</summary>
    public IReadOnlyList<Node> Taps { get; }

    /// <summary>From the relevance of the output to that of the nodes asked for.</summary>
    public Backpropagation Back { get; }

    /// <summary>The nodes of <see cref="Network"/> that the way back reads.</summary>
    public IReadOnlyList<Node> Read { get; }

    /// <summary>Finds it.</summary>
    /// <param name="network">The network, its batch norms folded.</param>
    /// <param name="taps">The nodes whose relevance is wanted.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="shapes">The nodes' output shapes.</param>
    public static RelevanceWay Of(
        Network network, IReadOnlyList<Node> taps, RelevanceRules rules, IReadOnlyDictionary<Node, long[]> shapes)
    {
        // What gets no relevance, such as a gate, has 0.
        Backpropagation back = Factors.TakenOut(Backpropagation.From(rules.Table, network, network.Output, taps, shapes,
            unreached: tap => new Node(new Operators.MultiplyBy(0), [tap], tap.Name))!);
        HashSet<Node> later = [back.Start, network.Output];
        Dictionary<Node, int> placeOf = network.Nodes.Select((node, index) => (node, index))
            .ToDictionary(pair => pair.node, pair => pair.index);
        var beside = new List<(Node Node, int After)>();
        foreach (Node node in back.Nodes.Skip(1))
        {
            if (node.Inputs.Count == 0 || node.Inputs.Any(source => later.Contains(source) || !placeOf.ContainsKey(source)))
            {
                later.Add(node);
            }
            else
            {
                placeOf[node] = node.Inputs.Max(source => placeOf[source]);
                beside.Add((node, placeOf[node]));
            }
        }
        ILookup<int, Node> besideAfter = beside.ToLookup(one => one.After, one => one.Node);
        Node[] all = [.. network.Nodes.SelectMany((node, index) => besideAfter[index].Prepend(node))];
        Network whole = new(all, network.Output, network.Layers);
        Node[] rest = [.. back.Nodes.Where(later.Contains)];
        HashSet<Node> made = [.. rest];
        return new RelevanceWay(whole, taps, back with { Nodes = rest },
            [.. rest.SelectMany(node => node.Inputs).Concat(back.Results).Where(node => !made.Contains(node)).Distinct()],
            whole.Shapes(shapes[network.Input]));
    }

    /// <summary>
    /// Whether it can be gone there and back at a stretch: to the input, for the highest of several logits, in a network whose outputs lie
    /// picture by picture.
    /// </summary>
    public bool GoesThereAndBack => Taps is [var only] && only == Network.Input && !Network.OnePicture
        && _shapes[Network.Output] is [> 1] && Network.Nodes.All(node => node.Recorded?.BatchFirst ?? true);

    /// <summary>Goes there and back for the highest logit of each picture, which costs less than one after the other.</summary>
    /// <param name="runner">What runs it.</param>
    /// <param name="input">The pictures, <c>[N, C, H, W]</c>.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>The logits, <c>[N, classes]</c>, and the relevance of the input; within the caller's dispose scope.</returns>
    public (Tensor Logits, Tensor Relevance) RunThereAndBack(Runner runner, Tensor input, CancellationToken cancel)
    {
        var (nodes, results) = _thereAndBack.Value;
        IReadOnlyList<Tensor> made = runner.Follow(
            nodes, results, new Dictionary<Node, Tensor> { [Network.Input] = input }, _shapes, cancel);
        return (made[0], made[1]);
    }

    /// <summary>Which engine runs what of that, as the end of a sentence; what can be compiled is.</summary>
    public string Summary(Runner runner) =>
        runner.Summary(_thereAndBack.Value.Nodes, _thereAndBack.Value.Results, [Network.Input], _shapes);

    private (Node[] Nodes, Node[] Results) ThereAndBack()
    {
        Node highest = new(new Operators.OnlyHighest(), [Network.Output], Network.Output.Name);
        var now = new Dictionary<Node, Node> { [Back.Start] = highest };
        foreach (Node node in _nodes)
        {
            now[node] = node with { Inputs = [.. node.Inputs.Select(Now)] };
        }
        return ([.. Network.Nodes.Skip(1), highest, .. _nodes.Select(Now)], [Network.Output, .. Back.Results.Select(Now)]);

        Node Now(Node node) => now.GetValueOrDefault(node, node);
    }

    /// <summary>Goes it.</summary>
    /// <param name="runner">What runs it.</param>
    /// <param name="read">What <see cref="Network"/> made at the nodes of <see cref="Read"/>.</param>
    /// <param name="ofOutput">The relevance of the output, <c>[N, classes]</c>.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>
    /// The relevance of the outputs of <see cref="Taps"/>, as their operators have them; within the caller's dispose scope.
    /// </returns>
    public IReadOnlyList<Tensor> Run(Runner runner, IReadOnlyList<Tensor> read, Tensor ofOutput, CancellationToken cancel) =>
        runner.Follow(_nodes, Back.Results,
            new Dictionary<Node, Tensor>(Read.Zip(read, KeyValuePair.Create)) { [Back.Start] = ofOutput },
            new Dictionary<Node, long[]>(_shapes) { [Back.Start] = _shapes[Network.Output] }, cancel);
}
