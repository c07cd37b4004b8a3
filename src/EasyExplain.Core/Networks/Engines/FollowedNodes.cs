using static TorchSharp.torch;

namespace EasyExplain.Networks.Engines;

/// <summary>
/// Nodes that follow on a network's run, such as a way back that is no gradient: stretches of them compiled where an engine has a form of
/// all, and single ones left to libtorch.
/// </summary>
internal sealed class FollowedNodes : IDisposable
{
    private readonly List<(Node[] Nodes, Node[] Given, Node[] Made, IPart? Part)> _steps = [];
    private readonly IReadOnlyList<Node> _results;

    private FollowedNodes(IReadOnlyList<Node> results) => _results = results;

    /// <summary>How many nodes are left to libtorch.</summary>
    public int InLibtorch => _steps.Count(step => step.Part is null);

    /// <summary>How many operations are in 8 bits.</summary>
    public int InBytes => _steps.Sum(step => step.Part?.InBytes ?? 0);

    /// <summary>Everything in libtorch.</summary>
    /// <param name="nodes">The nodes in their order.</param>
    /// <param name="results">Those of them, or of what is given, that are wanted.</param>
    public static FollowedNodes Plain(IReadOnlyList<Node> nodes, IReadOnlyList<Node> results)
    {
        var followed = new FollowedNodes(results);
        followed._steps.AddRange(nodes.Select(node => (new[] { node }, node.Inputs.ToArray(), new[] { node }, (IPart?)null)));
        return followed;
    }

    /// <summary>What the engine can run, compiled.</summary>
    /// <param name="nodes">The nodes in their order.</param>
    /// <param name="given">Those that they go on from, the batch dimension of each first.</param>
    /// <param name="results">Those of the nodes, or of the given, that are wanted.</param>
    /// <param name="shapes">Output shapes of what is given and of the network's nodes.</param>
    /// <param name="engine">The engine.</param>
    public static FollowedNodes Compiled(IReadOnlyList<Node> nodes, IReadOnlyList<Node> given, IReadOnlyList<Node> results,
        IReadOnlyDictionary<Node, long[]> shapes, IEngine engine)
    {
        var all = new Dictionary<Node, long[]>(shapes);
        HashSet<Node> known = [.. given.Where(node => node.Recorded?.BatchFirst ?? true)], left = [];
        foreach (Node node in nodes)
        {
            // Of what does not lie picture by picture, shapes are not known.
            if (node.Inputs.All(known.Contains))
            {
                all[node] = node.Operator.OutputShape([.. node.Inputs.Select(source => all[source])]);
                known.Add(node);
            }
            if (!known.Contains(node) || !engine.Runs(node, all))
            {
                left.Add(node);
            }
        }
        var followed = new FollowedNodes(results);
        for (int first = 0; first < nodes.Count;)
        {
            Node[] stretch = [.. nodes.Skip(first).TakeWhile(node => !left.Contains(node))];
            HashSet<Node> within = [.. stretch];
            Node[] from = [.. stretch.SelectMany(node => node.Inputs).Where(node => !within.Contains(node)).Distinct()];
            Node[] made = [.. nodes.Skip(first + stretch.Length).SelectMany(node => node.Inputs).Concat(results).Where(within.Contains)
                .Distinct()];
            // A fully connected layer is worth it where nothing goes from one engine to the other on the way.
            bool isWorthIt = stretch.Any(IsHeavy)
                || (stretch.Length == nodes.Count && stretch.Any(node => node.Operator is Operators.Linear));
            IPart? part = isWorthIt && from.Length > 0 ? engine.Compile(stretch, from, made, all) : null;
            Node[] single = part is null ? stretch : [];
            followed._steps.AddRange(part is null ? [] : [(stretch, from, made, part)]);
            followed._steps.AddRange(single.Concat(nodes.Skip(first + stretch.Length).Take(1))
                .Select(node => (new[] { node }, node.Inputs.ToArray(), new[] { node }, (IPart?)null)));
            first += stretch.Length + 1;
        }
        return followed;
    }

    /// <summary>Runs them.</summary>
    /// <param name="given">What they go on from, which stays the caller's.</param>
    /// <param name="cancel">Stops it before the next node, or within a stretch.</param>
    /// <returns>The results; call it within a dispose scope, which owns them.</returns>
    /// <exception cref="EngineException">The engine failed.</exception>
    public IReadOnlyList<Tensor> Run(IReadOnlyDictionary<Node, Tensor> given, CancellationToken cancel)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        using IDisposable untracked = no_grad();
        var outputs = new Dictionary<Node, Tensor>(given.Select(one => KeyValuePair.Create(one.Key, one.Value.alias())));
        Dictionary<Node, int> readers = _steps.SelectMany(step => step.Given).Concat(_results).GroupBy(node => node)
            .ToDictionary(node => node.Key, node => node.Count());
        foreach (var (nodes, from, made, part) in _steps)
        {
            cancel.ThrowIfCancellationRequested();
            Tensor[] read = [.. from.Select(node => outputs[node])];
            IEnumerable<Tensor> results = part is null ? [nodes[0].Operator.Run(read)] : part.Run(read, cancel).Select(Parts.Full);
            foreach (var (node, output) in made.Zip(results))
            {
                outputs[node] = output;
            }
            foreach (Node node in from.Where(node => --readers[node] == 0))
            {
                outputs[node].Dispose();
            }
        }
        return [.. _results.Select(node => outputs[node].alias().MoveToOuterDisposeScope())];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var step in _steps)
        {
            step.Part?.Dispose();
        }
    }

    private static bool IsHeavy(Node node) => node.Operator is Operators.Conv2d or Operators.ConvTranspose2d;
}
