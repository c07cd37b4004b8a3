using EasyExplain.Imaging;

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
