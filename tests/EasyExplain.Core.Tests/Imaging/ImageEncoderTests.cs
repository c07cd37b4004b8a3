using EasyExplain.Imaging;

namespace EasyExplain.Tests.Imaging;

public sealed class ImageEncoderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("encoder [1] ü人 ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Target(string name) => Path.Combine(_folder, name);

    private string[] Names => [.. Directory.EnumerateFileSystemEntries(_folder).Select(path => Path.GetFileName(path))];

    [Fact]
    public void Png_HoldsEveryPixel()
    {
        Photo photo = Figures.PatternPhoto(33, 47);
        ImageEncoder.Save(photo, Target("a [1].png"), ImageFormat.Png);
        Photo read = ImageDecoder.Decode(Target("a [1].png"));
        Assert.Equal((47, 33), (read.Width, read.Height));
        Assert.Equal(photo.Rgb, read.Rgb);
        Assert.Equal(["a [1].png"], Names);
    }

    [Theory]
    [InlineData(ImageFormat.Jpeg, 0xFF)]
    [InlineData(ImageFormat.Webp, (byte)'R')]
    public void LossyFormats_HoldThePhoto(ImageFormat format, byte firstByte)
    {
        Photo photo = ImageDecoder.Decode(Repository.Data("images", "photo.webp"));
        ImageEncoder.Save(photo, Target("high"), format, quality: 95);
        ImageEncoder.Save(photo, Target("low"), format, quality: 20);
        Photo read = ImageDecoder.Decode(Target("high"));
        Assert.InRange(photo.Rgb.Zip(read.Rgb, (a, b) => Math.Abs(a - b)).Average(), 0, 4);
        Assert.Equal(firstByte, File.ReadAllBytes(Target("high"))[0]);
        Assert.True(new FileInfo(Target("low")).Length < new FileInfo(Target("high")).Length / 2);
    }

    [Fact]
    public void ExistingFile_GivesWayOrStays()
    {
        File.WriteAllText(Target("a.png"), "precious");
        var e = Assert.Throws<IOException>(() =>
            ImageEncoder.Save(Figures.PatternPhoto(4, 4), Target("a.png"), ImageFormat.Png, overwrite: false));
        Assert.Contains(Target("a.png"), e.Message);
        Assert.Equal("precious", File.ReadAllText(Target("a.png")));

        ImageEncoder.Save(Figures.PatternPhoto(4, 4), Target("a.png"), ImageFormat.Png);
        Assert.Equal(4, ImageDecoder.Decode(Target("a.png")).Width);
        Assert.Equal(["a.png"], Names);
    }

    /// <summary>A folder of the target's name makes the last step, the move, fail.</summary>
    [Fact]
    public void FailedMove_LeavesNoTemporaryFile()
    {
        Directory.CreateDirectory(Target("a.png"));
        Exception e = Assert.ThrowsAny<Exception>(() => ImageEncoder.Save(Figures.PatternPhoto(4, 4), Target("a.png"), ImageFormat.Png));
        Assert.True(e is IOException or UnauthorizedAccessException, e.ToString());
        Assert.Equal(["a.png"], Names);
    }

    [Fact]
    public void MissingFolder_IsNamedAndNotMade()
    {
        string path = Path.Combine(_folder, "none", "a.png");
        var e = Assert.Throws<DirectoryNotFoundException>(() => ImageEncoder.Save(Figures.PatternPhoto(4, 4), path, ImageFormat.Png));
        Assert.Contains(path, e.Message);
        Assert.Empty(Names);
    }

    [Fact]
    public void LongestName_Fits()
    {
        string name = new string('n', 251) + ".png"; // 255 bytes, the most that file systems take
        ImageEncoder.Save(Figures.PatternPhoto(4, 4), Target(name), ImageFormat.Png);
        Assert.Equal([name], Names);
    }

    [Fact]
    public void PictureBeyondTheFormat_IsNamedWithItsSize()
    {
        var e = Assert.Throws<ImageFileException>(() =>
            ImageEncoder.Save(Figures.PatternPhoto(1, 16384), Target("a.webp"), ImageFormat.Webp));
        Assert.Equal((ImageFault.Unsupported, Target("a.webp")), (e.Fault, e.Path));
        Assert.Contains("16384 x 1", e.Message);
        Assert.Empty(Names);
    }
}
