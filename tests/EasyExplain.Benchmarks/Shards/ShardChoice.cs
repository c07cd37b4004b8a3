namespace EasyExplain.Benchmarks.Shards;

/// <summary>Simulations of one number of shards.</summary>
/// <param name="PerSlot">How many shards there are for each task that runs at a time.</param>
/// <param name="Shards">How many shards there are.</param>
/// <param name="Even">The time on equal slots that nobody takes away, as a multiple of the ideal one; the mean of all seeds.</param>
/// <param name="Uneven">The same, on slots that differ.</param>
/// <param name="Disturbed">The same, on slots that differ and are taken away now and then.</param>
/// <param name="Worst">The longest of the last.</param>
/// <param name="Starts">How often a shard is started in the last.</param>
internal sealed record ShardChoice(int PerSlot, int Shards, double Even, double Uneven, double Disturbed, double Worst, double Starts)
{
    /// <summary>How far slots differ, and how often they go, in the simulations.</summary>
    public const double Spread = 0.1, SlowShare = 0.02, PreemptionsPerHour = 1.0 / 6, AwaySeconds = 1800, RequeueSeconds = 120;

    private const int Seeds = 20;

    /// <summary>Simulates a plan with several numbers of shards.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="startSeconds">What a start of a task takes.</param>
    /// <param name="perSlot">The numbers of shards, for each task that runs at a time.</param>
    public static IEnumerable<ShardChoice> Of(ClusterPlan plan, double startSeconds, params IEnumerable<int> perSlot)
    {
        var even = new Cluster(plan.Slots, plan.Costs.Image, startSeconds);
        Cluster uneven = even with { Spread = Spread, SlowShare = SlowShare };
        Cluster disturbed = uneven with
        {
            PreemptionsPerHour = PreemptionsPerHour,
            AwaySeconds = AwaySeconds,
            RequeueSeconds = RequeueSeconds,
        };
        foreach (int per in perSlot)
        {
            int shards = per * plan.Slots;
            (double Seconds, int Starts)[] Runs(Cluster cluster) => [.. Enumerable.Range(1, Seeds).Select(seed =>
            {
                var random = new Random(seed);
                return ShardSimulation.Run(cluster, Cluster.Sizes(plan.Images, shards, random), random);
            })];
            (double Seconds, int Starts)[] last = Runs(disturbed);
            double Times(double seconds) => seconds / plan.Seconds;
            yield return new ShardChoice(per, shards, Times(Runs(even).Average(run => run.Seconds)),
                Times(Runs(uneven).Average(run => run.Seconds)), Times(last.Average(run => run.Seconds)),
                Times(last.Max(run => run.Seconds)), last.Average(run => (double)run.Starts) / shards);
        }
    }

    /// <summary>The fewest shards with which the disturbed cluster takes at most a hundredth longer than with the best number.</summary>
    public static ShardChoice Best(IReadOnlyList<ShardChoice> all) =>
        all.OrderBy(choice => choice.Shards).First(choice => choice.Disturbed <= 1.01 * all.Min(each => each.Disturbed));
}
