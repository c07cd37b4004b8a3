using static TorchSharp.torch;

namespace EasyExplain.Networks.Onnx;

/// <summary>A plan with its first part compiled, forward and, where gradients are wanted within it, back.</summary>
internal sealed class CompiledPlan : IDisposable
{
    private readonly OnnxPlan _plan;
    private readonly Node[] _made;   // what the way forward leaves: the cut, the taps before it, and what the way back reads
    private readonly Node[] _read;
    private readonly OnnxPart _forward;
    private readonly OnnxPart? _back;

    private CompiledPlan(OnnxPlan plan, Node[] made, Node[] read, OnnxPart forward, OnnxPart? back) =>
        (_plan, _made, _read, _forward, _back) = (plan, made, read, forward, back);

    /// <summary>Compiles it.</summary>
    public static CompiledPlan? Of(Network network, OnnxPlan plan, IReadOnlyList<Node> taps, IReadOnlyDictionary<Node, long[]> shapes)
    {
        HashSet<Node> head = [.. plan.Head];
        Node[] read = plan.Back is null ? [] : [.. plan.Back.Nodes.SelectMany(node => node.Inputs).Where(head.Contains).Distinct()];
        Node[] made = [.. new[] { plan.Cut }.Concat(taps.Where(head.Contains)).Concat(read).Where(node => node != network.Input).Distinct()];
        if (OnnxPart.Compile(plan.Head, [network.Input], made, shapes) is not { } forward)
        {
            return null;
        }
        if (plan.Back is null)
        {
            return new CompiledPlan(plan, made, read, forward, back: null);
        }
        var all = new Dictionary<Node, long[]>(shapes) { [plan.Back.Start] = shapes[plan.Cut] };
        foreach (Node node in plan.Back.Nodes.Skip(1))
        {
            all[node] = node.Operator.OutputShape([.. node.Inputs.Select(source => all[source])]);
        }
        OnnxPart? back = null;
        try
        {
            back = OnnxPart.Compile(plan.Back.Nodes, [plan.Back.Start, .. read], plan.Back.Gradients, all);
        }
        finally
        {
            if (back is null)
            {
                forward.Dispose();
            }
        }
        return back is null ? null : new CompiledPlan(plan, made, read, forward, back);
    }

    /// <summary>Runs the network: its first part in ONNX Runtime, the rest in libtorch.</summary>
    public Pass Run(Network network, Tensor input, IReadOnlyList<Node> taps, bool track, CancellationToken cancel)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        IReadOnlyList<Tensor> made = _forward.Run([input], cancel);
        var known = new Dictionary<Node, Tensor>(_made.Zip(made, KeyValuePair.Create)) { [network.Input] = input };
        // Where the gradients at the taps are computed here, autograd follows from the cut on, and else from the first tap on.
        Node[] later = _back is null ? [.. taps.Where(tap => !known.ContainsKey(tap) || tap == _plan.Cut)] : [_plan.Cut];
        Pass rest = Executor.Run(network, _plan.Rest, new Dictionary<Node, Tensor> { [_plan.Cut] = known[_plan.Cut] }, later, track, cancel);
        foreach (var (tap, output) in later.Zip(rest.Taps))
        {
            known[tap] = output;
        }
        known[network.Input] = input.alias(); // what is returned is the caller's to dispose
        foreach (Tensor kept in taps.Concat(_back is null ? [] : _read.Append(_plan.Cut)).Select(node => known[node]).Append(rest.Logits))
        {
            kept.MoveToOuterDisposeScope();
        }
        var pass = new Pass(rest.Logits, [.. taps.Select(tap => known[tap])]);
        return _back is null ? pass : pass with
        {
            Cut = rest.Taps[0],
            Back = gradient => _back.Run([gradient, .. _read.Select(node => known[node])], CancellationToken.None),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _forward.Dispose();
        _back?.Dispose();
    }
}
