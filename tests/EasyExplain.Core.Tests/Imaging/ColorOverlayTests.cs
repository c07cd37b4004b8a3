using EasyExplain.Imaging;

namespace EasyExplain.Tests.Imaging;

public sealed class ColorOverlayTests
{
    private static readonly ColoredMap Left = new("1", new PixelColor(200, 100, 0), new float[,] { { 1, 0.25f } });
    private static readonly ColoredMap Right = new("2", new PixelColor(0, 50, 250), new float[,] { { 0.5f, 1 } });

    [Fact]
    public void EachPixel_HasTheColourOfTheStrongestMap_OverThePhoto()
    {
        Photo grey = new(200, 100, [.. Enumerable.Repeat((byte)100, 200 * 100 * 3)]);
        Photo drawn = ColorOverlay.Blend(grey, [Left, Right], PixelRegion.Whole(200, 100), alpha: 0.4);
        Assert.Equal([140, 100, 60], Pixel(drawn, 5, 50));
        Assert.Equal([60, 80, 160], Pixel(drawn, 195, 50));
        Assert.All(grey.Rgb, value => Assert.Equal(100, value));
    }

    [Fact]
    public void WhatTheModelDidNotSee_IsLeftAlone_AndAWeakValueIsDark()
    {
        Photo black = Photo.Black(40, 20);
        ColoredMap half = new("1", new PixelColor(200, 100, 0), new float[,] { { 0.5f } });
        Photo drawn = ColorOverlay.Blend(new Photo(40, 20, [.. Enumerable.Repeat((byte)7, black.Rgb.Length)]), [half],
            new PixelRegion(10, 0, 20, 20), alpha: 1);
        Assert.Equal([7, 7, 7], Pixel(drawn, 9, 10));
        Assert.Equal([100, 50, 0], Pixel(drawn, 10, 10));
        Assert.Equal([7, 7, 7], Pixel(drawn, 30, 10));
    }

    [Fact]
    public void Numbers_StandWhereTheirMapIsStrongest_AndOnlyThere()
    {
        Photo grey = new(200, 100, [.. Enumerable.Repeat((byte)100, 200 * 100 * 3)]);
        ColoredMap hidden = new("3", new PixelColor(1, 2, 3), new float[,] { { 0.9f, 0.9f } }); // nowhere the strongest
        Photo drawn = ColorOverlay.Mark(grey, [Left, Right, hidden], PixelRegion.Whole(200, 100));
        int[] changed = [.. Enumerable.Range(0, 200).Where(x => Enumerable.Range(0, 100).Any(y => Pixel(drawn, x, y)[0] != 100))];
        Assert.Equal(50, (changed.First(x => x < 100) + changed.Last(x => x < 100)) / 2.0, tolerance: 1.5);
        Assert.Equal(150, (changed.First(x => x >= 100) + changed.Last(x => x >= 100)) / 2.0, tolerance: 1.5);
        Assert.InRange(changed.Length, 20, 80);
    }

    [Fact]
    public void AnIcon_HasNoRoomForNumbers()
    {
        Photo small = new(32, 32, new byte[32 * 32 * 3]);
        Assert.Same(small, ColorOverlay.Mark(small, [Left], PixelRegion.Whole(32, 32)));
    }

    [Fact]
    public void SixtyFourColours_AreSixtyFour() =>
        Assert.Equal(64, Enumerable.Range(0, 64).Select(PixelColor.Distinct).Distinct().Count());

    private static byte[] Pixel(Photo photo, int x, int y) => photo.Rgb[((y * photo.Width + x) * 3)..((y * photo.Width + x) * 3 + 3)];
}
