using EasyExplain.Benchmarks.Shards;

namespace EasyExplain.Tests.Benchmarks;

/// <summary>The simulation by which docs/scaling.md chooses the number of shards, where its outcome is known in closed form.</summary>
public sealed class ShardSimulationTests
{
    [Theory]
    [InlineData(4, 4, 1)]
    [InlineData(4, 8, 2)]
    [InlineData(4, 9, 3)] // the last one alone
    [InlineData(1, 5, 5)]
    [InlineData(8, 3, 1)]
    public void EvenSlots_NobodyDisturbed_TakeWholeRounds(int slots, int shards, int rounds)
    {
        var cluster = new Cluster(slots, ImageSeconds: 0.5, StartSeconds: 7);

        (double seconds, int starts) = ShardSimulation.Run(cluster, Enumerable.Repeat(100.0, shards).ToArray(), new Random(1));

        Assert.Equal(rounds * (7 + 50.0), seconds, 9);
        Assert.Equal(shards, starts);
    }

    /// <summary>What is done does not depend on the order, and one slot does everything.</summary>
    [Fact]
    public void OneSlot_TakesTheSumOfAll()
    {
        var cluster = new Cluster(1, ImageSeconds: 0.25, StartSeconds: 3);

        Assert.Equal(4 * 3 + 0.25 * 1000, ShardSimulation.Run(cluster, [10, 20, 300, 670], new Random(1)).Seconds, 9);
    }

    /// <summary>Shards are taken in their order by whoever is free: 5 + 2 and 3 + 3 + 4.</summary>
    [Fact]
    public void TheNextShard_GoesToTheFirstFreeSlot()
    {
        var cluster = new Cluster(2, ImageSeconds: 1, StartSeconds: 0);

        Assert.Equal(10, ShardSimulation.Run(cluster, [5, 3, 3, 2, 4], new Random(1)).Seconds, 9);
    }

    /// <summary>All slots at half speed: work takes twice as long, starts do not.</summary>
    [Fact]
    public void SlowSlots_TakeTwiceAsLong()
    {
        var cluster = new Cluster(3, ImageSeconds: 1, StartSeconds: 5) { SlowShare = 1 };

        Assert.Equal(2 * (5 + 2 * 40.0), ShardSimulation.Run(cluster, Enumerable.Repeat(40.0, 6).ToArray(), new Random(1)).Seconds, 9);
    }

    /// <summary>
    /// Of one slot that is taken away at random (rate λ): until a start of s seconds comes through, (e^λs − 1)(1/λ + away) pass, and each
    /// second of work costs 1 + λ(away + that). The mean of 4,000 runs lies within four standard errors.
    /// </summary>
    [Theory]
    [InlineData(300, 0)]
    [InlineData(300, 900)] // the slot is back before the task may start again
    public void Preemptions_CostWhatTheFormulaSays(double away, double requeue)
    {
        const double Rate = 2.0 / 3600, Start = 60, Work = 5000;
        var cluster = new Cluster(1, ImageSeconds: 1, Start) { PreemptionsPerHour = 2, AwaySeconds = away, RequeueSeconds = requeue };
        double gone = Math.Max(away, requeue), begins = (Math.Exp(Rate * Start) - 1) * (1 / Rate + gone);

        double[] runs = [.. Enumerable.Range(0, 4000).Select(seed => ShardSimulation.Run(cluster, [Work], new Random(seed)).Seconds)];

        double mean = runs.Average(), error = Math.Sqrt(runs.Average(run => (run - mean) * (run - mean)) / runs.Length);
        Assert.InRange(mean - (begins + Work * (1 + Rate * (gone + begins))), -4 * error, 4 * error);
    }

    [Fact]
    public void TheSameSeed_GivesTheSameOutcome_AndAnotherOneAnother()
    {
        var cluster = new Cluster(16, 0.1, 10)
        {
            Spread = 0.1,
            SlowShare = 0.1,
            PreemptionsPerHour = 1,
            AwaySeconds = 600,
            RequeueSeconds = 120,
        };
        (double, int) Run(int seed)
        {
            var random = new Random(seed);
            return ShardSimulation.Run(cluster, Cluster.Sizes(1e6, 64, random), random);
        }

        Assert.Equal(Run(1), Run(1));
        Assert.NotEqual(Run(1), Run(2));
    }

    /// <summary>As a hash deals them: all images, and the spread of a binomial distribution.</summary>
    [Fact]
    public void Sizes_AreThoseOfAHash()
    {
        double[] sizes = Cluster.Sizes(4e6, 4000, new Random(1));

        Assert.Equal(4e6, sizes.Sum(), 3);
        double deviation = Math.Sqrt(sizes.Average(size => (size - 1000) * (size - 1000)));
        Assert.InRange(deviation, 0.95 * Math.Sqrt(1000), 1.05 * Math.Sqrt(1000));
    }
}
