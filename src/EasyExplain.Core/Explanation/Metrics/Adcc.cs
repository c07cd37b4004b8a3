namespace EasyExplain.Explanation.Metrics;

/// <summary>
/// ADCC (Poppi et al. 2021, arXiv 2104.10252): the harmonic mean of three things that a good map has and that a bad one cannot all have at
/// once. It keeps the probability, it is small, and it stays the same where the image shows nothing but what it marks.
/// </summary>
internal static class Adcc
{
    /// <summary>How alike a map and the one of the image times that map are: 0 opposite, 1 the same (equation 3).</summary>
    public static double Coherency(float[] map, float[] ofItself) => (Correlation.Pearson(map, ofItself) + 1) / 2;

    /// <summary>How much of the image a map marks: its mean (equation 4).</summary>
    public static double Complexity(float[] map) => map.Average(value => (double)value);

    /// <summary>The harmonic mean of the three (equation 5); 0 where one of them is.</summary>
    public static double Of(double coherency, double complexity, double drop) =>
        3 / (1 / coherency + 1 / (1 - complexity) + 1 / (1 - drop));
}
