using EasyExplain.Imaging;

namespace EasyExplain.Tests.Imaging.Reading;

/// <summary>Kinds of JPEG beside the common ones: read, or called by their name.</summary>
public class JpegKindsTests
{
    /// <summary>A report's: it is whole and right, but no decoder here knows it.</summary>
    [Fact]
    public void TwelveBits_AreNotRead()
    {
        byte[] file = File.ReadAllBytes(Repository.Data("jpeg", "precision12.jpg"));
        AssertKind(file, "samples of 12 bits");
        AssertKind(file[..(file.Length * 3 / 4)], "samples of 12 bits"); // that its end is missing too is the lesser thing
    }

    /// <summary>jpegtran's, of exif_1.jpg: other codes for the same numbers.</summary>
    [Theory]
    [InlineData("arithmetic.jpg")]
    [InlineData("arithmetic_progressive.jpg")]
    public void ArithmeticCoding_IsRead(string name) => Assert.Equal(
        ImageDecoder.Decode(Repository.Data("imaging", "exif_1.jpg")).Rgb, ImageDecoder.Decode(Repository.Data("jpeg", name)).Rgb);

    /// <summary>Made by make_lossless.py, which keeps what it put in.</summary>
    [Fact]
    public void LosslessColors_AreRead() => Assert.Equal(
        ImageDecoder.Decode(Repository.Data("jpeg", "lossless.png")).Rgb, ImageDecoder.Decode(Repository.Data("jpeg", "lossless.jpg")).Rgb);

    /// <summary>Start of frame marker, precision, height and channels of a file whose rest does not matter.</summary>
    [Theory]
    [InlineData(0xC1, 12, 19, 3, "samples of 12 bits")]
    [InlineData(0xC2, 12, 19, 1, "samples of 12 bits")]
    [InlineData(0xC0, 16, 19, 3, "samples of 16 bits")]
    [InlineData(0xC3, 16, 19, 1, "samples of 16 bits")] // medical pictures
    [InlineData(0xC9, 12, 19, 3, "samples of 12 bits")]
    [InlineData(0xC3, 8, 19, 1, "lossless, but not of 3 channels")]
    [InlineData(0xC5, 8, 19, 3, "hierarchical")]
    [InlineData(0xC6, 8, 19, 3, "hierarchical")]
    [InlineData(0xC7, 8, 19, 3, "hierarchical")]
    [InlineData(0xCB, 8, 19, 3, "lossless with arithmetic coding")]
    [InlineData(0xCD, 8, 19, 3, "hierarchical")]
    [InlineData(0xCF, 8, 19, 3, "hierarchical")]
    [InlineData(0xF7, 8, 19, 3, "JPEG-LS")]
    [InlineData(0xC0, 8, 0, 3, "a height that is said after the picture")]
    [InlineData(0xC0, 8, 19, 2, "2 channels")]
    public void TheHeader_SaysWhichKindItIs(byte marker, byte precision, byte height, byte channels, string what)
    {
        byte[] frame = [0xFF, marker, 0, (byte)(8 + 3 * channels), precision, 0, height, 0, 29, channels, .. new byte[3 * channels]];
        AssertKind([0xFF, 0xD8, .. frame, 0xFF, 0xDA, 0, 2, 1, 2, 3, 0xFF, 0xD9], what);
    }

    private static void AssertKind(byte[] file, string what)
    {
        var e = Assert.Throws<ImageFileException>(() => ImageDecoder.Decode(new MemoryStream(file)));
        Assert.Equal(ImageFault.Unsupported, e.Fault);
        Assert.Equal($"The image is a JPEG image of a kind that is not read here ({what}).", e.Message);
    }
}
