using System.IO.Compression;
using System.Text.Json;
using EasyExplain.Imaging;

namespace EasyExplain.Tests.Imaging;

public class ImageDecoderTests
{
    private static string Image(string name) => Repository.Data("images", name);

    public static TheoryData<string> ReadableFiles => [.. Figures.Of("decoded").Select(figure => figure.GetProperty("file").GetString()!)];

    /// <summary>Every format and oddity: what Pillow sees (exif_transpose, convert("RGB"), 16-bit grey scaled).</summary>
    [Theory]
    [MemberData(nameof(ReadableFiles))]
    public void Pixels_AreThoseOfPillow(string file)
    {
        JsonElement figure = Figures.Of("decoded").Single(figure => figure.GetProperty("file").GetString() == file);
        Photo photo = ImageDecoder.Decode(Repository.Data(file.Split('/')));

        Assert.Equal((figure.Int("width"), figure.Int("height")), (photo.Width, photo.Height));
        // Lossy formats may differ by a rounding between builds of their libraries; here they do not.
        int tolerance = file.EndsWith(".jpg") || file.EndsWith(".webp") || file.EndsWith("jpeg_inside.png") ? 1 : 0;
        Assert.InRange(Figures.LargestDifference(photo, figure.Grid()), 0, tolerance);
        double[] mean = figure.Doubles("mean");
        for (int c = 0; c < 3; c++)
            Assert.Equal(mean[c], photo.Rgb.Where((_, i) => i % 3 == c).Average(b => (double)b), 0.1 * tolerance + 1e-3);
    }

    [Fact]
    public void Orientations_AllShowTheSamePlaceUpright()
    {
        Photo stored = ImageDecoder.Decode(Repository.Data("imaging", "exif_1.jpg"));
        double[] corner = stored.PixelAt(0, 0);
        (int X, int Y)[] upright = [(0, 0), (59, 0), (59, 44), (0, 44), (0, 0), (44, 0), (44, 59), (0, 59)];
        for (int orientation = 1; orientation <= 8; orientation++)
        {
            Photo turned = ImageDecoder.Decode(Repository.Data("imaging", $"exif_{orientation}.jpg"));
            Assert.Equal(corner, turned.PixelAt(upright[orientation - 1].X, upright[orientation - 1].Y));
        }
    }

    [Theory]
    [InlineData("empty.jpg", ImageFault.Empty, "0 bytes")]
    [InlineData("text.png", ImageFault.NotAnImage, "not an image")]
    [InlineData("truncated_half.jpg", ImageFault.Truncated, "ends too early")]
    [InlineData("truncated_header.jpg", ImageFault.Truncated, "ends too early")]
    [InlineData("bomb_30000x30000.png", ImageFault.TooLarge, "30000 x 30000 = 900000000 pixels; the limit is 178956970")]
    public void BadFile_IsNamedWithItsFault(string name, ImageFault fault, string reason)
    {
        var e = Assert.Throws<ImageFileException>(() => ImageDecoder.Decode(Image(name)));
        Assert.Equal(fault, e.Fault);
        Assert.Equal(Image(name), e.Path);
        Assert.Contains(Image(name), e.Message);
        Assert.Contains(reason, e.Message);
    }

    [Theory]
    [InlineData("0000000C 4A584C20 0D0A870A 00000000", "JPEG XL")]
    [InlineData("0000001C 66747970 61766966 00000000", "AVIF")]
    [InlineData("00000018 66747970 68656963 00000000", "HEIF")]
    [InlineData("00000100 01002020 00000100 20000000", "ICO")]
    public void OtherFormats_AreCalledByTheirName(string head, string format)
    {
        using var stream = new MemoryStream(Convert.FromHexString(head.Replace(" ", "")));
        var e = Assert.Throws<ImageFileException>(() => ImageDecoder.Decode(stream));
        Assert.Equal((ImageFault.Unsupported, null), (e.Fault, e.Path));
        Assert.Contains(format, e.Message);
        Assert.Contains("JPEG, PNG, WebP, GIF, BMP, TIFF, PBM/PGM/PPM and TGA", e.Message);
    }

    [Fact]
    public void MissingFile_IsTheSystemsException() =>
        Assert.Throws<FileNotFoundException>(() => ImageDecoder.Decode(Image("there is none.jpg")));

    [Fact]
    public void PixelLimit_IsInclusive()
    {
        string file = Image("größe фото 人 [1] (copy).jpg");
        Assert.Equal(256, ImageDecoder.Decode(file, maxPixels: 256 * 300).Width);
        var e = Assert.Throws<ImageFileException>(() => ImageDecoder.Decode(file, maxPixels: 256 * 300 - 1));
        Assert.Equal(ImageFault.TooLarge, e.Fault);
    }

    /// <summary>Such as an entry of a zip file.</summary>
    [Fact]
    public void StreamThatCannotSeek_IsReadFromWhereItStands()
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write([1, 2, 3, .. File.ReadAllBytes(Image("photo.webp"))]);
        }
        packed.Position = 0;
        using var stream = new GZipStream(packed, CompressionMode.Decompress);
        stream.ReadExactly(new byte[3]);
        Assert.Equal(ImageDecoder.Decode(Image("photo.webp")).Rgb, ImageDecoder.Decode(stream).Rgb);
    }

    public static TheoryData<string> OneOfEachKind =>
    [
        "exif_6.jpg", "exif_6.png", "exif_6.webp", "alpha_lossless.webp", "animated.webp", "gray_alpha.png", "rgb16_random.png",
        "palette_4bit.png",
        "rgb.bmp", "palette.bmp", "bilevel.bmp", "transparent.gif", "interlaced.gif", "../images/progressive.jpg", "../images/cmyk.jpg",
    ];

    /// <summary>However much of a file is missing: an error, or the whole picture when only its tail was trimmings.</summary>
    [Theory]
    [MemberData(nameof(OneOfEachKind))]
    public void CutFile_IsNeverHalfAPicture(string name)
    {
        byte[] file = File.ReadAllBytes(Repository.Data("imaging", name));
        byte[] whole = ImageDecoder.Decode(new MemoryStream(file)).Rgb;
        int refused = 0;
        for (int i = 1; i <= 48; i++)
        {
            int length = i <= 16 ? file.Length - i : file.Length * (i - 16) / 33;
            try
            {
                Assert.Equal(whole, ImageDecoder.Decode(new MemoryStream(file[..length])).Rgb);
            }
            catch (ImageFileException e)
            {
                Assert.True(e.Fault is ImageFault.Truncated or ImageFault.Damaged, $"{length} of {file.Length} bytes: {e.Fault}");
                refused++;
            }
        }
        Assert.True(refused >= 30, $"only {refused} of 48 cuts were noticed");
    }

    /// <summary>A byte changed anywhere gives a picture or a clear error, never a crash.</summary>
    [Theory]
    [MemberData(nameof(OneOfEachKind))]
    public void ChangedByte_IsAPictureOrAClearError(string name)
    {
        byte[] file = File.ReadAllBytes(Repository.Data("imaging", name));
        var random = new Random(7);
        for (int i = 0; i < 150; i++)
        {
            byte[] changed = (byte[])file.Clone();
            // Headers are where a changed byte does most.
            changed[i % 2 == 0 ? random.Next(Math.Min(120, file.Length)) : random.Next(file.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                Photo photo = ImageDecoder.Decode(new MemoryStream(changed), maxPixels: 10_000_000);
                Assert.Equal(photo.Width * photo.Height * 3, photo.Rgb.Length);
            }
            catch (ImageFileException e)
            {
                Assert.NotEqual(ImageFault.Empty, e.Fault);
            }
        }
    }
}
