using System.Text.Json;
using EasyExplain.Imaging;

namespace EasyExplain.Tests.Imaging;

public class OverlayTests
{
    private static float[,] Map(float[] cells, int height, int width)
    {
        var map = new float[height, width];
        Buffer.BlockCopy(cells, 0, map, 0, cells.Length * sizeof(float));
        return map;
    }

    [Theory]
    [InlineData(Colormap.Jet)]
    [InlineData(Colormap.Viridis)]
    public void Blend_IsTorchCamsOverlayMask(Colormap colormap)
    {
        Dictionary<string, Golden> pipeline = Goldens.Load("pipeline");
        byte[] golden = pipeline[$"overlay/{colormap.ToString().ToLowerInvariant()}/alpha0.5"].Bytes;
        float[,] map = Map(pipeline["overlay/map"].Floats, 14, 14);
        Photo overlay = Overlay.Blend(Figures.PatternPhoto(90, 120), map, PixelRegion.Whole(120, 90), colormap, 0.5);
        // torch-cam cuts the fraction off, here it is rounded.
        Assert.InRange(golden.Zip(overlay.Rgb, (a, b) => Math.Abs(a - b)).Average(), 0, 0.6);
    }

    [Fact]
    public void Map_IsEnlargedAsPillowDoes()
    {
        foreach (JsonElement figure in Figures.Of("enlargedMaps"))
        {
            float[][] rows = figure.GetProperty("map").Deserialize<float[][]>()!;
            float[,] map = Map([.. rows.SelectMany(row => row)], rows.Length, rows[0].Length);
            int width = figure.Int("width"), height = figure.Int("height");
            double[] values = figure.Doubles("values");

            byte[] heat = Overlay.Heatmap(width, height, map, PixelRegion.Whole(width, height), Colormap.Gray).Rgb;
            byte[] mask = Overlay.Mask(width, height, map, PixelRegion.Whole(width, height), 0.5).Rgb;
            for (int i = 0; i < values.Length; i++)
            {
                Assert.InRange(heat[i * 3], values[i] * 256 - 2.01, values[i] * 256 + 0.01); // gray's 256 entries, fractions cut off twice
                if (Math.Abs(values[i] - 0.5) > 1e-4)
                    Assert.Equal(values[i] > 0.5 ? 255 : 0, mask[i * 3 + 1]);
            }
        }
    }

    /// <summary>The colours are matplotlib's: cm.seismic(0.0), (0.25), (0.5), (0.75) and (1.0).</summary>
    [Fact]
    public void ASignedMap_IsRedAbove0_BlueBelow_AndWhiteAt0()
    {
        float[,] map = { { -1, -0.5f, 0, 0.5f, 1 } };
        Photo heat = Overlay.Heatmap(5, 1, map, PixelRegion.Whole(5, 1), Colormap.Seismic, signed: true);
        Assert.Equal([0, 0, 76], heat.PixelAt(0, 0));
        Assert.Equal([1, 1, 255], heat.PixelAt(1, 0));
        Assert.Equal([255, 253, 253], heat.PixelAt(2, 0));
        Assert.Equal([253, 0, 0], heat.PixelAt(3, 0));
        Assert.Equal([127, 0, 0], heat.PixelAt(4, 0));
    }

    [Fact]
    public void ASignedMap_HidesThePhotoWhereItIsStrong_AndLeavesItWhereItIs0()
    {
        var photo = new Photo(3, 1, [100, 100, 100, 100, 100, 100, 100, 100, 100]);
        Photo overlay = Overlay.Blend(photo, new float[,] { { -1, 0, 1 } }, PixelRegion.Whole(3, 1), Colormap.Seismic, 0.5, signed: true);
        Assert.Equal([50, 50, 88], overlay.PixelAt(0, 0)); // half of the photo, half of (0, 0, 76)
        Assert.Equal([100, 100, 100], overlay.PixelAt(1, 0));
        Assert.Equal([114, 50, 50], overlay.PixelAt(2, 0));
    }

    [Fact]
    public void ASignedMapsMask_IsWhatSpeaksForTheClass()
    {
        Photo mask = Overlay.Mask(3, 1, new float[,] { { -1, 0.4f, 0.6f } }, PixelRegion.Whole(3, 1), 0.5);
        Assert.Equal([0, 0, 255], new[] { mask.PixelAt(0, 0)[0], mask.PixelAt(1, 0)[0], mask.PixelAt(2, 0)[0] });
    }

    /// <summary>Whatever the map: a map without signs begins in the middle.</summary>
    [Fact]
    public void SeismicsMiddle_Is0() => Assert.Equal([255, 253, 253],
        Overlay.Heatmap(1, 1, new float[,] { { 0 } }, PixelRegion.Whole(1, 1), Colormap.Seismic).PixelAt(0, 0));

    [Fact]
    public void Alpha_IsTheHeatsOpacity()
    {
        Photo photo = Figures.PatternPhoto(20, 30);
        float[,] hot = { { 1 } };
        PixelRegion whole = PixelRegion.Whole(30, 20);
        Assert.Equal(photo.Rgb, Overlay.Blend(photo, hot, whole, Colormap.Jet, 0).Rgb);
        Assert.Equal([127, 0, 0], Overlay.Blend(photo, hot, whole, Colormap.Jet, 1).PixelAt(7, 7)); // the hot end of jet
        double[] blended = Overlay.Blend(photo, hot, whole, Colormap.Jet, 0.25).PixelAt(7, 7);
        Assert.Equal(0.75 * photo.PixelAt(7, 7)[0] + 0.25 * 127, blended[0], 0.5);
    }

    /// <summary>A value of 0.5 is painted with the colour of 0.25 on the photo, and with its own alone.</summary>
    [Fact]
    public void Blend_SquaresAndHeatmapDoesNot()
    {
        float[,] half = { { 0.5f } };
        PixelRegion whole = PixelRegion.Whole(2, 2);
        Assert.Equal([64, 64, 64], Overlay.Blend(new Photo(2, 2, new byte[12]), half, whole, Colormap.Gray, 1).PixelAt(0, 0));
        Assert.Equal([128, 128, 128], Overlay.Heatmap(2, 2, half, whole, Colormap.Gray).PixelAt(0, 0));
    }

    [Fact]
    public void EmptyMap_ShowsThePlainPhoto()
    {
        Photo photo = Figures.PatternPhoto(20, 30);
        Photo overlay = Overlay.Blend(photo, new float[7, 7], PixelRegion.Whole(30, 20), Colormap.Jet, 0.5);
        Assert.Equal(photo.Rgb, overlay.Rgb);
        Assert.NotSame(photo.Rgb, overlay.Rgb);
    }

    [Fact]
    public void OutsideTheRegion_ThePhotoStays()
    {
        Photo photo = Figures.PatternPhoto(20, 30);
        byte[] before = (byte[])photo.Rgb.Clone();
        float[,] hot = { { 1, 1 }, { 1, 1 } };
        var region = new PixelRegion(5.4, 2.6, 10.2, 12); // centres of columns 5..15, rows 3..14
        Photo overlay = Overlay.Blend(photo, hot, region, Colormap.Viridis, 1);
        Photo heat = Overlay.Heatmap(30, 20, hot, region, Colormap.Viridis);
        Photo mask = Overlay.Mask(30, 20, hot, region, 0.5);
        for (int y = 0; y < 20; y++)
        {
            for (int x = 0; x < 30; x++)
            {
                bool inside = x is >= 5 and <= 15 && y is >= 3 and <= 14;
                Assert.Equal(inside ? [253, 231, 36] : photo.PixelAt(x, y), overlay.PixelAt(x, y));
                Assert.Equal(inside ? [253, 231, 36] : [0, 0, 0], heat.PixelAt(x, y));
                Assert.Equal(inside ? [255, 255, 255] : [0, 0, 0], mask.PixelAt(x, y));
            }
        }
        Assert.Equal(before, photo.Rgb);
    }

    /// <summary>What the network saw at the crop's upper left must be painted there, not at the photo's.</summary>
    [Fact]
    public void HeatOfACrop_LandsWhereTheCropWas()
    {
        PixelRegion region = new Preprocessing(224, 224, [0, 0, 0], [1, 1, 1], ResizeMode.CenterCrop).RegionOf(640, 480);
        var map = new float[7, 7];
        map[0, 0] = 1;
        byte[] heat = Overlay.Heatmap(640, 480, map, region, Colormap.Gray).Rgb;
        int brightest = Array.IndexOf(heat, heat.Max()) / 3;
        double cell = region.Width / 7;
        Assert.InRange(brightest % 640 + 0.5, region.X, region.X + cell);
        Assert.InRange(brightest / 640 + 0.5, region.Y, region.Y + cell);
    }

    /// <summary>Bicubic interpolation keeps a straight line: each pixel's value is known, fractions of a pixel included.</summary>
    [Fact]
    public void RegionThatBeginsInsideAPixel_ShiftsTheMapByTheFraction()
    {
        var ramp = new float[1, 21];
        for (int i = 0; i <= 20; i++)
            ramp[0, i] = i / 20f;
        var region = new PixelRegion(5.4, 0, 21, 1);
        Photo heat = Overlay.Heatmap(40, 1, ramp, region, Colormap.Gray);
        for (int x = 8; x <= 22; x++)
            Assert.Equal((x + 0.5 - region.X - 0.5) / 20 * 256, heat.PixelAt(x, 0)[0], 2.0);
    }

    /// <summary>The crop of a photo of 2 x 1 pixels lies between the two centres.</summary>
    [Fact]
    public void RegionBetweenTwoPixels_PaintsNone()
    {
        PixelRegion region = new Preprocessing(224, 224, [0, 0, 0], [1, 1, 1], ResizeMode.CenterCrop).RegionOf(2, 1);
        Assert.All(Overlay.Heatmap(2, 1, new float[7, 7], region, Colormap.Viridis).Rgb, b => Assert.Equal(0, b));
    }

    [Fact]
    public void Region_FollowsAResizedPhoto() =>
        Assert.Equal(new PixelRegion(5, 8, 50, 40), new PixelRegion(10, 4, 100, 20).Scale(0.5, 2));

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void SharesBeyondOne_AreRefused(double value)
    {
        Photo photo = Figures.PatternPhoto(2, 2);
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            Overlay.Blend(photo, new float[1, 1], PixelRegion.Whole(2, 2), Colormap.Jet, value));
        Assert.Throws<ArgumentOutOfRangeException>(() => Overlay.Mask(2, 2, new float[1, 1], PixelRegion.Whole(2, 2), value));
    }
}
