namespace EasyExplain.Audit.Findings;

/// <summary>The maps of rows, the fused ones where there are several, on one grid of at most 16 × 16 cells; each adds up to 1.</summary>
internal sealed class HeatTable
{
    private const int MaxSide = 16;

    private readonly float[] _values;
    private readonly Heat[] _kinds;

    private HeatTable(int rows, int height, int width) =>
        (Height, Width, _values, _kinds) = (height, width, new float[rows * height * width], new Heat[rows]);

    private enum Heat : byte
    {
        Missing,
        Empty,
        There,
    }

    /// <summary>Rows of the grid; 0 where no row has a map.</summary>
    public int Height { get; }

    /// <summary>Columns of the grid.</summary>
    public int Width { get; }

    /// <summary>Cells of the grid.</summary>
    public int Cells => Height * Width;

    /// <summary>Those of these rows.</summary>
    public static HeatTable Of(IReadOnlyList<CamAuditRow> rows)
    {
        IEnumerable<StoredMap> maps = rows.Where(row => row.StoredMaps.Count > 0).Select(row => row.StoredMaps[^1]);
        (int height, int width) = maps.Aggregate((MaxSide, MaxSide), (size, map) =>
            (Math.Min(size.Item1, map.Height), Math.Min(size.Item2, map.Width)));
        var table = new HeatTable(rows.Count, maps.Any() ? height : 0, maps.Any() ? width : 0);
        for (int row = 0; row < rows.Count; row++)
        {
            if (rows[row].StoredMaps is [.., var map])
            {
                table._kinds[row] = table.Fill(table._values.AsSpan(row * table.Cells, table.Cells), map) ? Heat.There : Heat.Empty;
            }
        }
        return table;
    }

    /// <summary>Whether a row has a map with heat in it.</summary>
    public bool Has(int row) => _kinds[row] == Heat.There;

    /// <summary>Whether a row has a map that is zero everywhere.</summary>
    public bool IsEmpty(int row) => _kinds[row] == Heat.Empty;

    /// <summary>The share of a map's heat in each cell, row by row.</summary>
    public ReadOnlySpan<float> this[int row] => _values.AsSpan(row * Cells, Cells);

    /// <summary>The mean of the maps of these rows that have heat; null where none has.</summary>
    public double[]? Mean(IEnumerable<int> rows)
    {
        var mean = new double[Cells];
        int count = 0;
        foreach (int row in rows.Where(Has))
        {
            count++;
            ReadOnlySpan<float> own = this[row];
            for (int cell = 0; cell < mean.Length; cell++)
            {
                mean[cell] += own[cell];
            }
        }
        for (int cell = 0; cell < mean.Length; cell++)
        {
            mean[cell] /= count;
        }
        return count > 0 ? mean : null;
    }

    /// <summary>How alike two maps with heat are: Pearson's correlation, −1 to 1; of even ones, 1 where both are even, else 0.</summary>
    public double Correlation(int first, int second) => Correlation(first, [.. this[second]]);

    /// <summary>The same with a mean of maps.</summary>
    public double Correlation(int row, double[] map)
    {
        ReadOnlySpan<float> own = this[row];
        double mean = 1.0 / Cells, ab = 0, aa = 0, bb = 0;
        for (int cell = 0; cell < own.Length; cell++)
        {
            double x = own[cell] - mean, y = map[cell] - mean;
            (ab, aa, bb) = (ab + x * y, aa + x * x, bb + y * y);
        }
        const double Even = 1e-12;
        return aa < Even || bb < Even ? (aa < Even && bb < Even ? 1 : 0) : ab / Math.Sqrt(aa * bb);
    }

    /// <summary>Reduces a map to the grid by its cells' areas; false where it is empty.</summary>
    private bool Fill(Span<float> grid, StoredMap map)
    {
        if (map.IsEmpty)
        {
            return false;
        }
        double total = 0;
        foreach (byte value in map.Values)
        {
            total += value;
        }
        for (int y = 0; y < map.Height; y++)
        {
            double top = (double)y * Height / map.Height, bottom = (double)(y + 1) * Height / map.Height;
            for (int x = 0; x < map.Width; x++)
            {
                double value = map.Values[y * map.Width + x] / total;
                if (value == 0)
                {
                    continue;
                }
                double left = (double)x * Width / map.Width, right = (double)(x + 1) * Width / map.Width;
                double area = (bottom - top) * (right - left);
                // A cell of the map is no larger than one of the grid, so it lies in two of them at most, each way.
                int row = (int)top, column = (int)left;
                double above = Math.Min(bottom, row + 1) - top, before = Math.Min(right, column + 1) - left;
                double below = bottom - top - above, after = right - left - before;
                Add(grid, row, column, value * above * before / area);
                Add(grid, row, column + 1, value * above * after / area);
                Add(grid, row + 1, column, value * below * before / area);
                Add(grid, row + 1, column + 1, value * below * after / area);
            }
        }
        return true;
    }

    private void Add(Span<float> grid, int row, int column, double heat)
    {
        if (heat > 0 && row < Height && column < Width)
        {
            grid[row * Width + column] += (float)heat;
        }
    }
}
