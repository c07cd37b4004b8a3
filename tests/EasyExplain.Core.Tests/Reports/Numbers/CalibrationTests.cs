using EasyExplain.Reports.Numbers;

namespace EasyExplain.Tests.Reports.Numbers;

/// <summary>Whether the model is right as often as it claims, against what one counts on paper.</summary>
public class CalibrationTests
{
    [Fact]
    public void TheError_IsEquation3OfGuoAndOthers()
    {
        var calibration = new Calibration();
        for (int i = 0; i < 100; i++)
        {
            calibration.Add(0.95, i < 80); // claims 95 %, keeps 80 %
            calibration.Add(0.65, i < 70); // claims 65 %, keeps 70 %
        }

        // (100 · |0.80 − 0.95| + 100 · |0.70 − 0.65|) / 200
        Assert.Equal(0.1, calibration.Error, 12);
        Assert.Equal(0.8, calibration.Probability, 12);
        Assert.Equal(new Proportion(150, 200), calibration.Right);
        Assert.Equal([6, 9], Enumerable.Range(0, 10).Where(bin => calibration.Bins[bin].Right.Of > 0));
        Assert.Equal(new Proportion(70, 100), calibration.Bins[6].Right);
        Assert.Equal(0.95, calibration.Bins[9].Probability, 12);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.1, 0)] // a bin has its upper end
    [InlineData(0.1000001, 1)]
    [InlineData(0.7, 6)]
    [InlineData(1, 9)]
    public void AProbability_LiesInTheBinThatEndsWithIt(double probability, int bin) => Assert.Equal(bin, Calibration.BinOf(probability));

    [Fact]
    public void OfNothing_NothingIsClaimed()
    {
        var calibration = new Calibration();

        Assert.Equal(0, calibration.Right.Of);
        Assert.True(double.IsNaN(calibration.Error));
        Assert.All(calibration.Bins, bin => Assert.True(double.IsNaN(bin.Probability)));
    }

    [Fact]
    public void AShare_HasWilsonsInterval()
    {
        // R: prop.test(81, 263, correct = FALSE)$conf.int, the example of Newcombe 1998, Statistics in Medicine 17.
        var share = new Proportion(81, 263);

        Assert.Equal(0.2553, share.Low, 4);
        Assert.Equal(0.3662, share.High, 4);
    }
}
