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
        var map = new CamMap("layer4", Values, new PixelRegion(10, 20, 30, 40), 100, 100);
        Assert.Equal(new PixelPoint(10 + 25, 20 + 30), map.Peak);
        Assert.Equal((2, 3), (map.Height, map.Width));
        Assert.False(map.IsEmpty);
    }

    [Fact]
    public void TheArray_IsACopy_TheTensor_HasItsValues()
    {
        NativeLibraries.LoadTorch();
        var map = new CamMap("layer4", Values, PixelRegion.Whole(3, 2), 3, 2);
        map.ToArray()[0, 0] = 5;
        Assert.Equal(0, map.ToArray()[0, 0]);
        using torch.Tensor tensor = map.Tensor;
        Assert.Equal([2, 3], tensor.shape);
        Assert.Equal(torch.float32, tensor.dtype);
        Assert.Equal(Values.Cast<float>(), tensor.data<float>());
    }

    [Fact]
    public void AZeroMap_IsEmpty() => Assert.True(new CamMap("layer4", new float[2, 2], PixelRegion.Whole(2, 2), 2, 2).IsEmpty);

    /// <summary>A ramp stays one when it is enlarged bicubically, so that it is known at which pixel it reaches what.</summary>
    [Theory]
    [InlineData(0, 80, 80, 0.5, "40, 0, 40×10", 0.5)]
    [InlineData(0, 80, 80, 0.25, "20, 0, 60×10", 0.75)]
    [InlineData(20, 80, 120, 0.5, "60, 0, 40×10", 1.0 / 3)] // the model saw the middle only
    [InlineData(20, 80, 120, 0, "20, 0, 80×10", 2.0 / 3)]
    public void TheBox_IsAroundWhatReachesTheThreshold_InPixelsOfThePhoto(double left, double width, int photoWidth, double threshold,
        string expected, double share)
    {
        var ramp = new float[1, 8];
        for (int x = 0; x < 8; x++)
        {
            ramp[0, x] = (x + 0.5f) / 8;
        }
        CamBox? box = new CamMap("layer4", ramp, new PixelRegion(left, 0, width, 10), photoWidth, 10).GetBox(threshold);
        Assert.Equal(expected, box is null ? "" : $"{box.X}, {box.Y}, {box.Width}×{box.Height}");
        Assert.Equal(share, box!.Share, tolerance: 1e-12);
    }

    [Fact]
    public void TheBox_IsThatOfTheLargestArea_AndNoneOfAnEmptyMap()
    {
        float[,] two = { { 1, 0, 0, 0, 0 }, { 0, 0, 0, 0.6f, 0.7f }, { 0, 0, 0, 0.4f, 0.6f } };
        var map = new CamMap("layer4", two, PixelRegion.Whole(5, 3), 5, 3);
        Assert.Equal(new CamBox(3, 1, 2, 2, 3 / 15.0), map.GetBox());
        Assert.Equal(new CamBox(3, 1, 2, 2, 4 / 15.0), map.GetBox(0.3));
        Assert.Equal("0, 0, 1×1 (6.7 %)", $"{map.GetBox(0.9)}");
        Assert.Throws<ArgumentOutOfRangeException>(() => map.GetBox(1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.GetBox(double.NaN));
        Assert.Null(new CamMap("layer4", new float[3, 5], PixelRegion.Whole(5, 3), 5, 3).GetBox(0));
    }

    /// <summary>Of a wide photo, a centre crop sees the middle square only: there the peak must lie, in pixels of the photo.</summary>
    [Theory]
    [InlineData(ResizeMode.Stretch, 0, 640)]
    [InlineData(ResizeMode.CenterCrop, 250, 390)]
    public void ThePeak_IsInPixelsOfThePhoto_WithinWhatTheNetworkSaw(ResizeMode mode, int left, int right)
    {
        using CamModel model = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions { ResizeMode = mode }, _ => { });
        byte[] rgb = Goldens.PatternImage(160, 640);
        var explainer = new Explainer(model,
            LayerSelection.Select(model, ["layer1.*"], _ => name => name.StartsWith("layer1.", StringComparison.Ordinal)),
            [EasyExplain.Explanation.Methods.MethodCatalog.Find("LayerCAM")], ClassChoice.Top(10), new MethodSettings(1, 0, 0, 1));
        PixelPoint[] peaks = [.. explainer.Explain(new Photo(640, 160, rgb), "wide.png").SelectMany(explanation => explanation.Maps)
            .Select(map => map.Peak)];
        Assert.All(peaks, peak => Assert.InRange(peak.X, left, right));
        Assert.All(peaks, peak => Assert.InRange(peak.Y, 0, 159));
        Assert.True(peaks.Max(peak => peak.X) - peaks.Min(peak => peak.X) > (right - left) / 2);
    }
}
