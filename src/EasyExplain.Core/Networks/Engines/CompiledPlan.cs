using static TorchSharp.torch;

namespace EasyExplain.Networks.Engines;

/// <summary>A plan with its first part compiled, forward and, where gradients are wanted within it, back.</summary>
internal sealed class CompiledPlan : IDisposable
{
    private readonly CutPlan _plan;
    private readonly Node[] _made;   // what the way forward leaves: the cut, the taps before it, and what the way back reads
    private readonly Node[] _read;
    private readonly IPart _forward;
    private readonly IPart? _back;
    private readonly IEngine _engine;

    private CompiledPlan(CutPlan plan, Node[] made, Node[] read, IPart forward, IPart? back, IEngine engine) =>
        (_plan, _made, _read, _forward, _back, _engine) = (plan, made, read, forward, back, engine);

    /// <summary>Which engine runs what, as the end of a sentence.</summary>
    public string Summary => _plan.Rest.Count == 1
        ? Parts.Said(_engine, _forward.InBytes)
        : $"{Parts.Said(_engine, _forward.InBytes)} up to '{_plan.Cut.Name}'{(_back is null ? "" : ", gradients too")}, " +
            "and libtorch from there on";

    /// <summary>Compiles it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="plan">What of it.</param>
    /// <param name="taps">The nodes whose outputs are wanted.</param>
    /// <param name="shapes">The nodes' output shapes.</param>
    /// <param name="engine">What runs its first part.</param>
    /// <returns>Null if the engine cannot.</returns>
    public static CompiledPlan? Of(
        Network network, CutPlan plan, IReadOnlyList<Node> taps, IReadOnlyDictionary<Node, long[]> shapes, IEngine engine)
    {
        HashSet<Node> head = [.. plan.Head];
        Node[] read = plan.Back is null ? [] : [.. plan.Back.Nodes.SelectMany(node => node.Inputs).Where(head.Contains).Distinct()];
        Node[] made = [.. new[] { plan.Cut }.Concat(taps.Where(head.Contains)).Concat(read).Where(node => node != network.Input)
            .Distinct()];
        if (engine.Compile(plan.Head, [network.Input], made, shapes) is not { } forward)
        {
            return null;
        }
        if (plan.Back is null)
        {
            return new CompiledPlan(plan, made, read, forward, back: null, engine);
        }
        var all = new Dictionary<Node, long[]>(shapes) { [plan.Back.Start] = shapes[plan.Cut] };
        foreach (Node node in plan.Back.Nodes.Skip(1))
        {
            all[node] = node.Operator.OutputShape([.. node.Inputs.Select(source => all[source])]);
        }
        IPart? back = null;
        try
        {
            back = engine.Compile(plan.Back.Nodes, [plan.Back.Start, .. read], plan.Back.Results, all);
        }
        finally
        {
            if (back is null)
            {
                forward.Dispose();
            }
        }
        return back is null ? null : new CompiledPlan(plan, made, read, forward, back, engine);
    }

    /// <summary>Runs the network: its first part in the engine, the rest in libtorch.</summary>
    public Pass Run(Network network, Tensor input, IReadOnlyList<Node> taps, bool track, CancellationToken cancel)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        IReadOnlyList<Tensor> made = _forward.Run([input], cancel);
        var known = new Dictionary<Node, Tensor>(_made.Zip(made, KeyValuePair.Create)) { [network.Input] = input };
        foreach (Node node in taps.Append(_plan.Cut).Where(known.ContainsKey).Distinct())
        {
            known[node] = known[node].Full();
        }
        // Where the gradients at the taps are computed here, autograd follows from the cut on, and else from the first tap on.
        Node[] later = _back is null ? [.. taps.Where(tap => !known.ContainsKey(tap) || tap == _plan.Cut)] : [_plan.Cut];
        Pass rest = Executor.Run(network, _plan.Rest, new Dictionary<Node, Tensor> { [_plan.Cut] = known[_plan.Cut] }, later, track,
            cancel);
        foreach (var (tap, tapped) in later.Zip(rest.Taps))
        {
            known[tap] = tapped;
        }
        known[network.Input] = input.alias(); // what is returned is the caller's to dispose
        IEnumerable<Tensor> kept = taps.Concat(_back is null ? [] : _read.Append(_plan.Cut)).Select(node => known[node])
            .Append(rest.Logits);
        foreach (Tensor output in kept.Distinct(ReferenceEqualityComparer.Instance).Cast<Tensor>())
        {
            output.MoveToOuterDisposeScope();
        }
        var pass = new Pass(rest.Logits, [.. taps.Select(tap => known[tap])]);
        return _back is null ? pass : pass with
        {
            Cut = rest.Taps[0],
            Back = gradient => [.. _back.Run([gradient, .. _read.Select(node => known[node])], CancellationToken.None).Select(Parts.Full)],
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _forward.Dispose();
        _back?.Dispose();
    }
}
