using EasyExplain.Imaging;
using EasyExplain.Imaging.Terminal;

namespace EasyExplain.Tests.Imaging.Terminal;

public class SixelTests
{
    [Fact]
    public void APictureOfFewColours_ReadBack_IsTheSame_UpToTheFormatsPerCent()
    {
        // 16×16 tiles of 2×2 pixels, each a colour of its own: 256 colours, and 32 rows are not a whole number of bands.
        byte[] rgb = [.. Enumerable.Range(0, 32 * 32)
            .SelectMany(i => new[] { (byte)(i % 32 / 2 * 17), (byte)(i / 64 * 17), (byte)(i % 32 / 2 * 7) })];
        Assert.Equal(1, LargestError(new Photo(32, 32, rgb)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 6)]
    [InlineData(3, 13)]
    public void EverySize_IsDrawnWhole(int width, int height)
    {
        var photo = new Photo(width, height, [.. Enumerable.Range(0, width * height * 3).Select(i => (byte)(i * 5))]);
        Assert.InRange(LargestError(photo), 0, 1);
    }

    [Fact]
    public void APhoto_ReadBack_LooksLikeIt()
    {
        Photo photo = PhotoResizer.FitWithin(ImageDecoder.Decode(Repository.Photo("cat.jpg")), 300);
        int[,] shown = TerminalDecoder.Sixel(Sixel.Encode(photo));
        Assert.Equal((photo.Width, photo.Height), (shown.GetLength(1), shown.GetLength(0)));
        double error = photo.Rgb.Zip(TerminalDecoder.Rgb(shown), (a, b) => (double)(a - b) * (a - b)).Average();
        // Pillow's own quantize(256, Image.MEDIANCUT) of this picture has a mean squared error of 8.4.
        Assert.InRange(error, 0.5, 8.4);
    }

    /// <summary>The largest difference of a level; fails if a pixel was not drawn.</summary>
    private static int LargestError(Photo photo)
    {
        int[,] shown = TerminalDecoder.Sixel(Sixel.Encode(photo));
        Assert.DoesNotContain(-1, shown.Cast<int>());
        return photo.Rgb.Zip(TerminalDecoder.Rgb(shown), (a, b) => Math.Abs(a - b)).Max();
    }
}
