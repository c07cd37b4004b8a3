namespace EasyExplain.Tests;

/// <summary>The test data themselves: wrong weights here would make every comparison with the goldens meaningless.</summary>
public class GoldensTests
{
    /// <summary>First, second and last value, printed by formula_tensor of make_goldens.py.</summary>
    [Theory]
    [InlineData("layer1.0.conv1.weight", new long[] { 2, 3, 2, 2 }, 0.3942646384239197, 0.08453645557165146, 0.1039632111787796)]
    [InlineData("bn1.running_var", new long[] { 5 }, 1.1423075199127197, 1.2867534160614014, 0.9165065884590149)]
    [InlineData("bn1.running_mean", new long[] { 5 }, 0.046889983117580414, 0.020123731344938278, 0.08566894382238388)]
    [InlineData("bn1.weight", new long[] { 3 }, 0.7440816164016724, 0.9297636151313782, 0.8276751637458801)]
    [InlineData("fc.bias", new long[] { 4 }, -0.004469740204513073, -0.0038536428473889828, -0.04140672832727432)]
    [InlineData("features.1.0.layer_scale", new long[] { 2, 1, 1 }, 0.5318231582641602, 0.4874141216278076, 0.4874141216278076)]
    public void FormulaWeights_AreThoseOfPython(string name, long[] shape, double first, double second, double last)
    {
        float[] tensor = Goldens.FormulaWeights(name, shape);
        Assert.Equal([(float)first, (float)second, (float)last], [tensor[0], tensor[1], tensor[^1]]);
    }

    [Fact]
    public void PatternImage_FollowsItsFormula()
    {
        byte[] pixels = Goldens.PatternImage(90, 120, variant: 2);
        const int y = 71, x = 113;
        for (int c = 0; c < 3; c++)
        {
            int expected = (x * (3 + c) + y * (7 - c) * 2 + ((x * y) >> (4 + c)) + 37 * 2 * (c + 1)) & 255;
            Assert.Equal(expected, pixels[(y * 120 + x) * 3 + c]);
        }
    }

    [Fact]
    public void Load_GivesShapesAndElements()
    {
        Dictionary<string, Golden> pipeline = Goldens.Load("pipeline");
        Assert.Equal([90L, 120, 3], pipeline["overlay/jet/alpha0.5"].Shape);
        Assert.Equal(90 * 120 * 3, pipeline["overlay/jet/alpha0.5"].Bytes.Length);
        Assert.Equal([14L, 14], pipeline["overlay/map"].Shape);
        Assert.Equal(1f, pipeline["overlay/map"].Floats.Max(), 1e-6);
        Assert.Equal("1.13.0a0", Goldens.Index("pipeline").GetProperty("torch").GetString());
    }
}
