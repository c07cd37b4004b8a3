using System.Text.Json;
using EasyExplain.Imaging;

namespace EasyExplain.Tests.Imaging;

public class PhotoResizerTests
{
    [Fact]
    public void FitWithin_IsPillowsBicubic()
    {
        foreach (JsonElement figure in Figures.Of("reductions"))
        {
            Photo photo = PhotoResizer.FitWithin(Figures.PatternPhoto(figure.Int("height"), figure.Int("width")), figure.Int("size"));
            Assert.Equal((figure.Int("newWidth"), figure.Int("newHeight")), (photo.Width, photo.Height));
            Assert.InRange(Figures.LargestDifference(photo, figure.Grid()), 0, 1);
        }
    }

    [Fact]
    public void FitWithin_NeverEnlarges()
    {
        Photo photo = Figures.PatternPhoto(30, 40);
        Assert.Same(photo, PhotoResizer.FitWithin(photo, 40));
        Assert.Same(photo, PhotoResizer.FitWithin(photo, 1024));
    }

    [Fact]
    public void FitWithin_KeepsAPixelOfASliver()
    {
        Photo photo = PhotoResizer.FitWithin(Figures.PatternPhoto(2, 5000), 100);
        Assert.Equal((100, 1), (photo.Width, photo.Height));
    }
}
