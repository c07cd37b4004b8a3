using System.Text.Json;
using EasyExplain.Imaging;
using TorchSharp;

namespace EasyExplain.Tests.Imaging;

public class PreprocessingTests
{
    private static readonly double[] Mean = [0.485, 0.456, 0.406];
    private static readonly double[] Std = [0.229, 0.224, 0.225];

    private static float[] Input(Preprocessing preprocessing, Photo photo)
    {
        using torch.Tensor input = preprocessing.ToInput(photo);
        Assert.Equal([1L, 3, preprocessing.Height, preprocessing.Width], input.shape);
        Assert.Equal(torch.ScalarType.Float32, input.dtype);
        return input.data<float>().ToArray();
    }

    [Theory]
    [InlineData(480, 640)]
    [InlineData(100, 37)]
    [InlineData(224, 224)]
    [InlineData(1000, 300)]
    public void Stretch_IsPyTorchsInterpolate(int height, int width)
    {
        float[] golden = Goldens.Load("pipeline")[$"preprocess/{height}x{width}/antialias=True"].Floats; // every 16th pixel
        float[] input = Input(new Preprocessing(224, 224, Mean, Std, ResizeMode.Stretch), Figures.PatternPhoto(height, width));
        for (int i = 0; i < golden.Length; i++)
        {
            int c = i / 196, y = i / 14 % 14 * 16, x = i % 14 * 16;
            Assert.Equal(golden[i], input[(c * 224 + y) * 224 + x], 1e-4);
        }
    }

    [Fact]
    public void CenterCrop_IsTorchvisions()
    {
        foreach (JsonElement figure in Figures.Of("centerCrops"))
        {
            int side = figure.Int("side");
            var preprocessing = new Preprocessing(side, side, [0, 0, 0], [1, 1, 1], ResizeMode.CenterCrop);
            float[] input = Input(preprocessing, Figures.PatternPhoto(figure.Int("height"), figure.Int("width")));
            double[] mean = figure.Doubles("mean");
            for (int c = 0; c < 3; c++)
            {
                Assert.Equal(mean[c], input.Skip(c * side * side).Take(side * side).Average(v => (double)v), 1e-5);
                foreach (((int x, int y), double[] expected) in Figures.GridPlaces(side, side).Zip(figure.Grid()))
                    Assert.Equal(expected[c], input[(c * side + y) * side + x], 1e-4);
            }
        }
    }

    /// <summary>
    /// torchvision resizes a Pillow picture, whose two passes round to bytes: up to one step of 255 from the exact value.
    /// </summary>
    [Fact]
    public void Presets_AreTorchvisions()
    {
        const double step = 1.1 / 255;
        foreach (JsonElement figure in Figures.Of("presets"))
        {
            int side = figure.Int("crop");
            var preprocessing = new Preprocessing(side, side, Mean, Std, ResizeMode.CenterCrop)
            {
                ResizeSize = figure.Int("resize"),
                Interpolation = Enum.Parse<Interpolation>(figure.GetProperty("interpolation").GetString()!, ignoreCase: true),
            };
            float[] input = Input(preprocessing, Figures.PatternPhoto(figure.Int("height"), figure.Int("width")));
            double[] mean = figure.Doubles("mean");
            for (int c = 0; c < 3; c++)
            {
                Assert.Equal(mean[c], input.Skip(c * side * side).Take(side * side).Average(v => (double)v), 0.1 * step / Std[c]);
                foreach (((int x, int y), double[] expected) in Figures.GridPlaces(side, side).Zip(figure.Grid()))
                    Assert.Equal(expected[c], input[(c * side + y) * side + x], step / Std[c]);
            }
        }
    }

    /// <summary>480 x 640: resized to 256 x 341, cut at row 16 and column round(58.5) = 58.</summary>
    [Fact]
    public void CenterCrop_TellsWhichPartItShows()
    {
        PixelRegion region = new Preprocessing(224, 224, Mean, Std, ResizeMode.CenterCrop).RegionOf(640, 480);
        Assert.Equal(58 * 640 / 341.0, region.X, 1e-9);
        Assert.Equal(16 * 480 / 256.0, region.Y, 1e-9);
        Assert.Equal(224 * 640 / 341.0, region.Width, 1e-9);
        Assert.Equal(224 * 480 / 256.0, region.Height, 1e-9);
    }

    [Theory]
    [InlineData(100, 400, 640, 480)]
    [InlineData(400, 100, 640, 480)]
    [InlineData(64, 96, 96, 64)]
    [InlineData(32, 32, 1, 1)]
    public void CenterCrop_KeepsInsideThePhotoAndItsAspect(int inputHeight, int inputWidth, int photoWidth, int photoHeight)
    {
        PixelRegion region = new Preprocessing(inputHeight, inputWidth, Mean, Std, ResizeMode.CenterCrop).RegionOf(photoWidth, photoHeight);
        Assert.True(region.X >= 0 && region.X + region.Width <= photoWidth);
        Assert.True(region.Y >= 0 && region.Y + region.Height <= photoHeight);
        Assert.Equal((double)inputWidth / inputHeight, region.Width / region.Height, 0.02 * inputWidth / inputHeight);
        Assert.Equal(0.875, Math.Max(region.Width / photoWidth, region.Height / photoHeight), 0.5 / 37);
    }

    [Fact]
    public void Stretch_ShowsTheWholePhoto() =>
        Assert.Equal(new PixelRegion(0, 0, 640, 480), new Preprocessing(224, 224, Mean, Std, ResizeMode.Stretch).RegionOf(640, 480));

    /// <summary>The whole of it, resized, would have 29 GB.</summary>
    [Fact]
    public void CenterCrop_OfASliver_ComputesTheCropOnly()
    {
        var sliver = new Photo(1, 40_000, Enumerable.Range(0, 40_000 * 3).Select(i => (byte)(i / 3 / 157)).ToArray());
        float[] input = Input(new Preprocessing(224, 224, [0, 0, 0], [1, 1, 1], ResizeMode.CenterCrop), sliver);
        Assert.All(input, value => Assert.Equal(127 / 255.0, value, 1e-5));
    }

    [Fact]
    public void ToPhoto_UndoesToInput()
    {
        var preprocessing = new Preprocessing(48, 64, Mean, Std, ResizeMode.Stretch);
        Photo photo = Figures.PatternPhoto(48, 64);
        using torch.Tensor input = preprocessing.ToInput(photo);
        using torch.Tensor doubles = input.squeeze(0).to(torch.ScalarType.Float64);
        Assert.Equal(photo.Rgb, preprocessing.ToPhoto(input).Rgb);
        Assert.Equal(photo.Rgb, preprocessing.ToPhoto(doubles).Rgb);
        Assert.Equal((64, 48), (preprocessing.ToPhoto(input).Width, preprocessing.ToPhoto(input).Height));
    }

    [Fact]
    public void ToPhoto_ClampsWhatNoPhotoHolds()
    {
        var preprocessing = new Preprocessing(1, 1, [0, 0, 0], [1, 1, 1], ResizeMode.Stretch);
        using torch.Tensor wild = torch.tensor(new[] { float.NaN, -3, float.PositiveInfinity }, [1, 3, 1, 1]);
        Assert.Equal([0, 0, 255], preprocessing.ToPhoto(wild).Rgb);
    }

    [Fact]
    public void ToPhoto_NamesAShapeThatIsNoPhoto()
    {
        using torch.Tensor batch = torch.zeros(2, 3, 4, 4);
        var e = Assert.Throws<ArgumentException>(() => new Preprocessing(4, 4, Mean, Std, ResizeMode.Stretch).ToPhoto(batch));
        Assert.Contains("[2, 3, 4, 4]", e.Message);
    }

    [Fact]
    public void Numbers_ThatCannotBe_AreRefusedWithTheirValues()
    {
        Assert.Contains("2 means", Assert.Throws<ArgumentException>(() => new Preprocessing(4, 4, [1, 2], Std, ResizeMode.Stretch)).Message);
        Assert.Contains("1, 0, 1", Assert.Throws<ArgumentException>(() =>
            new Preprocessing(4, 4, Mean, [1, 0, 1], ResizeMode.Stretch)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Preprocessing(0, 4, Mean, Std, ResizeMode.Stretch));
    }

    [Fact]
    public void NoTensor_IsLeftBehind()
    {
        var preprocessing = new Preprocessing(32, 32, Mean, Std, ResizeMode.Stretch);
        using DisposeScope scope = torch.NewDisposeScope();
        using (torch.Tensor input = preprocessing.ToInput(Figures.PatternPhoto(40, 50)))
        {
            using torch.Tensor doubles = input.to(torch.ScalarType.Float64);
            preprocessing.ToPhoto(doubles);
            Assert.Equal(2, scope.DisposablesCount);
        }
        Assert.Equal(0, scope.DisposablesCount);
    }
}
