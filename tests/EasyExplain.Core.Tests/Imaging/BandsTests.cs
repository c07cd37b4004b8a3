using EasyExplain.Imaging;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Imaging;

/// <summary>Inputs of one channel, and of bands that are no colours (tests/data/bands, by make_bands.py).</summary>
public sealed class BandsTests
{
    /// <summary>Of a 17×5 pattern, by Pillow's convert("L").</summary>
    private static readonly byte[] GreyOfPillow =
    [
        0, 4, 8, 11, 15, 19, 23, 27, 31, 34, 38, 42, 46, 50, 53, 57, 61, 12, 16, 20, 24, 28, 31, 35, 39, 43, 47, 51, 54, 58, 62, 66, 70, 74,
        25, 29, 32, 36, 40, 44, 48, 51, 56, 59, 63, 67, 71, 75, 78, 82, 87, 37, 41, 45, 49, 52, 56, 60, 64, 68, 72, 76, 80, 84, 88, 92, 96,
        100, 49, 53, 57, 61, 65, 69, 73, 76, 81, 85, 89, 93, 97, 101, 104, 108, 113,
    ];

    [Fact]
    public void OneChannel_IsPillowsGrey()
    {
        var preprocessing = new Preprocessing(5, 17, [0.5], [0.25], ResizeMode.Stretch);
        using Tensor input = preprocessing.ToInput(new Photo(17, 5, Goldens.PatternImage(5, 17)));
        Assert.Equal([1, 1, 5, 17], input.shape);
        Assert.All(input.data<float>().ToArray().Zip(GreyOfPillow),
            pair => Assert.Equal((pair.Second / 255.0 - 0.5) / 0.25, pair.First, 1e-5));
        Photo shown = preprocessing.ToPhoto(input);
        Assert.Equal(GreyOfPillow.SelectMany(grey => new[] { grey, grey, grey }), shown.Rgb);
    }

    [Fact]
    public void OtherNumbersOfChannels_HaveUsualNumbers()
    {
        var colours = new Preprocessing(8, 8, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], ResizeMode.CenterCrop);
        Preprocessing grey = colours.ForChannels(1), bands = colours.ForChannels(5);
        Assert.Equal((1, 0.449, 0.226, ResizeMode.CenterCrop), (grey.Channels, grey.Mean[0], grey.Std[0], grey.ResizeMode));
        Assert.Equal((5, 0.0, 1.0), (bands.Channels, bands.Mean[4], bands.Std[4]));
        Assert.Same(colours, colours.ForChannels(3));
    }

    [Theory]
    [InlineData("six16.tif", 1e-4)]
    [InlineData("six16_planes_big.tif", 1e-4)]
    [InlineData("six32.tif", 1e-4)]
    public void SixBands_AreTheNumbersOfTheFile(string file, double close)
    {
        Photo photo = ImageDecoder.Decode(Repository.Data("bands", file));
        var preprocessing = new Preprocessing(12, 20, [0, 0, 0, 0], [1, 1, 1, 1], ResizeMode.Stretch) { Bands = [4, 3, 2, 6] };
        float[] input = preprocessing.ToInput(photo).data<float>().ToArray();
        int at = 0;
        foreach (int band in new[] { 4, 3, 2, 6 })
        {
            for (int y = 0; y < 12; y++)
            {
                for (int x = 0; x < 20; x++)
                {
                    Assert.Equal((1000 * band + 40 * y + x) / 65535.0, input[at++], close / 100);
                }
            }
        }
        Assert.Equal((20, 12), (photo.Width, photo.Height));
        Assert.True(photo.Rgb[0] == 0 && photo.Rgb[^1] == 255); // stretched to what it has
    }

    [Theory]
    [InlineData("rgbx_tiff_lzw.tif")]
    [InlineData("rgbx_tiff_adobe_deflate.tif")]
    [InlineData("rgbx_packbits.tif")]
    public void AFourthBandBesideColours_IsRead_AndTheColoursAreWhatTheyWere(string file)
    {
        byte[] stored = File.ReadAllBytes(Repository.Data("bands", "rgbx.bin"));
        Photo photo = ImageDecoder.Decode(Repository.Data("bands", file));
        Assert.Equal(stored.Where((_, i) => i % 4 < 3), photo.Rgb);
        var preprocessing = new Preprocessing(48, 64, [0], [1], ResizeMode.Stretch) { Bands = [4] };
        float[] input = preprocessing.ToInput(photo).data<float>().ToArray();
        Assert.All(input.Zip(stored.Where((_, i) => i % 4 == 3)), pair => Assert.Equal(pair.Second / 255.0, pair.First, 1e-6));
    }

    [Fact]
    public void FiveSamplesAPixel_AreFiveBands() =>
        Assert.Equal(5, ImageDecoder.Decode(Repository.Data("bands", "five.tif")).Bands!.Count);

    [Fact]
    public void BandsOfAPhoto_AreItsColours()
    {
        var photo = new Photo(2, 1, [10, 20, 30, 40, 50, 60]);
        var preprocessing = new Preprocessing(1, 2, [0, 0], [1, 1], ResizeMode.Stretch) { Bands = [3, 1] };
        Assert.Equal([30 / 255f, 60 / 255f, 10 / 255f, 40 / 255f], preprocessing.ToInput(photo).data<float>().ToArray());
    }

    [Fact]
    public void ABandThatIsNotThere_IsNamed()
    {
        var preprocessing = new Preprocessing(1, 2, [0, 0, 0, 0], [1, 1, 1, 1], ResizeMode.Stretch);
        var error = Assert.Throws<ImageFileException>(() => preprocessing.ToInput(new Photo(2, 1, new byte[6])));
        Assert.Contains("has 3 bands, and the model takes band 4", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => preprocessing with { Bands = [1, 2] });
    }

    [Fact]
    public void MutatedBands_AreReadOrRefused()
    {
        foreach (string file in new[] { "six16_planes_big.tif", "rgbx_tiff_lzw.tif", "rgbx_packbits.tif" })
        {
            byte[] whole = File.ReadAllBytes(Repository.Data("bands", file));
            var random = new Random(1);
            for (int round = 0; round < 200; round++)
            {
                byte[] changed = round % 4 == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
                for (int i = random.Next(1, 4); i > 0 && changed.Length > 0; i--)
                {
                    changed[random.Next(Math.Max(1, changed.Length - 250), changed.Length)] = (byte)random.Next(256);
                }
                try
                {
                    ImageDecoder.Decode(new MemoryStream(changed), 1 << 20);
                }
                catch (ImageFileException)
                {
                }
            }
        }
    }
}
