using static TorchSharp.torch;

namespace EasyExplain.Explanation.Metrics;

/// <summary>In which order the pixels of a map are taken: those of the highest values first.</summary>
/// <remarks>
/// Maps are full of ties: all that a ReLU left at 0, and whole cells where nothing was enlarged. A sort that leaves ties as they lie takes
/// the upper left corner first, and an unstable one whatever it likes. Here chance decides, by a number of each pixel's own, so that ties
/// are taken evenly from everywhere, and the same ones every time.
/// </remarks>
internal static class PixelOrder
{
    /// <summary>The pixels' places, those of the highest values first; ties by chance.</summary>
    /// <param name="map">The values, row by row.</param>
    /// <param name="seed">Decides between ties: the same for the same seed.</param>
    public static int[] ByChance(float[] map, long seed)
    {
        ulong[] lots = [.. Enumerable.Range(0, map.Length).Select(place => Lot((ulong)seed, (ulong)place))];
        int[] places = [.. Enumerable.Range(0, map.Length)];
        Array.Sort(places, (a, b) => map[b].CompareTo(map[a]) is not 0 and var byValue ? byValue : lots[a].CompareTo(lots[b]));
        return places;
    }

    /// <summary>The same with ties as they lie, row by row: torch-cam's order.</summary>
    public static int[] ByPlace(float[] map) => [.. Enumerable.Range(0, map.Length).OrderByDescending(place => map[place])];

    /// <summary>How many pixels come before each, <c>[H, W]</c>.</summary>
    public static Tensor Ranks(int[] order, int height, int width)
    {
        int[] ranks = new int[order.Length];
        for (int rank = 0; rank < order.Length; rank++)
        {
            ranks[order[rank]] = rank;
        }
        return tensor(ranks).view(height, width);
    }

    /// <summary>splitmix64 (Steele, Lea and Flood 2014).</summary>
    private static ulong Lot(ulong seed, ulong place)
    {
        ulong z = (seed * 0xBF58476D1CE4E5B9UL) ^ ((place + 1) * 0x9E3779B97F4A7C15UL);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
