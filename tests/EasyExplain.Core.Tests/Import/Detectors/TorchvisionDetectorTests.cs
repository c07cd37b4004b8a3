using System.Text.Json;
using EasyExplain.Detectors;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Import.Detectors;

/// <summary>torchvision's detectors as its exporter writes them, against what torchvision itself finds.</summary>
public sealed class TorchvisionDetectorTests
{
    [Theory]
    [InlineData("ssd")]
    [InlineData("ssdlite")]
    [InlineData("retinanet")]
    [InlineData("fcos")]
    [InlineData("fasterrcnn")]
    public void BoxesScoresAndLabels_AreThoseOfTorchvision(string name)
    {
        using var files = new TorchvisionFiles();
        using CamModel model = files.Import($"{name}.onnx");
        JsonElement expected = TorchvisionFiles.Of(name);
        int[] size = [.. expected.GetProperty("size").EnumerateArray().Select(side => side.GetInt32())];
        Assert.Equal(CamTask.Detect, model.Task);
        Assert.Equal((size[0], size[1]), (model.Preprocessing.Height, model.Preprocessing.Width));
        Assert.Contains(files.Said, said =>
            said.Contains("'boxes' are their corners and 'scores' their probabilities", StringComparison.Ordinal));
        JsonElement thresholds = expected.GetProperty("thresholds");
        var settings = new DetectionSettings(thresholds.GetProperty("score").GetDouble(), thresholds.GetProperty("overlap").GetDouble(),
            thresholds.GetProperty("detections").GetInt32());
        foreach (JsonElement picture in expected.GetProperty("pictures").EnumerateArray())
        {
            using DisposeScope scope = NewDisposeScope();
            Photo photo = TorchvisionFiles.Photo(size[0], size[1], picture.GetProperty("picture").GetInt32());
            Tensor output = Executor.Run(model.Network, model.Preprocessing.ToInput(photo), [], track: false).Logits[0];
            IReadOnlyList<Detection> found = model.Detector!.Find(output, settings, model.Preprocessing, photo);
            // Labels of torchvision's softmaxes count background.
            int first = model.Detector.Background == 0 ? 1 : 0;
            // Some boxes of torchvision's lie outside the picture, and have no size there.
            JsonElement[] boxes = [.. picture.GetProperty("boxes").EnumerateArray()];
            bool HasSize(int i) => boxes[i][2].GetDouble() > boxes[i][0].GetDouble() && boxes[i][3].GetDouble() > boxes[i][1].GetDouble();
            IEnumerable<JsonElement> Of(string what) => picture.GetProperty(what).EnumerateArray().Where((_, i) => HasSize(i));
            int[] labels = [.. Of("labels").Select(label => label.GetInt32())];
            Assert.Equal(labels, found.Select(one => one.Class + first));
            Assert.All(Of("scores").Zip(found),
                pair => Assert.Equal(pair.First.GetDouble(), pair.Second.Probability, 1e-4));
            Assert.All(Of("boxes").Zip(found), pair =>
            {
                float[] right = [.. TorchvisionFiles.Numbers(pair.First)];
                DetectionBox box = pair.Second.Box;
                double[] own = [box.X, box.Y, box.X + box.Width, box.Y + box.Height];
                Assert.All(own.Zip(right), sides => Assert.Equal(sides.Second, sides.First, 1e-3 * Math.Max(size[0], size[1])));
            });
        }
    }

    [Theory]
    [InlineData("ssd")]
    [InlineData("ssdlite")]
    [InlineData("retinanet")]
    [InlineData("fcos")]
    [InlineData("fasterrcnn")]
    public void MapsOfADetectionsLogit_AreThoseOfPyTorch(string name)
    {
        using var files = new TorchvisionFiles();
        using CamModel model = files.Import($"{name}.onnx");
        JsonElement expected = TorchvisionFiles.Of(name);
        int[] size = [.. expected.GetProperty("size").EnumerateArray().Select(side => side.GetInt32())];
        foreach (JsonElement picture in expected.GetProperty("pictures").EnumerateArray())
        {
            Photo photo = TorchvisionFiles.Photo(size[0], size[1], picture.GetProperty("picture").GetInt32());
            foreach (JsonElement target in picture.GetProperty("targets").EnumerateArray())
            {
                AssertMaps(model, photo, target);
            }
        }
    }

    [Fact]
    public void AModelThatPutsThePictureOnALargerCanvas_HasMapsOfThePictureAlone()
    {
        using var files = new TorchvisionFiles();
        using CamModel model = files.Import("retinanet.onnx");
        // 80×112 becomes 96×134, on a canvas of 96×160.
        Assert.Equal((1, 134 / 160.0), model.Preprocessing.CanvasShare);
        using Tensor map = arange(0, 10, dtype: float32).reshape(1, 10).expand(6, 10);
        var cam = CamMap.Of("x", map, model.Preprocessing, TorchvisionFiles.Photo(80, 112, 0));
        Assert.Equal((6, 8), (cam.Height, cam.Width));
        // Cells of 1.046875: centres at 0.5234375 · (2i + 1) − 0.5.
        Assert.Equal([0.0234375f, 1.0703125f, 7.3515625f], [cam.ToArray()[0, 0], cam.ToArray()[3, 1], cam.ToArray()[5, 7]]);
    }

    /// <summary>A region has a box for each class: explained is where a side of the detection's own one lies.</summary>
    [Fact]
    public void ASideOfARegionsBox_IsThatOfTheDetectionsClass()
    {
        using var files = new TorchvisionFiles();
        using CamModel model = files.Import("fasterrcnn.onnx");
        Assert.Equal(["backbone.fpn.layer_blocks.1", "backbone.fpn.layer_blocks.0"], model.DefaultLayers);
        Photo photo = TorchvisionFiles.Photo(model.Preprocessing.Height, model.Preprocessing.Width, 0);
        var explainer = new Explainer(model, LayerSelection.Select(model, model.DefaultLayers), [LayerCAM.Method],
            ClassChoice.Top(4) with { Side = BoxSide.Bottom, Detections = new DetectionSettings(0.05) }, new MethodSettings(1, 0, 0, 1));
        CamExplanation[] all = [.. explainer.Explain(photo, null)];
        Assert.Equal(4, all.Length);
        Assert.All(all, one => Assert.Equal(one.Box!.Y + one.Box.Height, one.Score, 1e-3));
        Assert.Contains(all, one => one.Maps.Any(map => map.ToArray().Cast<float>().Any(value => value > 0)));
    }

    [Fact]
    public void ADetectorInTorchScript_IsRefusedInWords()
    {
        using var files = new TorchvisionFiles();
        Exception e = Assert.ThrowsAny<Exception>(() => files.Import("ssd_scripted.pt", new ModelOptions { InputSize = [96, 96] }));
        Assert.Contains("ONNX", e.Message, StringComparison.Ordinal);
    }

    private static void AssertMaps(CamModel model, Photo photo, JsonElement target)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonProperty[] layers = [.. target.GetProperty("layers").EnumerateObject()];
        Node[] taps = [.. layers.Select(layer => model.Network.Find(layer.Name)!.Node)];
        Pass pass = Executor.Run(model.Network, model.Preprocessing.ToInput(photo), taps, track: true);
        int first = model.Detector!.Background == 0 ? 1 : 0, @class = target.GetProperty("class").GetInt32() - first;
        int candidate = target.GetProperty("candidate").GetInt32();
        Tensor logit = pass.Logits[0, candidate, model.Detector.ColumnOf(@class)];
        Assert.Equal(target.GetProperty("logit").GetDouble(), logit.item<float>(), 1e-3);
        IReadOnlyList<Tensor> gradients = pass.Gradients(logit);
        // pytorch-grad-cam's FasterRCNNBoxScoreTarget of a box that overlaps itself wholly: there only the score has a gradient.
        IReadOnlyList<Tensor> ofScore = pass.Gradients(model.Detector.Probabilities(pass.Logits)[0, candidate, @class]);
        for (int i = 0; i < layers.Length; i++)
        {
            foreach ((string method, Tensor map) in TorchvisionFiles.Maps(pass.Taps[i].detach()[0], gradients[i][0]))
            {
                double r = TorchvisionFiles.Correlation(layers[i].Value.GetProperty(method), map);
                Assert.True(r >= 0.99, $"{method} of {target.GetProperty("candidate")} at {layers[i].Name}: {r}");
            }
            if (layers[i].Value.TryGetProperty("LayerCAM of score", out JsonElement right))
            {
                Tensor map = TorchvisionFiles.Maps(pass.Taps[i].detach()[0], ofScore[i][0]).First().Map;
                Assert.InRange(TorchvisionFiles.Correlation(right, map), 0.99, 1.0001);
            }
        }
    }
}
