namespace EasyExplain.Benchmarks.Shards;

/// <summary>What shards run on. A slot runs one task at a time.</summary>
/// <param name="Slots">How many tasks run at a time.</param>
/// <param name="ImageSeconds">What an image takes on a slot of speed 1.</param>
/// <param name="StartSeconds">What each start of a task takes, on any slot: the process, the model, the list of images.</param>
internal sealed record Cluster(int Slots, double ImageSeconds, double StartSeconds)
{
    /// <summary>How far the slots' speeds lie apart: the standard deviation of their logarithms, of which the mean is 0.</summary>
    public double Spread { get; init; }

    /// <summary>The share of slots that have half of their speed.</summary>
    public double SlowShare { get; init; }

    /// <summary>How often a slot is taken away from a task that runs there; the times between are exponentially distributed.</summary>
    public double PreemptionsPerHour { get; init; }

    /// <summary>How long a slot that was taken away is gone.</summary>
    public double AwaySeconds { get; init; }

    /// <summary>How long a task that was interrupted waits at least before it may start again.</summary>
    public double RequeueSeconds { get; init; }

    /// <summary>The speeds of all slots.</summary>
    public double[] Speeds(Random random) =>
        [.. Enumerable.Range(0, Slots).Select(_ => Math.Exp(Spread * Normal(random)) * (random.NextDouble() < SlowShare ? 0.5 : 1))];

    /// <summary>How many images each shard has, where a hash chooses: as even as chance lets them be.</summary>
    public static double[] Sizes(double images, int shards, Random random)
    {
        double mean = images / shards, deviation = Math.Sqrt(mean * (1 - 1.0 / shards)); // of a binomial distribution
        double[] sizes = [.. Enumerable.Range(0, shards).Select(_ => Math.Max(0, mean + deviation * Normal(random)))];
        double scale = images / sizes.Sum();
        return [.. sizes.Select(size => size * scale)];
    }

    private static double Normal(Random random) => // Box and Muller, 1958
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
