using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Engines;

/// <summary>
/// Runs what it can of one model's networks in a faster engine, and the rest in libtorch. What it compiles it keeps, for as many plans as
/// are likely to be wanted again.
/// </summary>
/// <param name="engine">The engine.</param>
internal sealed class CompilingRunner(IEngine engine) : Runner
{
    // Each has a copy of the weights: one way through the network for the explanation, one for further passes, and those of another choice
    // of layers. Plans of pieces of a network count for as much as they weigh.
    private const int NetworksKept = 4;

    private readonly object _gate = new();
    private readonly LinkedList<Known> _plans = []; // the last used first
    private readonly LinkedList<(IReadOnlyList<Node> Nodes, int Threads, FollowedNodes Plan)> _follows = []; // likewise
    private readonly List<IDisposable> _retired = [];

    private string? _failure;

    /// <inheritdoc/>
    public override string? Failure => _failure;

    /// <summary>Leaves everything to libtorch from now on.</summary>
    /// <param name="why">The reason, a sentence without its full stop.</param>
    public void GiveUp(string why) => _failure = why;

    /// <summary>Compiles with another engine from now on, and anew what was compiled before.</summary>
    public void Exchange(IEngine next)
    {
        lock (_gate)
        {
            engine = next;
            RetireAll();
        }
    }

    /// <inheritdoc/>
    public override Pass Run(
        Network network, Tensor input, IReadOnlyList<Node> taps, bool track, CancellationToken cancel = default, bool curved = false) =>
        (curved ? null : InEngine(network, input, taps, track, cancel)) ?? Executor.Run(network, input, taps, track, cancel);

    /// <summary>The same where the engine can do some of it, else null.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was signalled.</exception>
    public Pass? InEngine(Network network, Tensor input, IReadOnlyList<Node> taps, bool track, CancellationToken cancel)
    {
        if (input.dtype != float32 || input.device.type != TorchSharp.DeviceType.CPU || (network.OnePicture && input.shape[0] != 1)
            || PlanFor(network, taps, track, input.shape[1..]) is not { } plan)
        {
            return null;
        }
        try
        {
            return plan.Run(network, input, taps, track, cancel);
        }
        catch (EngineException)
        {
            return null; // memory, say, that this picture needs: libtorch tries it, and the next one comes here again
        }
        catch (EntryPointNotFoundException e)
        {
            GiveUp($"{engine.Name} failed: {e.Message}");
            return null;
        }
    }

    /// <summary>The plan for such a run, compiled; null where libtorch runs everything.</summary>
    public CompiledPlan? PlanFor(Network network, IReadOnlyList<Node> taps, bool track, long[] inputShape)
    {
        lock (_gate)
        {
            if (Failure is not null)
            {
                return null;
            }
            int threads = get_num_threads();
            if (_plans.FirstOrDefault(known => known.IsFor(network, taps, track, inputShape, threads)) is { } known)
            {
                _plans.Remove(known);
                _plans.AddFirst(known);
                return known.Plan;
            }
            CompiledPlan? plan = Compile(network, taps, track, inputShape);
            _plans.AddFirst(new Known(network, [.. taps], track, inputShape, threads, plan));
            while (_plans.Sum(plan => plan.Weights) > NetworksKept * _plans.Max(plan => plan.Weights))
            {
                if (_plans.Last!.Value is { Plan: { } oldest })
                {
                    _retired.Add(oldest); // another thread may be running it
                }
                _plans.RemoveLast();
            }
            return plan;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Follow(IReadOnlyList<Node> nodes, IReadOnlyList<Node> results,
        IReadOnlyDictionary<Node, Tensor> given, IReadOnlyDictionary<Node, long[]> shapes, CancellationToken cancel)
    {
        if (given.Values.All(tensor => tensor.dtype == float32 && tensor.device.type == TorchSharp.DeviceType.CPU)
            && PlanFor(nodes, results, [.. given.Keys], shapes) is { } plan)
        {
            try
            {
                return plan.Run(given, cancel);
            }
            catch (EngineException)
            {
                // libtorch tries it
            }
        }
        return base.Follow(nodes, results, given, shapes, cancel);
    }

    /// <summary>The plan for nodes that follow, known by their list; null where libtorch runs everything.</summary>
    private FollowedNodes? PlanFor(
        IReadOnlyList<Node> nodes, IReadOnlyList<Node> results, IReadOnlyList<Node> given, IReadOnlyDictionary<Node, long[]> shapes)
    {
        lock (_gate)
        {
            if (Failure is not null)
            {
                return null;
            }
            int threads = get_num_threads();
            if (_follows.FirstOrDefault(known => known.Nodes == nodes && known.Threads == threads) is { Plan: { } plan } known)
            {
                _follows.Remove(known);
                _follows.AddFirst(known);
                return plan;
            }
            if (OrNull(() => FollowedNodes.Compiled(nodes, given, results, shapes, engine)) is not { } made)
            {
                return null;
            }
            _follows.AddFirst((nodes, threads, made));
            if (_follows.Count > NetworksKept)
            {
                _retired.Add(_follows.Last!.Value.Plan);
                _follows.RemoveLast();
            }
            return made;
        }
    }

    /// <inheritdoc/>
    public override string Summary(Network network, IReadOnlyList<Node> taps, bool track, long[] inputShape) =>
        PlanFor(network, taps, track, inputShape)?.Summary ?? LibtorchInstead;

    /// <inheritdoc/>
    public override string Summary(IReadOnlyList<Node> nodes, IReadOnlyList<Node> results, IReadOnlyList<Node> given,
        IReadOnlyDictionary<Node, long[]> shapes) => PlanFor(nodes, results, given, shapes) switch
        {
            { InLibtorch: 0 } plan => Parts.Said(engine, plan.InBytes),
            { InLibtorch: var some } plan when some < nodes.Count =>
                $"{Parts.Said(engine, plan.InBytes)}, and libtorch for {some} of {nodes.Count} operations",
            _ => LibtorchInstead,
        };

    private string LibtorchInstead => Failure is null ? "libtorch" : $"libtorch ({Failure})";

    /// <inheritdoc/>
    public override void FreeRetired()
    {
        lock (_gate)
        {
            _retired.ForEach(plan => plan.Dispose());
            _retired.Clear();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        lock (_gate)
        {
            RetireAll();
            FreeRetired();
        }
    }

    private void RetireAll()
    {
        _retired.AddRange(_plans.Select(known => known.Plan).OfType<CompiledPlan>());
        _retired.AddRange(_follows.Select(known => known.Plan));
        _plans.Clear();
        _follows.Clear();
    }

    private CompiledPlan? Compile(Network network, IReadOnlyList<Node> taps, bool track, long[] inputShape)
    {
        IReadOnlyDictionary<Node, long[]> shapes = network.Shapes(inputShape);
        return OrNull(() => CutPlan.For(engine, network, taps, track, shapes) is { } plan
            ? CompiledPlan.Of(network, plan, taps, shapes, engine) : null);
    }

    /// <summary>What can be compiled; null where it cannot, or the engine is not to be used at all.</summary>
    private T? OrNull<T>(Func<T?> compiled)
        where T : class
    {
        try
        {
            return compiled();
        }
        catch (Exception e) when (e is ExternalException or DllNotFoundException or TypeInitializationException
            or EntryPointNotFoundException or NotSupportedException)
        {
            GiveUp($"{engine.Name} cannot be used: {e.GetBaseException().Message.Split('\n')[0]}");
            return null;
        }
    }

    private sealed record Known(Network Network, Node[] Taps, bool Track, long[] InputShape, int Threads, CompiledPlan? Plan)
    {
        public long Weights { get; } = 1 + Network.Parameters.Sum(parameter => parameter.Count);

        public bool IsFor(Network network, IReadOnlyList<Node> taps, bool track, long[] inputShape, int threads) =>
            (Network, Track, Threads) == (network, track, threads) && Taps.SequenceEqual(taps) && InputShape.SequenceEqual(inputShape);
    }
}
