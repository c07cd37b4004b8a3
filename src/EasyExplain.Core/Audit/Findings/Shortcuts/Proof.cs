namespace EasyExplain.Audit.Findings.Shortcuts;

/// <summary>A share, and where it lies with 95 % confidence.</summary>
/// <param name="Value">0 to 1.</param>
/// <param name="Low">The 2.5th percentile of the bootstrap.</param>
/// <param name="High">The 97.5th.</param>
/// <param name="Of">Of how many images.</param>
public sealed record ProvedShare(double Value, double Low, double High, int Of)
{
    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"{100 * Value:0.#} % ({100 * Low:0.#} to {100 * High:0.#}, n = {Of})");
}

/// <summary>What a mark does to a model's decisions, with what is done for comparison.</summary>
/// <param name="Mark">The mark.</param>
/// <param name="Turned">The share of other classes' images that become the class with the mark on them.</param>
/// <param name="TurnedByOthers">The same with what the class's other images have there.</param>
/// <param name="Effect">The difference of the two.</param>
/// <param name="Certainty">The share of bootstrap draws in which the effect is as large as asked.</param>
/// <param name="TakenOut">For each way of taking it out: the share of members that are no longer of the class.</param>
/// <param name="TakenOutElsewhere">The same with as much taken out elsewhere; null where there is no elsewhere.</param>
internal sealed record Proof(
    Mark Mark, ProvedShare Turned, ProvedShare TurnedByOthers, ProvedShare Effect, double Certainty,
    IReadOnlyList<(string Way, ProvedShare Share)> TakenOut, ProvedShare? TakenOutElsewhere)
{
    private const int Draws = 1000;

    /// <summary>Whether it is proved that the mark alone makes the model say the class.</summary>
    public bool Holds(IssueThresholds thresholds) => Turned.Value >= thresholds.ShortcutTurned && Effect.Low >= thresholds.ShortcutEffect;

    /// <summary>Tries a mark on images.</summary>
    /// <param name="mark">The mark.</param>
    /// <param name="probe">The model.</param>
    /// <param name="class">The class.</param>
    /// <param name="hosts">Images of other classes, which the model does not take for this one.</param>
    /// <param name="seed">Of all that is drawn.</param>
    /// <param name="thresholds">What effect is asked for.</param>
    public static Proof Of(
        Mark mark, ModelProbe probe, int @class, IReadOnlyList<float[]> hosts, int seed, IssueThresholds thresholds)
    {
        bool[] Are(IEnumerable<float[]> images) => [.. probe.Ask(images).Select(said => probe.Margin(said, @class) > 0)];
        bool[] Not(IEnumerable<float[]> images) => [.. Are(images).Select(still => !still)];
        bool[] turned = Are(mark.PutOn(hosts, new Random(seed))), byOthers = Are(mark.PutOnFromOthers(hosts, new Random(seed + 1)));
        double[] effects = Resampled(hosts.Count, seed, i => (turned[i] ? 1 : 0) - (byOthers[i] ? 1 : 0));
        return new Proof(
            mark, Share(turned, seed), Share(byOthers, seed), new ProvedShare(turned.Average(Number) - byOthers.Average(Number),
                Percentile(effects, 0.025), Percentile(effects, 0.975), hosts.Count),
            effects.Average(effect => effect >= thresholds.ShortcutEffect ? 1.0 : 0.0),
            [.. mark.TakeOut(new Random(seed + 2)).Select(one => (one.Way, Share(Not(one.Images), seed)))],
            mark.TakeOutElsewhere(new Random(seed + 3)) is { } elsewhere ? Share(Not(elsewhere), seed) : null);
    }

    private static double Number(bool happened) => happened ? 1 : 0;

    private static ProvedShare Share(bool[] happened, int seed)
    {
        double[] draws = Resampled(happened.Length, seed, i => Number(happened[i]));
        return new ProvedShare(happened.Average(Number), Percentile(draws, 0.025), Percentile(draws, 0.975), happened.Length);
    }

    /// <summary>Means of as many values drawn again with replacement, ascending (the bootstrap; Efron 1979).</summary>
    private static double[] Resampled(int count, int seed, Func<int, double> value)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Draws).Select(_ => Enumerable.Range(0, count).Sum(_ => value(random.Next(count))) / count).Order()];
    }

    private static double Percentile(double[] sorted, double share) => sorted[(int)Math.Round(share * (sorted.Length - 1))];
}
