using EasyExplain.Imaging;
using SkiaSharp;

namespace EasyExplain.Tests.Imaging;

public class PanelTests
{
    private static readonly double[] White = [255, 255, 255];

    private static Photo Plain(int width, int height, byte red, byte green, byte blue) =>
        new(width, height, [.. Enumerable.Range(0, width * height * 3).Select(i => (i % 3) switch { 0 => red, 1 => green, _ => blue })]);

    private static PanelTile Tile(string title, byte red, byte green, byte blue, int width = 40, int height = 30) =>
        new(title, Plain(width, height, red, green, blue));

    /// <summary>The tiles of an explanation: photo, a heat map and an overlay for each map, mask; every one of another colour.</summary>
    private static PanelTile[] Explanation(int maps) =>
    [
        Tile("photo", 250, 0, 0),
        .. Enumerable.Range(1, maps).SelectMany(i =>
        new[] { Tile($"heat {i}", 0, (byte)(30 * i), 0), Tile($"overlay {i}", 0, 0, (byte)(30 * i)) }),
        Tile("mask", 0, 250, 250),
    ];

    /// <summary>The tiles as they are met, row by row of the panel.</summary>
    private static List<string> TitlesInOrder(Photo panel, PanelTile[] tiles)
    {
        static int Color(Photo image, int pixel) => image.Rgb[pixel * 3] << 16 | image.Rgb[pixel * 3 + 1] << 8 | image.Rgb[pixel * 3 + 2];
        Dictionary<int, string> titles = tiles.ToDictionary(tile => Color(tile.Image, 0), tile => tile.Title);
        var seen = new List<string>();
        for (int y = 0; y < panel.Height; y += 8)
        {
            for (int x = 0; x < panel.Width; x += 8)
            {
                if (titles.TryGetValue(Color(panel, y * panel.Width + x), out string? title) && !seen.Contains(title))
                    seen.Add(title);
            }
        }
        return seen;
    }

    [Fact]
    public void OneLayer_IsOneRow()
    {
        PanelTile[] tiles = Explanation(1);
        Photo panel = Panel.Compose(tiles);
        Assert.Equal(["photo", "heat 1", "overlay 1", "mask"], TitlesInOrder(panel, tiles));
        Assert.True(panel.Width > 3 * panel.Height);
    }

    [Fact]
    public void ManyLayers_HaveHeatAboveOverlay()
    {
        PanelTile[] tiles = Explanation(3);
        string[] expected = ["photo", "heat 1", "heat 2", "heat 3", "mask", "overlay 1", "overlay 2", "overlay 3"];
        Assert.Equal(expected, TitlesInOrder(Panel.Compose(tiles), tiles));
    }

    [Fact]
    public void SixColumns_GoOnBelow()
    {
        PanelTile[] tiles = Explanation(5);
        string[] expected =
        [
            "photo", "heat 1", "heat 2", "mask", "overlay 1", "overlay 2",
            "heat 3", "heat 4", "heat 5", "overlay 3", "overlay 4", "overlay 5",
        ];
        Assert.Equal(expected, TitlesInOrder(Panel.Compose(tiles), tiles));
    }

    /// <summary>A server has no fonts: the titles must come from the assembly's own. They are compared with an empty title.</summary>
    [Fact]
    public void Titles_LeaveInk()
    {
        Photo with = Panel.Grid([Tile("layer4.2 ü Ж", 200, 200, 200)], 1, "tabby cat 93.1 %");
        Photo without = Panel.Grid([Tile("", 200, 200, 200)], 1, "");
        Assert.Equal((without.Width, without.Height), (with.Width, with.Height));
        int inked = Enumerable.Range(0, with.Width * with.Height).Count(i => with.Rgb[i * 3] < 128 && without.Rgb[i * 3] == 255);
        Assert.InRange(inked, 300, 6000);
    }

    [Fact]
    public void LongTitle_KeepsItsEndsAndItsTile()
    {
        using var text = new PanelText(14, SKColors.Black);
        string fitted = text.Fit("features.denseblock4.denselayer16.conv2 heat map", 200);
        Assert.Matches("^features\\..+….+heat map$", fitted);
        Assert.Equal("layer4 heat map", text.Fit("layer4 heat map", 200));
        Assert.Equal("…", text.Fit("anything", 12));
        Assert.Equal("two lines", text.Fit("two\nlines", 200));

        Photo panel = Panel.Grid([Tile(new string('W', 1000), 200, 200, 200)], 1, new string('M', 1000));
        for (int y = 0; y < panel.Height; y++)
            Assert.Equal(White, panel.PixelAt(panel.Width - 8, y));
    }

    [Theory]
    [InlineData(32, 32, 1, 320, 320)]
    [InlineData(32, 32, 5, 240, 240)]
    [InlineData(800, 600, 3, 320, 240)]
    [InlineData(30, 60, 8, 112, 224)]
    public void Tiles_HaveAReadableSize(int width, int height, int columns, int tileWidth, int tileHeight)
    {
        PanelTile tile = Tile("", 10, 200, 30, width, height);
        Photo panel = Panel.Grid([tile], columns);
        int colored = Enumerable.Range(0, panel.Width * panel.Height).Count(i => panel.Rgb[i * 3] == 10);
        Assert.Equal(tileWidth * tileHeight, colored);
    }

    [Fact]
    public void EmptyPlace_StaysWhite()
    {
        Photo panel = Panel.Grid([Tile("a", 200, 0, 0), null], 2);
        for (int x = panel.Width / 2 + 8; x < panel.Width; x++)
            Assert.Equal(White, panel.PixelAt(x, panel.Height / 2));
    }

    [Fact]
    public void NoTile_IsRefused() => Assert.Throws<ArgumentException>(() => Panel.Compose([]));
}
