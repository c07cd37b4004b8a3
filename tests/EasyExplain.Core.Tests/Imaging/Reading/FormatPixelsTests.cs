using EasyExplain.Imaging;

namespace EasyExplain.Tests.Imaging.Reading;

public class FormatPixelsTests
{
    public static TheoryData<string> Files => [.. FormatFiles.Expected.Keys];

    /// <summary>Every TIFF, TGA and PNM gives the pixels that were put in, which are Pillow's where Pillow can read it.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void Pixels_AreThoseOfPillow(string name)
    {
        Photo expected = ImageDecoder.Decode(FormatFiles.Path(FormatFiles.Expected[name])),
            photo = ImageDecoder.Decode(FormatFiles.Path(name));
        Assert.Equal((expected.Width, expected.Height), (photo.Width, photo.Height));
        Assert.Equal(expected.Rgb, photo.Rgb);
    }
}
