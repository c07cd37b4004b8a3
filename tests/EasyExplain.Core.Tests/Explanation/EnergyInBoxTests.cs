using EasyExplain.Detectors;
using EasyExplain.Explanation;
using EasyExplain.Imaging;

namespace EasyExplain.Tests.Explanation;

/// <summary>The share of a map's energy in a box, against sums by hand.</summary>
public class EnergyInBoxTests
{
    // Over a photo of 200×100 pixels, of which the model sees the middle 100×100: cells of 50×50.
    private static CamMap Map(params float[] cells) => new("layer",
        new float[,] { { cells[0], cells[1] }, { cells[2], cells[3] } }, new PixelRegion(50, 0, 100, 100), 200, 100, isSigned: true);

    [Theory]
    [InlineData(50, 0, 50, 50, 0.1)] // a cell
    [InlineData(50, 0, 100, 50, 0.3)]
    [InlineData(100, 50, 25, 50, 0.2)] // half of a cell
    [InlineData(125, 25, 50, 50, 0.15)] // a quarter of 0.2 and of 0.4
    [InlineData(0, 0, 200, 100, 1)]
    [InlineData(0, 0, 50, 100, 0)] // what the model did not see
    public void Cells_CountByTheirPartInTheBox(double x, double y, double width, double height, double expected) =>
        Assert.Equal(expected, Map(0.25f, 0.5f, 0.75f, 1).EnergyIn(new DetectionBox(x, y, width, height))!.Value, 6);

    [Fact]
    public void WhatSpeaksAgainst_IsNoEnergy()
    {
        Assert.Equal(1, Map(-1, 0.5f, -0.25f, 0).EnergyIn(new DetectionBox(100, 0, 50, 50)));
        Assert.Null(Map(-1, 0, 0, 0).EnergyIn(new DetectionBox(0, 0, 200, 100)));
    }
}
