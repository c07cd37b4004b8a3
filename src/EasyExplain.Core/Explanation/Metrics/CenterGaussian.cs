namespace EasyExplain.Explanation.Metrics;

/// <summary>
/// The control that asks no network: a Gaussian in the centre, with a standard deviation of a quarter of each side. Photographers put what
/// matters in the centre, so that a map may look right by that alone.
/// </summary>
internal static class CenterGaussian
{
    /// <summary>The control's name.</summary>
    public const string Name = nameof(CenterGaussian);

    private const double Sigma = 0.25;

    /// <summary>The map, with 1 near the centre.</summary>
    public static float[,] Map(int height, int width)
    {
        float[,] map = new float[height, width];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                double down = (y + 0.5) / height - 0.5, right = (x + 0.5) / width - 0.5;
                map[y, x] = (float)Math.Exp(-(down * down + right * right) / (2 * Sigma * Sigma));
            }
        }
        return map;
    }
}
