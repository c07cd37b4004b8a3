using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Models;
using Methods = EasyExplain.Explanation.Methods.MethodCatalog;

namespace EasyExplain.Tests.Explanation;

public sealed class ExplainedPhotoTests
{
    private static readonly string Rocket = Repository.Photo("rocket.jpg"); // 640 x 427

    [Fact]
    public void APhotoOfFewerPixels_ServesSmallPictures_AndIsReadAgainForLargeOnes()
    {
        Photo half = ImageDecoder.DecodeFor(Rocket, 320, 1);
        var photo = new ExplainedPhoto(half, Rocket);
        Assert.Equal([427, 640], photo.Size);
        Assert.Same(half, photo.Get(320));
        Photo whole = photo.Get();
        Assert.Equal(ImageDecoder.Decode(Rocket).Rgb, whole.Rgb);
        Assert.Same(whole, photo.Get(320)); // it is there by now
        GC.KeepAlive(half);
        GC.KeepAlive(whole);
    }

    [Theory]
    [InlineData(300, ResizeMode.Stretch)]
    [InlineData(300, ResizeMode.CenterCrop)]
    [InlineData(640, ResizeMode.CenterCrop)]
    [InlineData(1024, ResizeMode.Stretch)]
    public void APicture_LooksAsThatOfTheWholePhoto(int maxSize, ResizeMode mode)
    {
        using CamModel model = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions { ResizeMode = mode }, _ => { });
        var explainer = new Explainer(model, LayerSelection.Select(model, ["layer3"]), [Methods.Find("LayerCAM")],
            ClassChoice.Of(model, "airplane"), new MethodSettings(1, 0, 0, 1));
        var look = new CamPicture(0.5, Colormap.Jet, 0.5, maxSize);
        Photo expected = look.Draw(explainer.Explain(ImageDecoder.Decode(Rocket), Rocket).Single(), OverlayStyle.Overlay);
        Photo half = ImageDecoder.DecodeFor(Rocket, 320, 1);
        Photo drawn = look.Draw(explainer.Explain(half, Rocket).Single(), OverlayStyle.Overlay);
        Assert.Equal((Math.Min(maxSize, 640), expected.Height), (drawn.Width, drawn.Height));
        Assert.InRange(expected.Rgb.Zip(drawn.Rgb, (a, b) => Math.Abs(a - b)).Average(), 0, 2);
        GC.KeepAlive(half);
    }
}
