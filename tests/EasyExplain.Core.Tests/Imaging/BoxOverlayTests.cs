using EasyExplain.Imaging;
using EasyExplain.Segmentation;

namespace EasyExplain.Tests.Imaging;

/// <summary>Boxes over pictures: seen on any ground, never outside.</summary>
public class BoxOverlayTests
{
    [Theory]
    [InlineData(64, 0)]
    [InlineData(64, 255)]
    [InlineData(640, 0)]
    [InlineData(640, 255)]
    [InlineData(4000, 128)]
    public void ALine_IsBrightWithDarkEdges_OnAnyGround(int side, byte ground)
    {
        var part = new PixelRegion(side / 4.0, side / 2.0, side / 4.0, side / 4.0);
        Photo drawn = BoxOverlay.Draw(Grey(side, ground), [new ColoredBox(part, "", "")]);
        byte[] across = [.. Enumerable.Range(0, side).Select(x => drawn.Rgb[(side * 5 / 8 * side + x) * 3])]; // through the box's middle
        int line = Math.Clamp((int)Math.Round(side / 250.0), 1, 16);
        foreach (int edge in new[] { side / 4, side / 2 })
        {
            byte[] near = across[(edge - 2 * line)..(edge + 2 * line)];
            Assert.True(near.Max() >= 200 && near.Min() <= 60, $"{near.Min()} to {near.Max()}");
        }
        Assert.Equal(ground, across[side * 3 / 8]); // nothing inside of it
        Assert.Equal(ground, across[side / 8]); // nor outside
    }

    /// <summary>An L of three places: its line has six sides, and goes where they part, not around the rectangle.</summary>
    [Fact]
    public void AnOutline_IsDrawnInPlaceOfTheBox()
    {
        bool[] mask = [false, false, false, false, false, true, false, false, false, true, true, false, false, false, false, false];
        LinePiece[] pieces = [.. MaskOutline.Of(mask, 4, 4, new PixelRegion(0, 0, 400, 400))];
        LinePiece[] wanted =
        [
            new(100, 100, 200, 100), new(200, 200, 300, 200), new(100, 300, 300, 300),
            new(100, 100, 100, 300), new(200, 100, 200, 200), new(300, 200, 300, 300),
        ];
        Assert.Equal(wanted, pieces);
        Photo drawn = BoxOverlay.Draw(Grey(400, 128), [new ColoredBox(new PixelRegion(100, 100, 200, 200), "", "") { Outline = pieces }]);
        foreach ((int x, int y, bool isThere) in new[] { (200, 150, true), (250, 200, true), (300, 150, false), (250, 100, false) })
        {
            byte[] near = [.. Enumerable.Range(-3, 7).Select(off => drawn.Rgb[((y + off) * 400 + x + off) * 3])];
            Assert.Equal(isThere, near.Max() > 220);
        }
    }

    [Fact]
    public void ABoxAtThePicturesEdge_IsWholeInIt()
    {
        Photo drawn = BoxOverlay.Draw(Grey(200, 128), [new ColoredBox(new PixelRegion(-50, 0, 500, 200), "", "")]);
        foreach (int x in new[] { 0, 199 })
        {
            Assert.Contains(Enumerable.Range(0, 4), off => drawn.Rgb[(100 * 200 + Math.Abs(x - off)) * 3] > 220);
        }
    }

    [Fact]
    public void WordsOfTwoBoxesAtOnePlace_StandBelowEachOther()
    {
        var part = new PixelRegion(50, 100, 100, 80);
        Photo one = BoxOverlay.Draw(Grey(300, 255), [new ColoredBox(part, "0", "0 cat")]);
        Photo two = BoxOverlay.Draw(Grey(300, 255), [new ColoredBox(part, "0", "0 cat"), new ColoredBox(part, "1", "1 dog")]);
        Assert.True(Dark(two) > Dark(one) + 200, $"{Dark(one)}, {Dark(two)}");

        static int Dark(Photo photo) => Enumerable.Range(0, 300 * 300).Count(pixel => photo.Rgb[pixel * 3] < 100);
    }

    [Fact]
    public void AVerySmallPicture_HasNoWords()
    {
        var box = new ColoredBox(new PixelRegion(8, 8, 16, 16), "0", "0 cat 90 %");
        Assert.Equal(BoxOverlay.Draw(Grey(32, 99), [box with { Name = "", Caption = "" }]).Rgb, BoxOverlay.Draw(Grey(32, 99), [box]).Rgb);
        Assert.NotEqual(BoxOverlay.Draw(Grey(64, 99), [box with { Name = "" }]).Rgb, BoxOverlay.Draw(Grey(64, 99), [box]).Rgb);
    }

    private static Photo Grey(int side, byte value)
    {
        byte[] rgb = new byte[side * side * 3];
        Array.Fill(rgb, value);
        return new Photo(side, side, rgb);
    }
}
