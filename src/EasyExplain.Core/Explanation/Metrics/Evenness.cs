namespace EasyExplain.Explanation.Metrics;

/// <summary>How a map is spread, whatever the network: by the magnitudes of a signed one. As Quantus has them.</summary>
internal static class Evenness
{
    /// <summary>
    /// The Gini coefficient: 0 where all pixels are equal, near 1 where one has it all (Chalasani et al. 2020, arXiv 1810.06583).
    /// </summary>
    public static double Gini(float[] map)
    {
        double[] sorted = [.. map.Select(value => Math.Abs((double)value) + 1e-7).Order()];
        int n = sorted.Length;
        double weighted = sorted.Select((value, i) => (2.0 * (i + 1) - n - 1) * value).Sum();
        return weighted / (n * sorted.Sum());
    }

    /// <summary>The entropy of the shares in nats (Bhatt et al. 2020, arXiv 2005.00631, definition 4); 0 of an empty map.</summary>
    public static double Entropy(float[] map)
    {
        double all = map.Sum(value => Math.Abs((double)value));
        return all == 0 ? 0 : map.Sum(value => Of(Math.Abs(value) / all));

        static double Of(double share) => -share * Math.Log(share + 1e-12);
    }

    /// <summary>How many pixels are over a limit (Nguyen and Martínez 2020, arXiv 2007.07584).</summary>
    public static int Over(float[] map, double limit) => map.Count(value => Math.Abs(value) > limit);
}
