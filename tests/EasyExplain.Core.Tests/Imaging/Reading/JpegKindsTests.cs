using EasyExplain.Imaging;

namespace EasyExplain.Tests.Imaging.Reading;

/// <summary>JPEG files that are whole and right, but of a kind that is not read.</summary>
public class JpegKindsTests
{
    [Theory]
    [InlineData("precision12.jpg", "samples of 12 bits")] // a report's
    [InlineData("arithmetic.jpg", "arithmetic coding")]
    [InlineData("arithmetic_progressive.jpg", "arithmetic coding")]
    public void OtherKinds_AreCalledByTheirName(string name, string what)
    {
        byte[] file = File.ReadAllBytes(Repository.Data("jpeg", name));
        AssertKind(file, what);
        AssertKind(file[..(file.Length * 3 / 4)], what); // that its end is missing too is the lesser thing
    }

    /// <summary>Start of frame marker, precision, height and channels of a file whose rest does not matter.</summary>
    [Theory]
    [InlineData(0xC1, 12, 19, 3, "samples of 12 bits")]
    [InlineData(0xC2, 12, 19, 1, "samples of 12 bits")]
    [InlineData(0xC0, 16, 19, 3, "samples of 16 bits")]
    [InlineData(0xC3, 8, 19, 3, "lossless")]
    [InlineData(0xC3, 16, 19, 1, "lossless")] // medical pictures
    [InlineData(0xC5, 8, 19, 3, "hierarchical")]
    [InlineData(0xC6, 8, 19, 3, "hierarchical")]
    [InlineData(0xC7, 8, 19, 3, "hierarchical")]
    [InlineData(0xC9, 8, 19, 3, "arithmetic coding")]
    [InlineData(0xCA, 8, 19, 3, "arithmetic coding")]
    [InlineData(0xCB, 8, 19, 3, "lossless")]
    [InlineData(0xCD, 8, 19, 3, "hierarchical")]
    [InlineData(0xCF, 8, 19, 3, "hierarchical")]
    [InlineData(0xF7, 8, 19, 3, "JPEG-LS")]
    [InlineData(0xC0, 8, 0, 3, "a height that is said after the picture")]
    [InlineData(0xC0, 8, 19, 2, "2 colour channels")]
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
