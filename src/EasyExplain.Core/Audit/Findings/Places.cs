namespace EasyExplain.Audit.Findings;

/// <summary>Says in words where a map has its heat.</summary>
internal static class Places
{
    // Thirds of the image, row by row: where the heat would be.
    private static readonly (string Name, int[] Thirds)[] Known =
    [
        ("centre", [0, 0, 0, 0, 1, 0, 0, 0, 0]),
        ("upper left corner", [1, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("upper right corner", [0, 0, 1, 0, 0, 0, 0, 0, 0]),
        ("lower left corner", [0, 0, 0, 0, 0, 0, 1, 0, 0]),
        ("lower right corner", [0, 0, 0, 0, 0, 0, 0, 0, 1]),
        ("top edge", [1, 1, 1, 0, 0, 0, 0, 0, 0]),
        ("top edge", [0, 1, 0, 0, 0, 0, 0, 0, 0]),
        ("bottom edge", [0, 0, 0, 0, 0, 0, 1, 1, 1]),
        ("bottom edge", [0, 0, 0, 0, 0, 0, 0, 1, 0]),
        ("left edge", [1, 0, 0, 1, 0, 0, 1, 0, 0]),
        ("left edge", [0, 0, 0, 1, 0, 0, 0, 0, 0]),
        ("right edge", [0, 0, 1, 0, 0, 1, 0, 0, 1]),
        ("right edge", [0, 0, 0, 0, 0, 1, 0, 0, 0]),
        ("upper half", [1, 1, 1, 1, 1, 1, 0, 0, 0]),
        ("lower half", [0, 0, 0, 1, 1, 1, 1, 1, 1]),
        ("left half", [1, 1, 0, 1, 1, 0, 1, 1, 0]),
        ("right half", [0, 1, 1, 0, 1, 1, 0, 1, 1]),
        ("border", [1, 1, 1, 1, 0, 1, 1, 1, 1]),
    ];

    /// <summary>Where the heat is: of the known places that whose picture in thirds of the image correlates best with the heat's.</summary>
    /// <param name="heat">Heat of each cell, row by row, not negative.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <returns>Such as "lower left corner"; "everywhere" where no third is a third hotter than the mean; empty without heat.</returns>
    public static string Of(ReadOnlySpan<double> heat, int height, int width)
    {
        var thirds = new double[9];
        var areas = new double[9];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                for (int third = 0; third < 9; third++)
                {
                    double part = Overlap(y, height, third / 3) * Overlap(x, width, third % 3);
                    thirds[third] += part * heat[y * width + x];
                    areas[third] += part;
                }
            }
        }
        for (int third = 0; third < 9; third++)
        {
            thirds[third] /= Math.Max(areas[third], 1e-9);
        }
        double mean = thirds.Average();
        if (mean <= 0)
        {
            return "";
        }
        return thirds.Max() < 4.0 / 3 * mean ? "everywhere" : Known.MaxBy(place => Correlation(thirds, mean, place.Thirds)).Name;
    }

    /// <summary>The share of a cell that lies in a third.</summary>
    private static double Overlap(int cell, int cells, int third) =>
        Math.Max(0, Math.Min(3.0 * (cell + 1) / cells, third + 1) - Math.Max(3.0 * cell / cells, third)) * cells / 3;

    private static double Correlation(double[] thirds, double mean, int[] place)
    {
        double own = place.Average();
        double product = thirds.Zip(place, (heat, there) => (heat - mean) * (there - own)).Sum();
        return product / Math.Sqrt(place.Sum(there => (there - own) * (there - own)));
    }
}
