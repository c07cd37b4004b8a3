using EasyExplain.Imaging;
using EasyExplain.Imaging.Terminal;

namespace EasyExplain.Tests.Imaging.Terminal;

public class HalfBlocksTests
{
    private static readonly Photo Cat = TerminalPicture.Fit(ImageDecoder.Decode(Repository.Photo("cat.jpg")), 79, 46);

    [Fact]
    public void FullColours_ReadBack_AreThePicture()
    {
        string[] lines = [.. HalfBlocks.Lines(Cat, TerminalColors.Full)];
        Assert.Equal(23, lines.Length);
        Assert.Equal(Cat.Rgb, TerminalDecoder.Rgb(TerminalDecoder.HalfBlocks(lines)));
    }

    [Fact]
    public void AnOddLastRow_HasTheTerminalsBackgroundBelow()
    {
        var photo = new Photo(2, 3, [1, 2, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 250, 251, 252]);
        string[] lines = [.. HalfBlocks.Lines(photo, TerminalColors.Full)];
        Assert.Equal(photo.Rgb, TerminalDecoder.Rgb(TerminalDecoder.HalfBlocks(lines)));
        Assert.DoesNotContain("[48", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void IndexedColours_AreTheNearestOfAll240()
    {
        int[,] all = TerminalDecoder.HalfBlocks([string.Concat(Enumerable.Range(16, 240).Select(color => $"\e[38;5;{color}m▀")) + "\e[0m"]);
        int[,] shown = TerminalDecoder.HalfBlocks([.. HalfBlocks.Lines(Cat, TerminalColors.Indexed)]);
        for (int i = 0; i < shown.Length; i++)
        {
            int own = Cat.Rgb[i * 3] << 16 | Cat.Rgb[i * 3 + 1] << 8 | Cat.Rgb[i * 3 + 2];
            int best = all.Cast<int>().Min(color => Distance(own, color));
            Assert.Equal(best, Distance(own, shown[i / Cat.Width, i % Cat.Width]));
        }
    }

    [Fact]
    public void WithoutColours_BrightnessBecomesShades_AndNoEscapeSequence()
    {
        byte[] grey = [.. new[] { 0, 64, 128, 191, 255, 0, 64, 128, 191, 255, 255, 255, 255, 255, 255 }.SelectMany(level =>
            Enumerable.Repeat((byte)level, 3))];
        Assert.Equal([" ░▒▓█", "█████"], HalfBlocks.Lines(new Photo(5, 3, grey), TerminalColors.None));
    }

    [Theory]
    [InlineData(400, 100, 80, 46, 80, 20)]
    [InlineData(100, 400, 80, 46, 12, 46)] // 11.5
    [InlineData(32, 32, 80, 46, 46, 46)] // small pictures are enlarged
    [InlineData(3000, 1, 80, 46, 80, 1)]
    public void APicture_IsAsLargeAsTheWindowAllows(int width, int height, int columns, int rows, int expectedWidth, int expectedHeight)
    {
        Photo fitted = TerminalPicture.Fit(new Photo(width, height, new byte[width * height * 3]), columns, rows);
        Assert.Equal((expectedWidth, expectedHeight), (fitted.Width, fitted.Height));
    }

    private static int Distance(int a, int b) =>
        new[] { 16, 8, 0 }.Sum(shift => ((a >> shift & 0xFF) - (b >> shift & 0xFF)) * ((a >> shift & 0xFF) - (b >> shift & 0xFF)));
}
