using EasyExplain.Audit;

namespace EasyExplain.Reports;

/// <summary>Maps on other grids: each cell is the mean of what it covers.</summary>
internal static class AreaMean
{
    /// <summary>A map on a grid.</summary>
    /// <param name="map">The map.</param>
    /// <param name="height">Rows of the grid, at least 1.</param>
    /// <param name="width">Columns of the grid, at least 1.</param>
    /// <returns>Row by row, 0 to 255.</returns>
    public static double[] Of(StoredMap map, int height, int width)
    {
        var across = new double[map.Height, width];
        for (int y = 0; y < map.Height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                across[y, x] = Mean(x, map.Width, width, at => map.Values[y * map.Width + at]);
            }
        }
        double[] mean = new double[height * width];
        for (int i = 0; i < mean.Length; i++)
        {
            mean[i] = Mean(i / width, map.Height, height, at => across[at, i % width]);
        }
        return mean;
    }

    /// <summary>The mean of the part of a line that one of another number of cells covers.</summary>
    private static double Mean(int cell, int from, int to, Func<int, double> valueAt)
    {
        double start = (double)cell * from / to, end = (double)(cell + 1) * from / to, sum = 0;
        for (int at = (int)start; at < end; at++)
        {
            sum += (Math.Min(end, at + 1) - Math.Max(start, at)) * valueAt(at);
        }
        return sum / (end - start);
    }
}
