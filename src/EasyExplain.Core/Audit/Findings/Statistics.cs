namespace EasyExplain.Audit.Findings;

/// <summary>Textbook statistics.</summary>
internal static class Statistics
{
    private const double Normal95 = 1.959963984540054; // the 97.5th percentile of the normal distribution
    private const double DeviationOfMad = 1.482602218505602; // 1 / its 75th percentile: what makes MAD a standard deviation

    /// <summary>Where a share lies with 95 % confidence, seen so often of so many (Wilson 1927).</summary>
    public static (double Low, double High) Wilson(int seen, int of)
    {
        if (of == 0)
        {
            return (0, 1);
        }
        double share = (double)seen / of, z = Normal95 * Normal95;
        double centre = (share + z / (2 * of)) / (1 + z / of);
        double half = Normal95 / (1 + z / of) * Math.Sqrt(share * (1 - share) / of + z / (4.0 * of * of));
        return (Math.Max(0, centre - half), Math.Min(1, centre + half));
    }

    /// <summary>The median; not a number of none.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The median and the robust standard deviation: the median absolute deviation × 1.4826.</summary>
    public static (double Median, double Deviation) Robust(IReadOnlyCollection<double> values)
    {
        double median = Median(values);
        return (median, DeviationOfMad * Median(values.Select(value => Math.Abs(value - median))));
    }
}
