using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation;

/// <summary>LeGrad where torch-cam has no numbers: attention in windows, files, and networks that it cannot explain.</summary>
public sealed class LeGradTests
{
    /// <summary>In plain arithmetic: for each place the mean of max(∂s/∂O · v, 0) over heads and the places of its window.</summary>
    [Theory]
    [InlineData(8, 8, 4, 0)]
    [InlineData(8, 8, 4, 2)] // windows that are rolled around see what lay together before
    [InlineData(6, 9, 4, 2)] // filled up with places of zeros
    [InlineData(4, 4, 4, 2)] // one window, which is not shifted
    public void InWindows_APlaceIsSeenByItsNeighbours(int height, int width, int window, int shift)
    {
        const int Heads = 2, Depth = 3, Channels = Heads * Depth;
        using DisposeScope scope = NewDisposeScope();
        var bias = new Parameter("bias", 3 * Channels);
        bias.Load(arange(3f * Channels) / 7);
        using var generator = new Generator(5, CPU);
        Tensor projected = randn([1, height, width, 3 * Channels], generator: generator);
        Tensor gradient = randn([1, height, width, Channels], generator: generator);
        var attention = new ShiftedWindowAttention(Heads, window, shift, new QueryKeyValue(new Parameter("w", 1), bias, true), null);
        float[] got = attention.Rises(projected, gradient).flatten().data<float>().ToArray();

        int rows = (height + window - 1) / window * window, columns = (width + window - 1) / window * window;
        int down = window < rows ? shift : 0, right = window < columns ? shift : 0;
        // Where a place lies after the roll, and which part of the picture it came from.
        (int Row, int Column, int Part) Rolled(int y, int x)
        {
            (int row, int column) = ((y - down + rows) % rows, (x - right + columns) % columns);
            return (row / window, column / window, (row >= rows - down ? 1 : 0) + (column >= columns - right ? 2 : 0));
        }

        var (p, g) = (projected[0].data<float>().ToArray(), gradient[0].data<float>().ToArray());
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                double sum = 0;
                for (int fromY = 0; fromY < height; fromY++)
                {
                    for (int fromX = 0; fromX < width; fromX++)
                    {
                        if (Rolled(fromY, fromX) != Rolled(y, x))
                        {
                            continue;
                        }
                        for (int head = 0; head < Heads; head++)
                        {
                            double product = Enumerable.Range(head * Depth, Depth).Sum(c =>
                                (double)g[(fromY * width + fromX) * Channels + c] * p[(y * width + x) * 3 * Channels + 2 * Channels + c]);
                            sum += Math.Max(0, product);
                        }
                    }
                }
                Assert.Equal(sum / (Heads * window * window), got[y * width + x], tolerance: 1e-5);
            }
        }
    }

    [Fact]
    public void OfSwin_TheLastStageIsExplained_AndOthersAreRefusedWithAReason()
    {
        using CamModel model = GoldenModels.Build("swin_t", 128);
        CamExplanation explanation = Explain(model, "features.7.0", "features.7.1");
        Assert.Equal((4, 4), (explanation.Map.Height, explanation.Map.Width));
        Assert.False(explanation.Map.IsEmpty);
        string why = Assert.Throws<SelectionException>(() => Explain(model, "features.3")).Message;
        Assert.Contains("'features.3'", why, StringComparison.Ordinal);
        Assert.Contains("Name layers of the last stage", why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("torchscript/vit_traced.pt")]
    [InlineData("onnx/vit_14.onnx")]
    public void OfAFile_ItFindsTheAttention_AndNoGridIsAskedFor(string file)
    {
        using CamModel model = ModelImporter.Import(Repository.Data(file.Split('/')), new ModelOptions { InputSize = [16] }, _ => { });
        CamExplanation explanation = Explain(model, "encoder.layers.encoder_layer_0", "encoder.layers.encoder_layer_1");
        Assert.Equal(2, explanation.Maps.Length);
        Assert.False(explanation.Map.IsEmpty);
    }

    [Fact]
    public void WithoutAttention_OrBeforeIt_ItSaysSo()
    {
        using CamModel model = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });
        Assert.Contains("no attention between places", Assert.Throws<SelectionException>(() => Explain(model, "layer3")).Message,
            StringComparison.Ordinal);
        using CamModel transformer = GoldenModels.Build("vit_b_32", 64);
        Assert.Contains("no attention comes before", Assert.Throws<SelectionException>(() => Explain(transformer, "conv_proj")).Message,
            StringComparison.Ordinal);
    }

    private static CamExplanation Explain(CamModel model, params string[] layers) => new Explainer(model,
        LayerSelection.Select(model, layers), [LeGrad.Method], ClassChoice.Predicted, new MethodSettings(null, 0, 0, 16))
        .Explain(GoldenModels.Pattern(model), null).Single();
}
