using EasyExplain.Imaging;

namespace EasyExplain.Tests.Imaging.Reading;

/// <summary>Floating point becomes a picture by its own range, and the photo knows by which.</summary>
public class FloatRangeTests
{
    [Theory]
    [InlineData("float.tif")]
    [InlineData("float_lzw_big.tif")]
    [InlineData("float_nan.tif")] // what is infinite or no number does not count
    [InlineData("float_white.tif")]
    public void ThePhoto_KnowsItsRange(string name)
    {
        // What make_formats.py wrote: grey of 1 to 252, times 7.3, less 512.25.
        (float low, float high) = ImageDecoder.Decode(FormatFiles.Path(name)).FloatRange!.Value;
        Assert.Equal((LowestGray * 7.3 - 512.25, HighestGray * 7.3 - 512.25), ((double)low, (double)high), new Near());
    }

    [Fact]
    public void OneNumber_IsBlack()
    {
        Photo photo = ImageDecoder.Decode(FormatFiles.Path("float_constant.tif"));
        Assert.Equal((1.5f, 1.5f), photo.FloatRange);
        Assert.All(photo.Rgb, level => Assert.Equal(0, level));
    }

    [Theory]
    [InlineData("gray16.tif")]
    [InlineData("rgb.tif")]
    [InlineData("gray.pgm")]
    public void Integers_HaveNone(string name) => Assert.Null(ImageDecoder.Decode(FormatFiles.Path(name)).FloatRange);

    private static int LowestGray => ImageDecoder.Decode(FormatFiles.Path("gray.png")).Rgb.Min();

    private static int HighestGray => ImageDecoder.Decode(FormatFiles.Path("gray.png")).Rgb.Max();

    private sealed class Near : IEqualityComparer<(double, double)>
    {
        public bool Equals((double, double) a, (double, double) b) =>
            Math.Abs(a.Item1 - b.Item1) < 1e-3 && Math.Abs(a.Item2 - b.Item2) < 1e-3;

        public int GetHashCode((double, double) pair) => 0;
    }
}
