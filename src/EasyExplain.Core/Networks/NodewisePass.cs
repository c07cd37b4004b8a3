using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks;

/// <summary>
/// A picture's way through a network with every node's output kept, to go back node by node: by autograd, with a say in what comes in at
/// each.
/// </summary>
/// <remarks>Made within a dispose scope, which owns the outputs.</remarks>
internal sealed class NodewisePass
{
    private readonly Network _network;
    private readonly Dictionary<Node, Tensor> _outputs;
    private readonly HashSet<Node> _ofPicture;
    private readonly CancellationToken _cancel;

    /// <summary>Goes there.</summary>
    /// <param name="network">The network.</param>
    /// <param name="input">The picture, <c>[1, C, H, W]</c>.</param>
    /// <param name="cancel">Looked at before every node, there and back.</param>
    public NodewisePass(Network network, Tensor input, CancellationToken cancel)
    {
        (_network, _cancel) = (network, cancel);
        _ofPicture = network.DependentOn(network.Input);
        _outputs = network.Nodes.Zip(Executor.Run(network, input, network.Nodes, track: false, cancel).Taps).ToDictionary();
    }

    /// <summary>Every node's output.</summary>
    public IEnumerable<Tensor> Outputs => _outputs.Values;

    /// <summary>What the network makes of the picture.</summary>
    public Tensor Logits => _outputs[_network.Output];

    /// <summary>Goes back: what comes to the picture, of its shape.</summary>
    /// <param name="gradient">That of the logits.</param>
    /// <param name="rules">What of an incoming gradient goes on at an operator; all of it where there is no entry.</param>
    public Tensor Back(Tensor gradient, OperatorTable<Tensor, Tensor> rules)
    {
        using DisposeScope scope = NewDisposeScope();
        var incoming = new Dictionary<Node, Tensor> { [_network.Output] = gradient };
        foreach (Node node in _network.Nodes.Skip(1).Reverse().Where(incoming.ContainsKey))
        {
            _cancel.ThrowIfCancellationRequested();
            using DisposeScope ofNode = NewDisposeScope();
            Tensor own = rules.Make(node.Operator, incoming[node]) ?? incoming[node];
            foreach ((Node source, Tensor back) in Through(node, own))
            {
                Tensor sum = incoming.TryGetValue(source, out Tensor? other) ? other.Plus(back) : back;
                incoming[source] = sum.MoveToOtherDisposeScope(scope);
                other?.Dispose();
            }
            incoming.Remove(node, out Tensor? done);
            if (node != _network.Output)
            {
                done!.Dispose();
            }
        }
        Tensor arrived = incoming.GetValueOrDefault(_network.Input) ?? zeros_like(_outputs[_network.Input]);
        return arrived.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Runs once more what leads from one node to another, all else being as it was; autograd follows from the first on.
    /// </summary>
    /// <param name="start">Where to begin.</param>
    /// <param name="end">Where to end.</param>
    /// <param name="changed">The output of the start, in place of what it was.</param>
    /// <returns>The outputs of both.</returns>
    public (Tensor Start, Tensor End) Again(Node start, Node end, Tensor? changed = null)
    {
        HashSet<Node> between = _network.DependentOn(start), read = [end];
        Node[] run = [.. _network.Nodes.Reverse().Where(node =>
        {
            bool wanted = read.Contains(node) && between.Contains(node) && node != start;
            read.UnionWith(wanted ? node.Inputs : []);
            return wanted;
        }).Reverse()];
        Dictionary<Node, Tensor> given = run.SelectMany(node => node.Inputs).Except(run).ToDictionary(node => node, node => _outputs[node]);
        given[start] = changed ?? _outputs[start];
        Node[] nodes = [.. given.Keys, .. run];
        Pass pass = Executor.Run(new Network(nodes, end, []), nodes, given, [start], track: true, _cancel);
        return (pass.Taps[0], pass.Logits);
    }

    /// <summary>What a node made of the picture.</summary>
    public Tensor Of(Node node) => _outputs[node];

    /// <summary>The chain rule at one node, for those of its inputs that depend on the picture.</summary>
    private IEnumerable<(Node Source, Tensor Back)> Through(Node node, Tensor gradient)
    {
        using IDisposable tracked = enable_grad();
        // Each input by itself, though a node may read one twice.
        (Node Source, Tensor Value, bool Follows)[] inputs = [.. node.Inputs.Select(source =>
        {
            bool follows = _ofPicture.Contains(source) && _outputs[source].is_floating_point();
            Tensor value = _outputs[source].detach();
            return (source, follows ? value.requires_grad_(true) : value, follows);
        })];
        Tensor output = node.Operator.Run([.. inputs.Select(input => input.Value)]);
        var followed = inputs.Where(input => input.Follows).ToArray();
        if (followed.Length == 0 || !output.requires_grad)
        {
            return [];
        }
        Tensor[] gradients = [.. autograd.grad([output], [.. followed.Select(input => input.Value)], [gradient], allow_unused: true)];
        return [.. followed.Zip(gradients, (input, back) => (input.Source, back)).Where(pair => pair.back is { IsInvalid: false })];
    }
}
