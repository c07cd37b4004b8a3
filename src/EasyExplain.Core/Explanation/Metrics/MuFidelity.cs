using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Metrics;

/// <summary>
/// µFidelity (Bhatt, Weller and Moura 2020, arXiv 2005.00631, definition 3): whether random regions cost as much probability, where they
/// become the mean colour, as the map says they are worth.
/// </summary>
/// <remarks>
/// As in Xplique, regions are random cells of a grid, a fifth of them, and the correlation is Spearman's. The regions are the same for all
/// maps of an image, so that what they cost is found out once.
/// </remarks>
internal static class MuFidelity
{
    /// <summary>Rows and columns of the grid.</summary>
    public const int Grid = 9;

    private const float Removed = 0.2f;

    /// <summary>Random cells of an image, 1 where one is kept and 0 where it is removed, <c>[n, rows, columns]</c>.</summary>
    public static Tensor DrawCells(int count, int height, int width, long seed)
    {
        using var generator = new Generator((ulong)seed, CPU);
        using Scalar removed = Removed;
        return rand([count, Math.Min(Grid, height), Math.Min(Grid, width)], generator: generator).gt(removed).to(float32);
    }

    /// <summary>What each choice of cells costs of the probability.</summary>
    /// <param name="passes">Says it.</param>
    /// <param name="input">The image, <c>[1, C, H, W]</c>.</param>
    /// <param name="cells"><c>[n, rows, columns]</c>.</param>
    /// <param name="before">The probability of the whole image.</param>
    public static double[] Drops(ProbabilityPasses passes, Tensor input, Tensor cells, double before)
    {
        using Tensor rows = tensor(CellsOf((int)input.shape[2], cells.shape[1]));
        using Tensor columns = tensor(CellsOf((int)input.shape[3], cells.shape[2]));
        double[] after = passes.Of((int)cells.shape[0], (first, count) =>
            cells.narrow(0, first, count).index_select(1, rows).index_select(2, columns).unsqueeze(1).to(input.device) * input);
        return Array.ConvertAll(after, probability => before - probability);
    }

    /// <summary>How much of the map each choice of cells removes.</summary>
    /// <param name="map">The map, signed or not, row by row.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="cells"><c>[n, rows, columns]</c>.</param>
    public static double[] Sums(float[] map, int width, Tensor cells)
    {
        long[] rows = CellsOf(map.Length / width, cells.shape[1]), columns = CellsOf(width, cells.shape[2]);
        double[] inCell = new double[cells.shape[1] * cells.shape[2]];
        for (int place = 0; place < map.Length; place++)
        {
            inCell[rows[place / width] * cells.shape[2] + columns[place % width]] += map[place];
        }
        float[] kept = cells.contiguous().data<float>().ToArray();
        return [.. kept.Chunk(inCell.Length).Select(one => one.Zip(inCell, (isKept, sum) => (1 - isKept) * sum).Sum())];
    }

    /// <summary>Their rank correlation, −1 to 1.</summary>
    public static double Of(double[] drops, double[] sums) => Correlation.Spearman(drops, sums);

    /// <summary>The cell that the centre of each pixel along a side lies in.</summary>
    private static long[] CellsOf(int pixels, long cells) =>
        [.. Enumerable.Range(0, pixels).Select(pixel => (long)((pixel + 0.5) * cells / pixels))];
}
