namespace EasyExplain.Explanation.Metrics;

/// <summary>Percentiles between the values there are, in a straight line: NumPy's usual ones.</summary>
internal static class Percentile
{
    /// <summary>The value below which so many percent lie.</summary>
    /// <param name="values">At least one, in any order.</param>
    /// <param name="percent">0 to 100.</param>
    public static double Of(double[] values, double percent)
    {
        double[] sorted = [.. values.Order()];
        double place = percent / 100 * (sorted.Length - 1);
        int below = (int)Math.Floor(place), above = Math.Min(below + 1, sorted.Length - 1);
        double part = place - below, step = sorted[above] - sorted[below];
        return part < 0.5 ? sorted[below] + step * part : sorted[above] - step * (1 - part); // the nearer one is met exactly
    }
}
