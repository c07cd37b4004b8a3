using static TorchSharp.torch;

namespace EasyExplain.Explanation.Metrics;

/// <summary>
/// Deletion and insertion (Petsiuk, Das and Saenko 2018, arXiv 1806.07421): how a class's probability moves while one image turns into
/// another, at the most relevant pixels first, and the area under that.
/// </summary>
/// <remarks>
/// Deletion goes from the image to one that shows nothing, and falls soon where the map is right; insertion goes the other way, and rises
/// soon. What shows nothing decides much (arXiv 2411.14946), so that two are measured: the mean colour, and the image blurred.
/// </remarks>
internal static class RemovalCurve
{
    /// <summary>
    /// How many pixels have changed after each step, from none to all: equal steps of whole pixels, the last one shorter.
    /// </summary>
    public static int[] Counts(int pixels, int steps)
    {
        int each = (pixels + steps - 1) / steps;
        return [.. Enumerable.Range(0, (pixels + each - 1) / each).Select(step => step * each), pixels];
    }

    /// <summary>The probability after so many pixels.</summary>
    /// <param name="passes">Says it.</param>
    /// <param name="ranks">How many pixels change before each, <c>[H, W]</c>.</param>
    /// <param name="counts">How many have changed.</param>
    /// <param name="from">What they change from, <c>[1, C, H, W]</c>.</param>
    /// <param name="to">What they change to, likewise.</param>
    public static double[] Of(ProbabilityPasses passes, Tensor ranks, int[] counts, Tensor from, Tensor to) =>
        passes.Of(counts.Length, (first, count) =>
        {
            Tensor changed = tensor(counts[first..(first + count)]).view(-1, 1, 1, 1).to(ranks.device);
            return where(ranks.lt(changed), to, from);
        });

    /// <summary>The area under a curve over the part of the pixels that has changed, by trapezoids.</summary>
    public static double Area(int[] counts, double[] curve) => Enumerable.Range(1, curve.Length - 1)
        .Sum(step => (curve[step - 1] + curve[step]) / 2 * (counts[step] - counts[step - 1])) / counts[^1];

    /// <summary>The same as if all steps were equal, as RISE's authors and Xplique have it.</summary>
    public static double AreaOfEqualSteps(double[] curve) => (curve.Sum() - (curve[0] + curve[^1]) / 2) / (curve.Length - 1);
}
