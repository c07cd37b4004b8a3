using System.Text;
using EasyExplain.Imaging;

namespace EasyExplain.Tests.Imaging.Reading;

public class OrientationTests
{
    /// <summary>Those of a report; upright.png is what Pillow made of the one whose orientation was found then.</summary>
    [Theory]
    [InlineData("p_exif6_before.png")]
    [InlineData("p_rawprofile_tEXt.png")]
    [InlineData("p_rawprofile_zTXt.png")]
    [InlineData("p_xmp6.png")]
    [InlineData("w_exif6.webp")]
    [InlineData("w_exif6_prefix.webp")]
    public void ReportedFiles_AreUpright(string name)
    {
        Photo upright = ImageDecoder.Decode(Data("orientation/upright.png")), photo = ImageDecoder.Decode(Data($"orientation/{name}"));
        Assert.Equal((48, 80), (photo.Width, photo.Height));
        Assert.Equal(upright.Rgb, photo.Rgb);
    }

    public static TheoryData<string> Ways => [.. OrientationFiles.Ways.Keys];

    [Theory]
    [MemberData(nameof(Ways))]
    public void EveryWayOfSayingIt_IsFound(string way)
    {
        (string name, Func<byte[], int, byte[]> say) = OrientationFiles.Ways[way];
        byte[] file = File.ReadAllBytes(Data(name));
        Photo stored = ImageDecoder.Decode(new MemoryStream(say(file, 1)));
        for (int orientation = 1; orientation <= 8; orientation++)
        {
            Photo expected = OrientationFiles.Turned(stored, orientation),
                photo = ImageDecoder.Decode(new MemoryStream(say(file, orientation)));
            Assert.Equal((expected.Width, expected.Height), (photo.Width, photo.Height));
            Assert.Equal(expected.Rgb, photo.Rgb);
        }
    }

    /// <summary>What Pillow takes for none, is none.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(-6)]
    public void NonsenseIsUpright(int value)
    {
        foreach ((string name, Func<byte[], int, byte[]> say) in OrientationFiles.Ways.Values)
        {
            byte[] file = File.ReadAllBytes(Data(name));
            Assert.Equal(ImageDecoder.Decode(new MemoryStream(say(file, 1))).Rgb,
                ImageDecoder.Decode(new MemoryStream(say(file, value))).Rgb);
        }
    }

    /// <summary>
    /// BYTE, ASCII, UNDEFINED and a type that there is not: Pillow finds no number in the first three, and no tag in the last.
    /// </summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(7, 1)]
    [InlineData(17, 6)]
    public void OtherTypes_AreNoNumber(int type, int orientation)
    {
        byte[] xmp = Encoding.ASCII.GetBytes("XML:com.adobe.xmp\0\0\0\0\0<a tiff:Orientation=\"6\"/>");
        byte[] png = OrientationFiles.With(
            OrientationFiles.With(File.ReadAllBytes(Data("formats/rgb.png")), "iTXt", xmp), "eXIf", OrientationFiles.Tiff(8, type));
        Photo expected = ImageDecoder.Decode(Data(orientation == 1 ? "formats/rgb.png" : $"formats/orientation_{orientation}.png"));
        Assert.Equal(expected.Rgb, ImageDecoder.Decode(new MemoryStream(png)).Rgb);
    }

    /// <summary>Lengths and places that are not in the file, texts that are none: upright, and soon.</summary>
    [Fact]
    public async Task MetadataThatLie_AreNotBelieved() => await Task.Run(() =>
    {
        var random = new Random(3);
        foreach ((string name, Func<byte[], int, byte[]> say) in OrientationFiles.Ways.Values)
        {
            byte[] plain = File.ReadAllBytes(Data(name)), file = say(plain, 6);
            int[] changed = [.. Enumerable.Range(0, file.Length).Where(i => i >= plain.Length || file[i] != plain[i])];
            for (int i = 0; i < 60; i++)
            {
                byte[] bytes = (byte[])file.Clone();
                bytes[changed[random.Next(Math.Min(changed.Length, 300))]] = (byte)(i % 2 == 0 ? 0xFF : random.Next(256));
                try
                {
                    Assert.InRange(ImageDecoder.Decode(new MemoryStream(bytes), 1_000_000).Rgb.Length, 1, 3_000_000);
                }
                catch (ImageFileException)
                {
                }
            }
        }
    }).WaitAsync(TimeSpan.FromMinutes(5));

    /// <summary>Megabytes of blanks in some thousand bytes, forty times: of the last ones the first megabyte is looked at.</summary>
    [Fact]
    public void ABombOfText_IsLookedAtNoFurtherThanNeeded()
    {
        byte[] png = File.ReadAllBytes(Data("formats/rgb.png"));
        byte[] packed = OrientationFiles.Packed([.. "\nexif\n 1\n"u8, .. Enumerable.Repeat((byte)' ', 64 << 20)]);
        byte[] text = [.. "Raw profile type exif\0\0"u8, .. packed];
        byte[] bombs = Enumerable.Range(0, 40).Aggregate(png, (file, _) => OrientationFiles.With(file, "zTXt", text));
        long built = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(ImageDecoder.Decode(new MemoryStream(png)).Rgb, ImageDecoder.Decode(new MemoryStream(bombs)).Rgb);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - built, 0, 16 << 20);
    }

    /// <summary>EXIF data that a program packed with more behind the orientation than is looked at.</summary>
    [Fact]
    public void ALongProfile_IsReadAsFarAsNeeded()
    {
        byte[] profile = [.. OrientationFiles.Tiff(6), .. new byte[3 << 20]];
        byte[] text = [.. "Raw profile type exif\0\0"u8,
            .. OrientationFiles.Packed([.. Encoding.ASCII.GetBytes($"\nexif\n{profile.Length,8}\n"),
            .. Encoding.ASCII.GetBytes(Convert.ToHexString(profile))])];
        Photo photo = ImageDecoder.Decode(
            new MemoryStream(OrientationFiles.With(File.ReadAllBytes(Data("formats/rgb.png")), "zTXt", text)));
        Assert.Equal(ImageDecoder.Decode(Data("formats/orientation_6.png")).Rgb, photo.Rgb);
    }

    private static string Data(string name) => Repository.Data(name.Split('/'));
}
