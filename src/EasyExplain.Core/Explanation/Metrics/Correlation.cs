namespace EasyExplain.Explanation.Metrics;

/// <summary>How alike two rows of numbers go, −1 to 1; 0 where one of them does not move at all.</summary>
internal static class Correlation
{
    /// <summary>Of the numbers (Pearson).</summary>
    public static double Pearson(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        double meanA = a.Average(), meanB = b.Average(), product = 0, squareA = 0, squareB = 0;
        for (int i = 0; i < a.Count; i++)
        {
            (double offA, double offB) = (a[i] - meanA, b[i] - meanB);
            (product, squareA, squareB) = (product + offA * offB, squareA + offA * offA, squareB + offB * offB);
        }
        return squareA > 0 && squareB > 0 ? Math.Clamp(product / Math.Sqrt(squareA) / Math.Sqrt(squareB), -1, 1) : 0;
    }

    /// <summary>The same.</summary>
    public static double Pearson(float[] a, float[] b) => Pearson(Wide(a), Wide(b));

    /// <summary>Of their ranks (Spearman); equal numbers share the mean of theirs.</summary>
    public static double Spearman(double[] a, double[] b) => Pearson(Ranks(a), Ranks(b));

    /// <summary>The same.</summary>
    public static double Spearman(float[] a, float[] b) => Spearman(Wide(a), Wide(b));

    private static double[] Wide(float[] values) => Array.ConvertAll(values, value => (double)value);

    private static double[] Ranks(double[] values)
    {
        int[] order = [.. Enumerable.Range(0, values.Length)];
        Array.Sort([.. values], order);
        double[] ranks = new double[values.Length];
        for (int first = 0, next; first < order.Length; first = next)
        {
            next = first + 1;
            while (next < order.Length && values[order[next]] == values[order[first]])
            {
                next++;
            }
            for (int i = first; i < next; i++)
            {
                ranks[order[i]] = (first + next - 1) / 2.0;
            }
        }
        return ranks;
    }
}
