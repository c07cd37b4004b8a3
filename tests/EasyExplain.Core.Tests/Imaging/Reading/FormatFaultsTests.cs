using System.Text;
using EasyExplain.Imaging;
using EasyExplain.Imaging.Reading;
using SixLabors.ImageSharp.Formats.Pbm;
using SixLabors.ImageSharp.PixelFormats;

namespace EasyExplain.Tests.Imaging.Reading;

/// <summary>What is not read is named; what cannot be right is an error.</summary>
public class FormatFaultsTests
{
    private const long MaxPixels = ImageDecoder.DefaultMaxPixels;

    [Theory]
    [InlineData("refused_bigtiff.tif", "BigTIFF")] // ImageSharp would read it for ever
    [InlineData("refused_fax3.tif", "group 3 fax")] // and these inverted
    [InlineData("refused_fax4.tif", "group 4 fax")]
    [InlineData("refused_tiled.tif", "tiles")]
    [InlineData("refused_zstd.tif", "ZSTD")]
    [InlineData("refused_lzma.tif", "LZMA")]
    [InlineData("refused_predictor3.tif", "predictor 3")]
    [InlineData("refused_planar_predictor.tif", "predictor 2 of planes")] // and this, and most of what follows, as noise
    [InlineData("refused_float16.tif", "16-bit floating point")]
    [InlineData("refused_float64.tif", "64-bit floating point")]
    [InlineData("refused_float_planar.tif", "planes of 32-bit floating point")]
    [InlineData("refused_uint32.tif", "32-bit integers")]
    [InlineData("refused_uint64.tif", "64-bit integers")]
    [InlineData("refused_int16.tif", "16-bit signed integers")]
    [InlineData("refused_complex.tif", "complex numbers")]
    [InlineData("refused_cmyk.tif", "CMYK")]
    [InlineData("refused_lab.tif", "Lab")]
    [InlineData("refused_gray_alpha.tif", "grey, 2 x 8-bit")]
    [InlineData("refused_palette_start.tga", "palette that begins at colour 3")]
    public async Task OtherKinds_AreCalledByTheirName(string name, string what)
    {
        ImageFileException e = await Fault(FormatFiles.Bytes(name));
        Assert.Equal(ImageFault.Unsupported, e.Fault);
        Assert.Matches($"is a (TIFF|TGA) image of a kind that is not read here \\(.*{what}.*\\)", e.Message);
    }

    [Fact]
    public void EveryRefusedFile_IsNamedAbove() => Assert.Equal(
        FormatFiles.All.Count() - FormatFiles.Expected.Count,
        typeof(FormatFaultsTests).GetMethod(nameof(OtherKinds_AreCalledByTheirName))!.GetCustomAttributes(typeof(InlineDataAttribute),
            false).Length);

    [Fact]
    public async Task BigTiffOfTheOtherByteOrder_IsRefusedToo() =>
        Assert.Contains("BigTIFF", (await Fault([.. "MM\0\x2B\0\x08\0\0"u8, 0, 0, 0, 0, 0, 0, 0, 16, .. new byte[32]])).Message);

    /// <summary>Width, height, rows, offsets, lengths: a directory's numbers that do not fit the file.</summary>
    [Theory]
    [InlineData("rgb_one_strip.tif", 256, 60_000, ImageFault.Damaged, "for 3420000 bytes of pixels")]
    [InlineData("rgb.tif", 256, 400_000_000, ImageFault.TooLarge, "400000000 x 19")] // before memory is taken
    [InlineData("orientation_2.tif", 256, 1_000_000, ImageFault.Damaged, "bytes of pixels")] // Deflate cannot pack so much so small
    [InlineData("rgb.tif", 257, 0, ImageFault.Damaged, "29 x 0")]
    [InlineData("rgb.tif", 278, 1, ImageFault.Damaged, "4 strips, not 19")]
    [InlineData("rgb.tif", 278, 0, ImageFault.Damaged, "no rows")]
    [InlineData("rgb_lzw.tif", 273, 100_000, ImageFault.Truncated, "ends too early")]
    [InlineData("rgb_lzw.tif", 279, 100_000, ImageFault.Truncated, "ends too early")]
    [InlineData("rgb.tif", 279, 5, ImageFault.Damaged, "strip 0 has 5 bytes")]
    [InlineData("orientation_2.tif", 279, 700, ImageFault.Damaged, "strip 0 does not have all its pixels")] // Deflate
    [InlineData("rgb_lzw.tif", 279, 208, ImageFault.Damaged, "damaged")]
    [InlineData("rgb_packbits.tif", 279, 220, ImageFault.Damaged, "damaged")]
    [InlineData("jpeg_ycc.tif", 279, 220, ImageFault.Damaged, "strip 0 ends too early")]
    public async Task ADirectoryThatLies_IsNotBelieved(string name, int tag, long number, ImageFault fault, string reason)
    {
        ImageFileException e = await Fault(FormatFiles.TiffWith(name, tag, number));
        Assert.Equal(fault, e.Fault);
        Assert.Contains(reason, e.Message);
    }

    /// <summary>A header that announces more than there is, as a TIFF's does above.</summary>
    [Theory]
    [InlineData("P5 60000 60000 255\n", ImageFault.TooLarge)]
    [InlineData("P5 6000 6000 255\n", ImageFault.Truncated)]
    [InlineData("P2 6000 6000 255\n 1 2 3", ImageFault.Truncated)]
    [InlineData("P2 2 1 255\n 1 256", ImageFault.Damaged)] // more than the largest
    [InlineData("P2 2 1 255\n 1 -1", ImageFault.Damaged)]
    [InlineData("P1 2 1\n 12", ImageFault.Damaged)]
    [InlineData("P5 2 1 70000\n 1111", ImageFault.Damaged)]
    [InlineData("P5 0 1 255\n 1111", ImageFault.Damaged)]
    [InlineData("P5 99999999999999999999 1 255\n 1111", ImageFault.TooLarge)]
    public async Task APnmHeaderThatLies_IsNotBelieved(string text, ImageFault fault) =>
        Assert.Equal(fault, (await Fault(Encoding.ASCII.GetBytes(text))).Fault);

    [Fact]
    public async Task ATgaHeaderThatLies_IsNotBelieved()
    {
        byte[] file = FormatFiles.Bytes("rgb.tga");
        (file[12], file[13]) = (0xFF, 0xFF);
        Assert.Equal(ImageFault.Truncated, (await Fault(file)).Fault);
        (file[14], file[15]) = (0xFF, 0xFF);
        Assert.Equal(ImageFault.TooLarge, (await Fault(file)).Fault);
    }

    /// <summary>ImageSharp throws what comes along; for the user the file is damaged.</summary>
    [Theory]
    [InlineData("rgb_deflate_predictor_big.tif")]
    [InlineData("rgb_lzw.tif")]
    [InlineData("jpeg_ycc.tif")]
    public async Task DataThatMakeNoSense_AreDamaged(string name)
    {
        byte[] file = FormatFiles.Bytes(name);
        file.AsSpan(8, 200).Fill(0xFF);
        ImageFileException e = await Fault(file);
        Assert.Equal(ImageFault.Damaged, e.Fault);
        Assert.Contains("is a TIFF image whose data are damaged", e.Message);
    }

    /// <summary>Should a file get past the header's checks, it gets no more memory than its picture needs.</summary>
    [Fact]
    public void WhatTheHeaderDoesNotSay_GetsNoMemory()
    {
        byte[] bytes = "P5 20000 20000 255\n"u8.ToArray();
        var file = new ImageFile(bytes, bytes.Length, "PNM", null, MaxPixels, (1, 1));
        var e = Assert.Throws<ImageFileException>(() => SharpDecoder.Decode<Rgb48>(file, file.ToStream(), new PbmDecoder(), 100, 100));
        Assert.Equal(ImageFault.TooLarge, e.Fault);
    }

    /// <summary>A page that says that it is followed by itself.</summary>
    [Fact]
    public async Task PagesInACircle_HaveAnEnd()
    {
        byte[] file = FormatFiles.Bytes("rgb.tif");
        (int start, int end) = FormatFiles.Header(file);
        BitConverter.GetBytes(start).CopyTo(file, end - 4);
        byte[] expected = ImageDecoder.Decode(FormatFiles.Path("rgb.png")).Rgb;
        Assert.Equal(expected, (await Task.Run(() => ImageDecoder.Decode(new MemoryStream(file))).WaitAsync(TimeSpan.FromMinutes(2))).Rgb);
    }

    public static TheoryData<string> NoImages =>
    [
        "P1 is where the cars stand; P2 and P3 are full.", "P5\n", "P6 and more of it than a header has",
        "P7\nWIDTH 4\n", "II*and so on, a text that begins oddly",
        "MMXXIV was a year of many pages", "\u0003\u0001\u0002\u0003 control characters and then text",
        "TRUEVISION-XFILE.\0 stands at the end of a TGA",
        "\0\0\u0002 a header of TGA would go on otherwise", new string('\0', 64), new string(' ', 64),
        "1,2,3\n4,5,6\n7,8,9\n10,11,12\n13,14,15\n",
    ];

    [Theory]
    [MemberData(nameof(NoImages))]
    public async Task Text_IsNoImage(string text)
    {
        foreach (Encoding encoding in new[] { Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            ImageFileException e = await Fault(encoding.GetBytes(text));
            Assert.Equal(ImageFault.NotAnImage, e.Fault);
            Assert.Contains("JPEG, PNG, WebP, GIF, BMP, TIFF, PBM/PGM/PPM and TGA are read", e.Message);
        }
    }

    /// <summary>TGA has no signature: noise that has the right kind and depth by chance must not pass for one.</summary>
    [Fact]
    public void Noise_IsNoTga()
    {
        var random = new Random(1);
        byte[] noise = new byte[64];
        for (int i = 0; i < 10_000; i++)
        {
            random.NextBytes(noise);
            noise[0] = 0x80; // no other signature
            (noise[1], noise[2], noise[7], noise[16], noise[17]) = (0, 2, 0, 24, 0x20);
            var e = Assert.Throws<ImageFileException>(() => ImageDecoder.Decode(new MemoryStream(noise)));
            Assert.True(e.Fault is ImageFault.NotAnImage, Convert.ToHexString(noise));
        }
    }

    private static Task<ImageFileException> Fault(byte[] file) =>
        Task.Run(() => Assert.Throws<ImageFileException>(() => ImageDecoder.Decode(new MemoryStream(file))))
            .WaitAsync(TimeSpan.FromMinutes(2));
}
