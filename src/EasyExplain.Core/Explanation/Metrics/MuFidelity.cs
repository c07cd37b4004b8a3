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

    /// <summary>Random masks of an image, 1 where a cell is kept and 0 where it is removed, <c>[n, H, W]</c>.</summary>
    public static Tensor DrawMasks(int count, int height, int width, long seed)
    {
        using var generator = new Generator((ulong)seed, CPU);
        (int rows, int columns) = (Math.Min(Grid, height), Math.Min(Grid, width));
        using Scalar removed = Removed;
        return Enlarge(rand([count, rows, columns], generator: generator).gt(removed).to(float32), height, width);
    }

    /// <summary>Masks of cells at an image's size: a pixel belongs to the cell that its centre lies in.</summary>
    public static Tensor Enlarge(Tensor cells, int height, int width) => cells
        .index_select(1, CellsOf(height, cells.shape[1]))
        .index_select(2, CellsOf(width, cells.shape[2]));

    /// <summary>What each mask costs of the probability.</summary>
    /// <param name="passes">Says it.</param>
    /// <param name="input">The image, <c>[1, C, H, W]</c>.</param>
    /// <param name="masks"><c>[n, H, W]</c>.</param>
    /// <param name="before">The probability of the whole image.</param>
    public static double[] Drops(ClassPasses passes, Tensor input, Tensor masks, double before) =>
        Array.ConvertAll(passes.Of((int)masks.shape[0], (first, count) =>
            masks.narrow(0, first, count).unsqueeze(1).to(input.device) * input), after => before - after);

    /// <summary>How much of the map each mask removes.</summary>
    /// <param name="map"><c>[H, W]</c>, signed or not.</param>
    /// <param name="masks"><c>[n, H, W]</c>.</param>
    public static double[] Sums(Tensor map, Tensor masks)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor wide = map.to(float64).flatten(), kept = masks.to(float64).flatten(1).matmul(wide);
        return (wide.sum() - kept).data<double>().ToArray();
    }

    /// <summary>Their rank correlation, −1 to 1.</summary>
    public static double Of(double[] drops, double[] sums) => Correlation.Spearman(drops, sums);

    private static Tensor CellsOf(int pixels, long cells) =>
        tensor([.. Enumerable.Range(0, pixels).Select(pixel => (long)((pixel + 0.5) * cells / pixels))]);
}
