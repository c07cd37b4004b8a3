using EasyExplain.Audit;

namespace EasyExplain.Reports;

/// <summary>The mean of maps, on the grid of the first, of at most 16 cells a side.</summary>
internal sealed class MeanMap
{
    private const int MaxSide = 16;

    private double[] _sum = [];

    /// <summary>Rows of the grid; 0 before there is a map.</summary>
    public int Height { get; private init; }

    /// <summary>Columns of the grid.</summary>
    public int Width { get; private init; }

    /// <summary>How many maps it is the mean of.</summary>
    public int Count { get; private set; }

    /// <summary>An empty mean, on a grid that suits a map.</summary>
    public static MeanMap Like(StoredMap map)
    {
        (int height, int width) = (Math.Min(map.Height, MaxSide), Math.Min(map.Width, MaxSide));
        return new MeanMap { Height = height, Width = width, _sum = new double[height * width] };
    }

    /// <summary>The mean of some maps; null of none.</summary>
    public static MeanMap? Of(IEnumerable<StoredMap> maps)
    {
        MeanMap? mean = null;
        foreach (StoredMap map in maps)
        {
            (mean ??= Like(map)).Add(map);
        }
        return mean;
    }

    /// <summary>The mean in each cell, 0 to 1.</summary>
    public float[,] ToArray()
    {
        var mean = new float[Height, Width];
        for (int cell = 0; cell < _sum.Length; cell++)
        {
            mean[cell / Width, cell % Width] = (float)(_sum[cell] / 255 / Math.Max(1, Count));
        }
        return mean;
    }

    /// <summary>Counts a map; of another size than the grid, each cell gets the mean of what it covers.</summary>
    public void Add(StoredMap map)
    {
        Count++;
        double[]? reduced = (map.Height, map.Width) == (Height, Width) ? null : AreaMean.Of(map, Height, Width);
        for (int cell = 0; cell < _sum.Length; cell++)
        {
            _sum[cell] += reduced?[cell] ?? map.Values[cell];
        }
    }

    /// <summary>A mean of none, on the same grid.</summary>
    public MeanMap Empty() => new() { Height = Height, Width = Width, _sum = new double[_sum.Length] };

    /// <summary>The mean of what is in this one and not in a part of it; null where nothing is.</summary>
    /// <param name="part">On the same grid.</param>
    public MeanMap? Without(MeanMap part) => Count <= part.Count ? null : new MeanMap
    {
        Height = Height,
        Width = Width,
        Count = Count - part.Count,
        _sum = [.. _sum.Zip(part._sum, (all, some) => Math.Max(0, all - some))],
    };
}
