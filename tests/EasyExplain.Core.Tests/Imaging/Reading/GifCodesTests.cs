using EasyExplain.Imaging;

namespace EasyExplain.Tests.Imaging.Reading;

/// <summary>GIFs whose LZW codes start with 9 to 12 bits, made by tests/data/gif/make_gifs.py.</summary>
public class GifCodesTests
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Repository.Data("gif"), "*.gif").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Pixels_AreThoseOfPillow(string name)
    {
        string path = Repository.Data("gif", name);
        Photo expected = ImageDecoder.Decode(Path.ChangeExtension(path, ".png")), photo = ImageDecoder.Decode(path);
        Assert.Equal((expected.Width, expected.Height), (photo.Width, photo.Height));
        Assert.Equal(expected.Rgb, photo.Rgb);
    }

    /// <summary>However much of a file is missing: an error, or the whole picture when only its tail was trimmings.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void CutAnywhere_ItIsNeverHalfAPicture(string name)
    {
        byte[] file = File.ReadAllBytes(Repository.Data("gif", name)), whole = ImageDecoder.Decode(new MemoryStream(file)).Rgb;
        for (int length = 12; length < file.Length; length += length < 64 || length > file.Length - 32 ? 1 : 29)
        {
            try
            {
                Assert.Equal(whole, ImageDecoder.Decode(new MemoryStream(file[..length])).Rgb);
                Assert.InRange(length, file.Length - 8, file.Length);
            }
            catch (ImageFileException e)
            {
                Assert.True(e.Fault is ImageFault.Truncated or ImageFault.Damaged, $"{length} of {file.Length} bytes: {e.Message}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void ChangedBytes_AreAPictureOrAClearError(string name)
    {
        byte[] file = File.ReadAllBytes(Repository.Data("gif", name));
        var random = new Random(file.Length);
        for (int i = 0; i < 100; i++)
        {
            byte[] changed = (byte[])file.Clone();
            for (int change = 0; change <= i % 3; change++)
                changed[i % 2 == 0 ? random.Next(6, Math.Min(60, file.Length)) : random.Next(6, file.Length)] = (byte)random.Next(256);
            try
            {
                Photo photo = ImageDecoder.Decode(new MemoryStream(changed), maxPixels: 1_000_000);
                Assert.Equal(photo.Width * photo.Height * 3, photo.Rgb.Length);
            }
            catch (ImageFileException e)
            {
                Assert.NotEqual(ImageFault.Empty, e.Fault);
            }
        }
    }

    /// <summary>A frame of far more pixels than the file could hold is refused before memory is taken.</summary>
    [Fact]
    public void AFrameThatLies_IsTooLarge()
    {
        byte[] file = File.ReadAllBytes(Repository.Data("gif", "lzw9.gif"));
        const int size = 0x19 + 5;
        file.AsSpan(size, 4).Fill(0xFF);
        var e = Assert.Throws<ImageFileException>(() => ImageDecoder.Decode(new MemoryStream(file)));
        Assert.Equal(ImageFault.TooLarge, e.Fault);
    }

    [Fact]
    public void ACodeThatEndsTheFrameTooEarly_IsAnError()
    {
        byte[] file = File.ReadAllBytes(Repository.Data("gif", "lzw9.gif"));
        // Code 513 of 10 bits, behind the clear code 512, both least bit first.
        file.AsSpan(0x25, 3).Clear();
        (file[0x26], file[0x27]) = (0x02 | 0x04, 0x08);
        var e = Assert.Throws<ImageFileException>(() => ImageDecoder.Decode(new MemoryStream(file)));
        Assert.Equal(ImageFault.Damaged, e.Fault);
        Assert.Contains("it has 0 pixels, not 256", e.Message);
    }
}
