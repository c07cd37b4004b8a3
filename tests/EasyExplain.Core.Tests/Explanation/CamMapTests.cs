using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Runtime;
using TorchSharp;

namespace EasyExplain.Tests.Explanation;

public class CamMapTests
{
    private static readonly float[,] Values = { { 0, 0.25f, 0 }, { 0, 0.5f, 1 } };

    [Fact]
    public void ThePeak_IsTheCentreOfTheHighestCell()
    {
        (double X, double Y) asked = default;
        var map = new CamMap("layer4", Values, (x, y) =>
        {
            asked = (x, y);
            return new PixelPoint(7, 9);
        });
        Assert.Equal((2.5 / 3, 1.5 / 2), asked);
        Assert.Equal(new PixelPoint(7, 9), map.Peak);
        Assert.Equal((2, 3), (map.Height, map.Width));
        Assert.False(map.IsEmpty);
    }

    [Fact]
    public void TheArray_IsACopy_TheTensor_HasItsValues()
    {
        NativeLibraries.LoadTorch();
        var map = new CamMap("layer4", Values, (_, _) => default);
        map.ToArray()[0, 0] = 5;
        Assert.Equal(0, map.ToArray()[0, 0]);
        using torch.Tensor tensor = map.Tensor;
        Assert.Equal([2, 3], tensor.shape);
        Assert.Equal(torch.float32, tensor.dtype);
        Assert.Equal(Values.Cast<float>(), tensor.data<float>());
    }

    [Fact]
    public void AZeroMap_IsEmpty() => Assert.True(new CamMap("layer4", new float[2, 2], (_, _) => default).IsEmpty);

    /// <summary>Of a wide photo, a centre crop sees the middle square only: there the peak must lie, in pixels of the photo.</summary>
    [Theory]
    [InlineData(ResizeMode.Stretch, 0, 640)]
    [InlineData(ResizeMode.CenterCrop, 250, 390)]
    public void ThePeak_IsInPixelsOfThePhoto_WithinWhatTheNetworkSaw(ResizeMode mode, int left, int right)
    {
        using CamModel model = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions { ResizeMode = mode }, _ => { });
        byte[] rgb = Goldens.PatternImage(160, 640);
        var explainer = new Explainer(model, LayerSelection.Select(model, ["layer1.*"], _ => name => name.StartsWith("layer1.", StringComparison.Ordinal)), [EasyExplain.Explanation.Methods.Catalog.Find("LayerCAM")], ClassChoice.Top(10), new Noise(1, 0, 0, 1));
        PixelPoint[] peaks = [.. explainer.Explain(new Photo(640, 160, rgb), "wide.png").SelectMany(explanation => explanation.Maps).Select(map => map.Peak)];
        Assert.All(peaks, peak => Assert.InRange(peak.X, left, right));
        Assert.All(peaks, peak => Assert.InRange(peak.Y, 0, 159));
        Assert.True(peaks.Max(peak => peak.X) - peaks.Min(peak => peak.X) > (right - left) / 2);
    }
}
