using EasyExplain.Explanation;

namespace EasyExplain.Tests.Explanation;

internal static class MapAssert
{
    /// <summary>The goldens' rule: within 2e-3 everywhere; a golden that ReLU emptied (maximum below 1e-3) must be empty here too.</summary>
    public static void Agrees(Golden expected, CamMap map, string what)
    {
        Assert.Equal(expected.Shape, new long[] { map.Height, map.Width });
        float[] wanted = expected.Floats, got = [.. map.ToArray().Cast<float>()];
        if (wanted.Max() < 1e-3)
        {
            Assert.True(got.Max() < 1e-3, $"{what}: {got.Max()} in a map that is to be empty");
            return;
        }
        double worst = wanted.Zip(got, (a, b) => Math.Abs(a - b)).Max();
        Assert.True(worst <= 2e-3, $"{what}: off by {worst}");
    }
}
