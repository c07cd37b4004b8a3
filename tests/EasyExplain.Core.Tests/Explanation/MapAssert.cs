using EasyExplain.Explanation;

namespace EasyExplain.Tests.Explanation;

internal static class MapAssert
{
    /// <summary>
    /// The goldens' rule: within 2e-3 everywhere, or what is said; a golden that ReLU emptied (maximum below 1e-3) must be empty here too.
    /// Of a large map a golden may hold only <paramref name="every"/> so many rows and columns. The reference adds 1e-8 to what a map is
    /// divided by, so that a small one ends below 1: <paramref name="rescaled"/>, it is divided by its maximum again.
    /// </summary>
    public static void Agrees(Golden expected, CamMap map, string what, int every = 1, double within = 2e-3, bool rescaled = false)
    {
        float[,] values = map.ToArray();
        Assert.Equal(expected.Shape, new long[] { (map.Height + every - 1) / every, (map.Width + every - 1) / every });
        float[] wanted = expected.Floats;
        float[] got = [.. from y in Enumerable.Range(0, (int)expected.Shape[0]) from x in Enumerable.Range(0,
            (int)expected.Shape[1]) select values[y * every, x * every]];
        if (wanted.Max() < 1e-3)
        {
            Assert.True(got.Max() < 1e-3, $"{what}: {got.Max()} in a map that is to be empty");
            return;
        }
        wanted = rescaled ? [.. wanted.Select(value => value / wanted.Max())] : wanted;
        double worst = wanted.Zip(got, (a, b) => Math.Abs(a - b)).Max();
        Assert.True(worst <= within, $"{what}: off by {worst}");
    }
}
