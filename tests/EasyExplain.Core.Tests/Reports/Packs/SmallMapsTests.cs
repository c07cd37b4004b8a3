using EasyExplain.Audit;
using EasyExplain.Reports.Packs;

namespace EasyExplain.Tests.Reports.Packs;

/// <summary>Maps are made smaller by the mean of what a cell covers.</summary>
public sealed class SmallMapsTests
{
    [Theory]
    [InlineData(8, 8, 4, 4, 4)]
    [InlineData(7, 7, 4, 4, 4)]
    [InlineData(9, 12, 8, 6, 8)]
    [InlineData(3, 8, 4, 3, 4)] // few rows stay
    [InlineData(16, 5, 8, 8, 4)] // not below 4
    public void ACellIsTheMeanOfWhatItCovers(int height, int width, int side, int newHeight, int newWidth)
    {
        StoredMap map = PhotoFolder.Map(height, width, new Random(height));
        StoredMap small = SmallMaps.Reduce(map, side);
        Assert.Equal((newHeight, newWidth), (small.Height, small.Width));
        for (int i = 0; i < small.Values.Length; i++)
        {
            // Each cell newHeight times as high and newWidth times as wide: then a new one is height · width whole ones.
            long sum = 0;
            for (int y = i / newWidth * height; y < (i / newWidth + 1) * height; y++)
            {
                for (int x = i % newWidth * width; x < (i % newWidth + 1) * width; x++)
                {
                    sum += map.Values[y / newHeight * width + x / newWidth];
                }
            }
            Assert.InRange(small.Values[i] - (double)sum / (height * width), -0.5001, 0.5001);
        }
    }

    [Fact]
    public void AMapThatIsSmallEnough_StaysAsItIs()
    {
        StoredMap map = PhotoFolder.Map(7, 5, new Random(1));
        Assert.Same(map, SmallMaps.Reduce(map, 7));
        Assert.Same(map, SmallMaps.Reduce(map, 100));
    }

    [Theory]
    [InlineData(784 + 49, 28)]
    [InlineData(784 + 48, 27)]
    [InlineData(100 + 49, 10)]
    [InlineData(0, 4)] // as small as it may be
    public void TheSideIsTheLongestThatFits(long cells, int side)
    {
        var random = new Random(1);
        Assert.Equal(side, SmallMaps.SideFor([PhotoFolder.Map(28, 28, random), PhotoFolder.Map(7, 7, random)], cells));
    }
}
