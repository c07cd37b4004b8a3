namespace EasyExplain.Benchmarks;

/// <summary>A promise about computing: some work takes at most so many times as long as a yardstick.</summary>
/// <param name="What">What is compared with what.</param>
/// <param name="Reach">The ratio that must not be exceeded.</param>
/// <param name="Work">What is measured.</param>
/// <param name="Yardstick">What it is compared with.</param>
internal sealed record Comparison(string What, double Reach, Func<IDisposable?> Work, Func<IDisposable?> Yardstick)
{
    /// <summary>How many yardsticks the promise speaks of.</summary>
    public double Yardsticks { get; init; } = 1;

    /// <summary>The row of a machine on which it cannot be measured.</summary>
    /// <param name="lacks">What the machine would need.</param>
    public Row Without(string lacks) => new(What, Reach, Measured: null) { Lacks = lacks };

    /// <summary>Measures all of them side by side; work or a yardstick that several share is timed once a round.</summary>
    /// <remarks>
    /// The C library keeps its freed memory from one timing to the next, other than when an import is measured: a model is imported
    /// once, but an explanation follows another, whose memory it takes over; so does each inference.
    /// </remarks>
    public static IEnumerable<Row> Measure(int rounds, IEnumerable<Comparison> comparisons)
    {
        Comparison[] all = [.. comparisons];
        Func<IDisposable?>[] contestants = [.. all.SelectMany(comparison => new[] { comparison.Work, comparison.Yardstick }).Distinct()];
        double[] medians = contestants.Length == 0 ? [] : SideBySide.Medians(rounds, () => { }, contestants);
        double Of(Func<IDisposable?> contestant) => medians[Array.IndexOf(contestants, contestant)];
        return all.Select(comparison =>
            new Row(comparison.What, comparison.Reach, Of(comparison.Work) / (comparison.Yardsticks * Of(comparison.Yardstick))));
    }
}
