namespace EasyExplain.Explanation.Metrics;

/// <summary>
/// Where a mean over images lies with 95 % confidence: the percentiles of the means of as many images drawn with replacement, again and
/// again (Efron 1979; Efron and Tibshirani 1993, section 13.3).
/// </summary>
internal static class Bootstrap
{
    private const int Draws = 2000;

    /// <summary>The mean of these values, and its interval; null of none.</summary>
    /// <param name="values">One an image.</param>
    /// <param name="seed">Draws the images: of as many values, the same ones.</param>
    public static CamInterval? Of(IReadOnlyList<double> values, long seed)
    {
        if (values.Count == 0)
        {
            return null;
        }
        var random = new Random(unchecked((int)(seed ^ (seed >> 32))));
        double[] means = new double[Draws];
        for (int draw = 0; draw < Draws; draw++)
        {
            double sum = 0;
            for (int i = 0; i < values.Count; i++)
            {
                sum += values[random.Next(values.Count)];
            }
            means[draw] = sum / values.Count;
        }
        return new CamInterval(values.Average(), Percentile.Of(means, 2.5), Percentile.Of(means, 97.5));
    }
}
