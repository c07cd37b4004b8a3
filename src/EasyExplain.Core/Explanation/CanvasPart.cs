namespace EasyExplain.Explanation;

/// <summary>The part of a map that lies on the picture, where a network puts the picture on a larger canvas itself.</summary>
internal static class CanvasPart
{
    /// <summary>The part of a map from its upper left corner, between its cells bilinearly.</summary>
    /// <param name="map">The map of the whole canvas.</param>
    /// <param name="share">How much of its height and of its width the picture fills, over 0 to 1.</param>
    public static float[,] Of(float[,] map, (double Down, double Across) share)
    {
        if (share == (1, 1))
        {
            return map;
        }
        (double rows, double columns) = (map.GetLength(0) * share.Down, map.GetLength(1) * share.Across);
        var part = new float[Math.Max(1, (int)Math.Round(rows)), Math.Max(1, (int)Math.Round(columns))];
        for (int y = 0; y < part.GetLength(0); y++)
        {
            for (int x = 0; x < part.GetLength(1); x++)
            {
                part[y, x] = At(map, (y + 0.5) * rows / part.GetLength(0) - 0.5, (x + 0.5) * columns / part.GetLength(1) - 0.5);
            }
        }
        return part;
    }

    private static float At(float[,] map, double y, double x)
    {
        int bottom = map.GetLength(0) - 1, right = map.GetLength(1) - 1, top = (int)Math.Floor(y), left = (int)Math.Floor(x);
        double down = y - top, across = x - left;
        float Cell(int row, int column) => map[Math.Clamp(row, 0, bottom), Math.Clamp(column, 0, right)];
        return (float)((1 - down) * ((1 - across) * Cell(top, left) + across * Cell(top, left + 1))
            + down * ((1 - across) * Cell(top + 1, left) + across * Cell(top + 1, left + 1)));
    }
}
