using EasyExplain.Detectors;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Tests.Networks;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Segmentation;

/// <summary>A segmenter whose classes are the colours of its input: what it says is known place by place.</summary>
[Collection(Alone.Name)]
public sealed class SegmentedRegionsTests : IDisposable
{
    private const int Side = 8;
    private readonly CamModel _model = Model(3, Activation.Softmax, ["background", "green", "blue"]);
    private readonly Photo _photo;

    // Black (background), with a green rectangle of 3 × 2 cells and a blue one of 1 × 2; each cell is 10 pixels.
    public SegmentedRegionsTests() => _photo = Painted((1, 1, 3, 2, 1), (6, 5, 1, 2, 2));

    public void Dispose() => _model.Dispose();

    [Fact]
    public void EachClassThatIsSomewhere_IsExplainedWhereItIs_TheLargestFirst()
    {
        CamExplanation[] all = [.. Explain(ClassChoice.Predicted)];
        Assert.Equal(["green", "blue"], all.Select(one => one.Label));
        Assert.Equal(new DetectionBox(10, 10, 30, 20), all[0].Box);
        Assert.Equal(new DetectionBox(60, 50, 10, 20), all[1].Box);
        Assert.Equal(4, all[0].Score, 1e-5);
        Assert.Equal(Math.Exp(4) / (Math.Exp(4) + 2), all[0].Probability, 1e-4);
        float[,] map = all[0].Map.ToArray();
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                Assert.Equal(x is >= 1 and < 4 && y is >= 1 and < 3 ? 1 : 0, map[y, x], 1e-4);
            }
        }
    }

    [Fact]
    public void TopClassAndRegion_Choose()
    {
        Assert.Equal(["green"], Explain(ClassChoice.Top(1)).Select(one => one.Label));
        Assert.Equal(["blue", "green"], Explain(ClassChoice.Of(_model, "blue", "green")).Select(one => one.Label));
        Assert.Equal(["background"], Explain(ClassChoice.Of(_model, "background")).Select(one => one.Label));
        CamExplanation within = Explain(ClassChoice.Predicted with { Region = new DetectionBox(50, 40, 30, 30) }).Single();
        Assert.Equal(("blue", new DetectionBox(50, 40, 30, 30)), (within.Label, within.Box));
        Assert.Equal(4 * 2 / 9.0, within.Score, 1e-5);
        CamExplanation green = Explain(ClassChoice.Of(_model, "green") with { Region = new DetectionBox(50, 40, 30, 30) }).Single();
        Assert.Equal(("green", 0), (green.Label, Math.Round(green.Score, 5)));
    }

    [Fact]
    public void AClassThatIsNowhere_IsNotFound()
    {
        CamExplanation none = new Explainer(_model, Layers(_model), [LayerCAM.Method], ClassChoice.Of(_model, "blue"),
            new MethodSettings(1, 0, 0, 1)).Explain(Painted((0, 0, 2, 2, 1)), null).Single();
        Assert.True(none is { Found: false, Class: -1, Maps.Length: 0 });
        Assert.Equal(["green"], none.Predicted);
    }

    [Fact]
    public void OneOutput_IsThereOrNot()
    {
        using CamModel lesions = Model(1, Activation.Sigmoid, ["lesion"]);
        CamExplanation found = new Explainer(lesions, Layers(lesions), [LayerCAM.Method], ClassChoice.Predicted,
            new MethodSettings(1, 0, 0, 1)).Explain(Painted((2, 3, 2, 2, 0)), null).Single();
        Assert.Equal(("lesion", new DetectionBox(20, 30, 20, 20)), (found.Label, found.Box));
        Assert.Equal(1 / (1 + Math.Exp(-2)), found.Probability, 1e-4);
    }

    private IReadOnlyList<CamExplanation> Explain(ClassChoice choice) =>
        new Explainer(_model, Layers(_model), [LayerCAM.Method], choice, new MethodSettings(1, 0, 0, 1)).Explain(_photo, null);

    private static IReadOnlyList<CamLayer> Layers(CamModel model)
    {
        Assert.Equal(["layer"], model.DefaultLayers);
        return LayerSelection.Select(model, model.DefaultLayers);
    }

    /// <summary>Class c has 4 times colour c for its logit, background next to nothing; one class alone 4 times red less 2.</summary>
    private static CamModel Model(int classes, Activation activation, string[] labels)
    {
        var g = new NetworkBuilder(3, Side, Side);
        Node x = g.ReLU("layer", g.Conv2d("colours", g.Input, 3, kernel: 1));
        Network network = g.Build(g.Conv2d("classes", x, classes, kernel: 1));
        SmallNetwork.Picture();
        foreach (Parameter parameter in network.Parameters)
        {
            using var scope = NewDisposeScope();
            Tensor value = zeros([.. parameter.Shape]);
            for (int i = 0; value.dim() > 1 && i < value.shape[0]; i++)
            {
                value[i, i, 0, 0] = parameter.Name.StartsWith("classes", StringComparison.Ordinal) ? (i == 0 && classes > 1 ? 0 : 4) : 1;
            }
            if (parameter.Name == "classes.bias")
            {
                value[0] = classes > 1 ? 0.001 : -2;
            }
            parameter.Load(value);
        }
        return new CamModel("colours", "colours", "", network,
            new Preprocessing(Side, Side, [0, 0, 0], [1, 1, 1], ResizeMode.Stretch) { Interpolation = Interpolation.Nearest },
            labels, CPU, activation: activation, task: CamTask.Segment);
    }

    private static Photo Painted(params (int X, int Y, int Width, int Height, int Colour)[] rectangles)
    {
        const int cell = 10;
        byte[] pixels = new byte[Side * cell * Side * cell * 3];
        foreach (var (x, y, width, height, colour) in rectangles)
        {
            for (int row = y * cell; row < (y + height) * cell; row++)
            {
                for (int column = x * cell; column < (x + width) * cell; column++)
                {
                    pixels[(row * Side * cell + column) * 3 + colour] = 255;
                }
            }
        }
        return new Photo(Side * cell, Side * cell, pixels);
    }
}
