using EasyExplain.Audit;
using EasyExplain.Audit.Store;
using EasyExplain.Imaging;
using EasyExplain.Reports.Packs;

namespace EasyExplain.Tests.Reports.Packs;

/// <summary>Thumbnails show the images that were explained, and no others.</summary>
public sealed class ThumbnailsTests : IDisposable
{
    private readonly PhotoFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(640, 480, 160, 120)]
    [InlineData(480, 1000, 77, 160)]
    [InlineData(32, 20, 32, 20)] // never enlarged
    [InlineData(900, 1, 160, 1)]
    public void AThumbnail_FitsAndKeepsItsShape(int width, int height, int thumbWidth, int thumbHeight)
    {
        FileInfo file = _folder.Save("photo.png", PhotoFolder.Photo(width, height, 1));
        Photo thumbnail = Thumbnails.Of(PhotoFolder.Row(file, width, height, 0), 160)!;
        Assert.Equal((thumbWidth, thumbHeight), (thumbnail.Width, thumbnail.Height));
    }

    [Fact]
    public void AThumbnail_HasTheColoursOfTheWholeImage()
    {
        var file = new FileInfo(Repository.Photo("cat.jpg"));
        Photo whole = PhotoResizer.FitWithin(ImageDecoder.Decode(file.FullName), 64); // as Pillow makes it: see PhotoResizerTests
        Assert.InRange(Difference(whole, Thumbnails.Of(PhotoFolder.Row(file, 451, 300, 0), 64)!), 0, 0.5);
    }

    [Fact]
    public void ADataUrl_HoldsThePicture()
    {
        Photo photo = PhotoFolder.Photo(64, 48, 1);
        string url = Thumbnails.DataUrl(photo, 90);
        Assert.StartsWith("data:image/jpeg;base64,/9j/", url, StringComparison.Ordinal); // FF D8 FF: a JPEG
        Photo again = ImageDecoder.Decode(new MemoryStream(Convert.FromBase64String(url.Split(',')[1])));
        Assert.InRange(Difference(photo, again), 0, 8); // noise
    }

    [Fact]
    public void AnImageThatIsAnotherNow_HasNoThumbnail()
    {
        FileInfo file = _folder.Save("photo.png", PhotoFolder.Photo(40, 30, 1));
        CamAuditRow row = PhotoFolder.Row(file, 40, 30, 0) with { Hash = FileHash.Of(file.FullName) };
        byte[] bytes = File.ReadAllBytes(file.FullName);
        Assert.NotNull(Thumbnails.Of(row, 160));

        File.SetLastWriteTimeUtc(file.FullName, row.Modified.AddDays(1)); // a copy
        Assert.NotNull(Thumbnails.Of(row, 160));
        Assert.Null(Thumbnails.Of(row with { Hash = "0" }, 160));
        Assert.NotNull(Thumbnails.Of(row with { Hash = "0", Modified = row.Modified.AddDays(1) }, 160)); // time unchanged: not read

        File.WriteAllBytes(file.FullName, [.. bytes, 0]);
        Assert.Null(Thumbnails.Of(row, 160));
        File.WriteAllBytes(file.FullName, new byte[bytes.Length]); // no image
        Assert.Null(Thumbnails.Of(row, 160));
        File.SetLastWriteTimeUtc(file.FullName, row.Modified);
        Assert.Null(Thumbnails.Of(row, 160));
        File.Delete(file.FullName);
        Assert.Null(Thumbnails.Of(row, 160));
        Assert.Null(Thumbnails.Of(row with { Path = _folder.Path }, 160)); // a folder
    }

    internal static double Difference(Photo first, Photo second)
    {
        Assert.Equal((first.Width, first.Height), (second.Width, second.Height));
        return first.Rgb.Zip(second.Rgb, (a, b) => (double)Math.Abs(a - b)).Average();
    }
}
