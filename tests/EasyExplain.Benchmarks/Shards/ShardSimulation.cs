namespace EasyExplain.Benchmarks.Shards;

/// <summary>Shards on a cluster, from the first start to the last end.</summary>
/// <remarks>
/// Whenever a slot is free, it takes the next shard in their order; one that was interrupted comes before those that have not run yet. An
/// interrupted task has done all images up to then, and starts again with the rest: an audit loses less than a second of work.
/// </remarks>
internal sealed class ShardSimulation
{
    private readonly Cluster _cluster;
    private readonly Random _random;
    private readonly double[] _speeds;
    private readonly double[] _left; // of each shard, in seconds of speed 1
    private readonly Stack<int> _idle; // slots
    private readonly Queue<int> _again = new(); // shards
    private readonly PriorityQueue<Action, (double Time, int Number)> _events = new(); // of one time, the first that was planned
    private double _now, _end;
    private int _fresh, _starts, _planned;

    private ShardSimulation(Cluster cluster, IReadOnlyList<double> sizes, Random random)
    {
        (_cluster, _random) = (cluster, random);
        _speeds = cluster.Speeds(random);
        _left = [.. sizes.Select(size => size * cluster.ImageSeconds)];
        _idle = new Stack<int>(Enumerable.Range(0, cluster.Slots).Reverse());
    }

    /// <summary>Runs them.</summary>
    /// <param name="cluster">What they run on.</param>
    /// <param name="sizes">How many images each has.</param>
    /// <param name="random">Whence speeds and interruptions come: the same seed gives the same outcome.</param>
    /// <returns>When the last shard was done, and how often a task was started.</returns>
    public static (double Seconds, int Starts) Run(Cluster cluster, IReadOnlyList<double> sizes, Random random)
    {
        var simulation = new ShardSimulation(cluster, sizes, random);
        simulation.Run();
        return (simulation._end, simulation._starts);
    }

    private void Run()
    {
        StartWhatCan();
        while (_events.TryDequeue(out Action? happens, out (double Time, int) when))
        {
            _now = when.Time;
            happens();
            StartWhatCan();
        }
    }

    private void StartWhatCan()
    {
        while (_idle.Count > 0 && (_again.Count > 0 || _fresh < _left.Length))
        {
            Start(_again.Count > 0 ? _again.Dequeue() : _fresh++, _idle.Pop());
        }
    }

    private void Start(int shard, int slot)
    {
        _starts++;
        double takes = _cluster.StartSeconds + _left[shard] / _speeds[slot], runs = UntilPreempted();
        if (takes <= runs)
        {
            After(takes, () =>
            {
                _end = _now;
                _idle.Push(slot);
            });
            return;
        }
        _left[shard] -= Math.Max(0, runs - _cluster.StartSeconds) * _speeds[slot];
        After(runs + _cluster.RequeueSeconds, () => _again.Enqueue(shard));
        After(runs + _cluster.AwaySeconds, () => _idle.Push(slot));
    }

    private double UntilPreempted() => _cluster.PreemptionsPerHour == 0 ? double.PositiveInfinity
        : -Math.Log(1 - _random.NextDouble()) * 3600 / _cluster.PreemptionsPerHour;

    private void After(double seconds, Action happens) => _events.Enqueue(happens, (_now + seconds, _planned++));
}
