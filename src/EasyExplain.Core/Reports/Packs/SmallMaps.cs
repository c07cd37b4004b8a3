using EasyExplain.Audit;

namespace EasyExplain.Reports.Packs;

/// <summary>Makes maps small enough for a pack.</summary>
internal static class SmallMaps
{
    private const int Least = 4; // cells a side, of a map that has so many

    /// <summary>The longest side of maps that together have no more cells than asked; where none is short enough, the shortest.</summary>
    public static int SideFor(IReadOnlyList<StoredMap> maps, long cells)
    {
        int side = maps.Count == 0 ? Least : Math.Max(Least, maps.Max(map => Math.Max(map.Height, map.Width)));
        while (side > Least && maps.Sum(map => (long)SizeOf(map, side).Height * SizeOf(map, side).Width) > cells)
        {
            side--;
        }
        return side;
    }

    /// <summary>A map whose longer side has at most so many cells, each the mean of what it covers; itself where it has no more.</summary>
    public static StoredMap Reduce(StoredMap map, int side)
    {
        (int height, int width) = SizeOf(map, side);
        if ((height, width) == (map.Height, map.Width))
        {
            return map;
        }
        byte[] values = Array.ConvertAll(AreaMean.Of(map, height, width), value => (byte)(value + 0.5));
        return new StoredMap(map.Layer, height, width, values);
    }

    private static (int Height, int Width) SizeOf(StoredMap map, int side)
    {
        double scale = Math.Min(1, (double)side / Math.Max(map.Height, map.Width));
        return (Shrunk(map.Height, scale), Shrunk(map.Width, scale));
    }

    private static int Shrunk(int cells, double scale) => Math.Max((int)Math.Round(cells * scale), Math.Min(cells, Least));
}
