using EasyExplain.Imaging;

namespace EasyExplain.Tests.Imaging;

public class ColormapTablesTests
{
    [Theory]
    [InlineData(Colormap.Jet)]
    [InlineData(Colormap.Turbo)]
    [InlineData(Colormap.Viridis)]
    [InlineData(Colormap.Inferno)]
    [InlineData(Colormap.Magma)]
    [InlineData(Colormap.Plasma)]
    [InlineData(Colormap.Cividis)]
    [InlineData(Colormap.Gray)]
    public void Table_IsMatplotlibs(Colormap colormap)
    {
        byte[] golden = Goldens.Load("pipeline")["colormap/" + colormap.ToString().ToLowerInvariant()].Bytes;
        Assert.Equal(golden, ColormapTables.Of(colormap).ToArray());
    }

    [Theory]
    [InlineData(0f, 0)]
    [InlineData(0.0039f, 0)]
    [InlineData(0.00390625f, 1)]
    [InlineData(0.5f, 128)]
    [InlineData(0.9999f, 255)]
    [InlineData(1f, 255)]
    [InlineData(7f, 255)]
    [InlineData(-1f, 0)]
    [InlineData(float.NaN, 0)]
    public void Index_IsMatplotlibs(float value, int index) => Assert.Equal(index, ColormapTables.IndexOf(value));

    [Fact]
    public void UnknownMap_ListsTheKnownOnes()
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => ColormapTables.Of((Colormap)99));
        Assert.Contains("Jet, Turbo, Viridis", e.Message);
    }
}
