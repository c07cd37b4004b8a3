namespace EasyExplain.Explanation.Metrics;

/// <summary>What is measured, and how finely.</summary>
/// <param name="Metrics">The figures.</param>
/// <param name="StepCount">In how many steps all pixels are deleted or inserted, at least 1.</param>
/// <param name="RegionCount">How many random regions MuFidelity removes, at least 2.</param>
/// <param name="Seed">Starts whatever is drawn; the same seed gives the same figures whatever the batch size.</param>
/// <param name="BatchSize">How many passes run at a time at most, memory allowing.</param>
public sealed record MeasureSettings(IReadOnlyList<CamMetric> Metrics, int StepCount, int RegionCount, long Seed, int BatchSize)
{
    /// <summary>
    /// Whether a model in 8 bits is measured in float32, too; else only how near the maps come to those of float32, where that is asked
    /// for.
    /// </summary>
    public bool BothPrecisions { get; init; } = true;

    internal bool WantsDrop => Wants(CamMetric.AverageDrop, CamMetric.ConfidenceIncrease, CamMetric.ADCC);

    internal bool WantsMost => Wants(CamMetric.ROAD, CamMetric.RoadMoRF);

    internal bool WantsLeast => Wants(CamMetric.ROAD, CamMetric.RoadLeRF);

    /// <summary>Those of these figures that something has.</summary>
    internal MeasureSettings Of(Target target) => ProbabilityPasses.Knows(target) ? this
        : this with { Metrics = [.. Metrics.Where(metric => !metric.NeedsProbability)] };

    /// <summary>Whether a figure is asked for.</summary>
    public bool Wants(params ReadOnlySpan<CamMetric> any)
    {
        foreach (CamMetric metric in any)
        {
            if (Metrics.Contains(metric))
            {
                return true;
            }
        }
        return false;
    }
}
