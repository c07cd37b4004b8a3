using System.Text.Json;
using EasyExplain.Detectors;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Weights;
using TorchSharp;

namespace EasyExplain.Tests.Import.Detectors;

/// <summary>Files with the last operations that exporters write: what they find is what their Python modules find.</summary>
public sealed class HeadFilesTests : IDisposable
{
    private const int Side = 64;

    private static readonly string[] s_backboneLayers = ["backbone.body", "backbone"];

    private static readonly Lazy<JsonDocument> s_expected =
        new(() => JsonDocument.Parse(File.ReadAllText(Repository.Data("detection", "heads.json"))));

    private readonly List<string> _said = [];
    private readonly string _folder =
        Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"easyexplain-{Guid.NewGuid():N}")).FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("v8.onnx", "v8", "'output0' [N, 7, 80]: 80 candidates, centre, width and height, then 3 classes by a sigmoid")]
    [InlineData("v8.pt", "v8", "80 candidates, centre, width and height, then 3 classes by a sigmoid")]
    [InlineData("v8_turned.onnx", "v8", "'output0' [N, 80, 7]: 80 candidates")]
    [InlineData("v8_plain.onnx", "v8", "'output0' [N, 7, 80]: 80 candidates")]
    [InlineData("v8_one.onnx", "v8_one", "then 1 class by")]
    [InlineData("v8_masks.onnx", "v8", "then 3 classes by")]
    [InlineData("v8_keypoints.onnx", "v8", "then 3 classes by")]
    [InlineData("v8_lies.onnx", "v8", "The file names 5 classes, and its outputs have 3: the names are not used.")]
    [InlineData("v8_powered.onnx", "v8_powered", "3 classes; what makes their probabilities is not seen, so that")]
    [InlineData("v6.onnx", "v6", "80 candidates, centre, width and height, then 3 classes by a sigmoid")]
    [InlineData("v5.onnx", "v5", "'output0' [N, 240, 8]: 240 candidates, centre, width and height, objectness, then 3 classes")]
    [InlineData("v5.pt", "v5", "objectness, then 3 classes")]
    [InlineData("v5_in_place.pt", "v5_in_place", "240 candidates, centre, width and height, objectness, then 3 classes")]
    [InlineData("yolox.onnx", "yolox", "centre and size in cells of the maps, which are decoded here, objectness, then 3 classes")]
    [InlineData("yolox_decoded.onnx", "yolox", "80 candidates, centre, width and height, objectness, then 3 classes")]
    [InlineData("v10.onnx", "v10", "here all 80 candidates of its choice are taken, corners, then 3 classes by a sigmoid")]
    [InlineData("v10.pt", "v10", "of which each thing has one")]
    [InlineData("v8_nms.onnx", "v8", "of which boxes that overlap are dropped here")]
    [InlineData("detr.onnx", "detr", "6 queries, centre, width and height as parts of the input; 3 classes, then nothing, a softmax")]
    [InlineData("detr_wide.onnx", "detr_wide", "6 queries, centre, width and height as parts of the input; 3 classes, then nothing")]
    [InlineData("rtdetr.onnx", "rtdetr", "6 candidates, centre, width and height as parts of the input, then 3 classes by a sigmoid")]
    public void WhatIsFound_IsWhatPythonFinds(string file, string golden, string meaning)
    {
        using CamModel model = Import(file);
        Assert.Equal((CamTask.Detect, 3), (model.Task, Math.Max(model.ClassCount, golden == "v8_one" ? 3 : 0)));
        Assert.Contains(_said, sentence => sentence.Contains(meaning, StringComparison.Ordinal));
        AssertFound(model, golden, golden == "yolox" ? 255 : 1);
    }

    /// <summary>LayerCAM of the surest detection's logit at each scale; ONNX and TorchScript of one network say the same.</summary>
    [Theory]
    [InlineData("v8.onnx")]
    [InlineData("v8.pt")]
    [InlineData("v5.onnx")]
    [InlineData("v5.pt")]
    [InlineData("v5_in_place.pt")]
    public void MapsOfAClassLogit_AreThoseOfPython(string file)
    {
        using CamModel model = Import(file);
        AssertMaps(model, Path.GetFileNameWithoutExtension(file));
    }

    /// <summary>Both heads of make_heads.py read what its backbone made at their size.</summary>
    [Theory]
    [InlineData("v8.onnx")]
    [InlineData("v5.onnx")]
    [InlineData("v10.onnx")]
    [InlineData("yolox.onnx")]
    public void DefaultLayers_AreWhatTheHeadsRead(string file)
    {
        using CamModel model = Import(file);
        Assert.Equal(s_backboneLayers, model.DefaultLayers);
    }

    [Fact]
    public void QueriesOfSigmoids_AreTold_ByLabelsOrTheActivation()
    {
        using CamModel labelled = Import("detr_sigmoid.onnx", new ModelOptions { Labels = ["a", "b", "c"] });
        AssertFound(labelled, "detr_sigmoid", 1);
        using CamModel activated = Import("detr_sigmoid.onnx", new ModelOptions { Activation = Activation.Sigmoid });
        AssertFound(activated, "detr_sigmoid", 1);
    }

    /// <summary>
    /// Queries that the network chooses in the middle are other places in each picture; maps follow what they took from there.
    /// </summary>
    [Fact]
    public void QueriesThatAreChosenInside_AreThoseOfPython()
    {
        using CamModel model = Import("rtdetr_chosen.onnx"); // without labels, too, its classes are each there or not
        AssertFound(model, "rtdetr_chosen", 1);
        AssertMaps(model, "rtdetr_chosen");
        Assert.Equal((false, true), (model.Detector!.FindsAgain, model.Detector.ChoosesCandidates));
        Assert.Equal(s_backboneLayers, model.DefaultLayers);
    }

    [Theory]
    [InlineData("v8.onnx", true, false, ResizeMode.Letterbox)]
    [InlineData("v5.onnx", true, true, ResizeMode.Letterbox)]
    [InlineData("v10.onnx", false, false, ResizeMode.Letterbox)]
    [InlineData("v8_nms.onnx", true, false, ResizeMode.Letterbox)]
    [InlineData("rtdetr.onnx", false, false, ResizeMode.Letterbox)]
    [InlineData("detr.onnx", false, false, ResizeMode.Stretch)]
    [InlineData("yolox.onnx", true, true, ResizeMode.Letterbox)]
    [InlineData("yolox_decoded.onnx", true, true, ResizeMode.Letterbox)]
    public void HowItIsRead_FollowsFromTheFile(string file, bool findsAgain, bool objectness, ResizeMode mode)
    {
        using CamModel model = Import(file);
        Assert.Equal((findsAgain, objectness, mode), (model.Detector!.FindsAgain, model.Detector.HasObjectness, model.ResizeMode));
        bool isYolox = file is "yolox.onnx" or "yolox_decoded.onnx";
        Assert.Equal(isYolox, model.Preprocessing.AtCorner);
        Assert.Equal(isYolox ? ChannelOrder.Bgr : ChannelOrder.Rgb, model.ChannelOrder);
        Assert.Equal(isYolox ? 1 / 255.0 : mode == ResizeMode.Stretch ? 0.229 : 1, model.Std[0], 1e-9);
        Assert.Equal(file is "v8.onnx" or "v5.onnx" or "v10.onnx" ? ["cat", "dog", "bird"] : model.Labels, model.Labels);
    }

    /// <summary>The logits of queries are explained with the boxes that are another output; the boxes alone are no classes.</summary>
    [Fact]
    public void AnOutputThatNeedsAnother_IsTakenWithIt()
    {
        using CamModel named = Import("detr.onnx", new ModelOptions { Output = "logits" });
        AssertFound(named, "detr", 1);
        var error = Assert.Throws<ModelImportException>(() => Import("detr.onnx", new ModelOptions { Output = "pred_boxes" }));
        Assert.Equal(ModelFault.InvalidOutput, error.Fault);
        Assert.Contains("'pred_boxes'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("segment_softmax.onnx", Activation.Softmax)]
    [InlineData("segment_argmax.onnx", Activation.Softmax)]
    [InlineData("segment_argmax.pt", Activation.Softmax)]
    [InlineData("segment_scores.onnx", Activation.Softmax)]
    [InlineData("segment_yes.onnx", Activation.Sigmoid)]
    public void ASegmentersLogits_AreThoseBeforeItsEnd(string file, Activation activation)
    {
        bool isYes = file == "segment_yes.onnx";
        using CamModel model = Import(file, new ModelOptions
        {
            InputSize = [Side, Side],
            Labels = isYes ? ["no", "yes"] : null,
        });
        Assert.Equal((CamTask.Segment, isYes ? 2 : 4, activation), (model.Task, model.ClassCount, model.Activation));
        Assert.Contains(_said, sentence => sentence.Contains("at each of 64×64 places", StringComparison.Ordinal));
        using torch.Tensor logits = Run(model, 255);
        Assert.Equal([1L, isYes ? 2 : 4, Side, Side], logits.shape);
        foreach (JsonElement place in Expected(Path.GetFileNameWithoutExtension(file)).GetProperty("places").EnumerateArray())
        {
            int @class = place[0].GetInt32() + (isYes ? 1 : 0);
            Assert.Equal(place[3].GetDouble(), logits[0, @class, place[1].GetInt32(), place[2].GetInt32()].item<float>(), 1e-4);
        }
    }

    [Theory]
    [InlineData("v8.onnx", CamTask.Segment, "Segment is not what '", "'output0' [N, 7, 80]", "[N, classes, height, width]")]
    [InlineData("v8.onnx", CamTask.Classify, "Classify is not what '", "'output0' [N, 7, 80]", "[N, classes]")]
    [InlineData("segment_softmax.onnx", CamTask.Detect, "Detect is not what '", "'out' [N, 4, 64, 64]", "[N, 4 + classes, candidates]")]
    public void AnotherTask_IsAnError_ThatSaysWhatIsThere(string file, CamTask task, params string[] parts)
    {
        var error = Assert.Throws<ModelImportException>(() => Import(file, new ModelOptions { Task = task, InputSize = [Side, Side] }));
        Assert.Equal((ModelFault.InvalidOption, "Task"), (error.Fault, error.About));
        Assert.All([.. parts, file], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void TurnedBoxes_AreRefused()
    {
        var error = Assert.Throws<ModelImportException>(() => Import("v8_angle.onnx"));
        Assert.Equal(ModelFault.NoClassifier, error.Fault);
        Assert.Contains("'obb'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_AreForEachClass_AndANameIsTaken()
    {
        using CamModel model = Import("v8_plain.onnx", new ModelOptions { Labels = ["x", "y", "z"], Name = "mine" });
        Assert.Equal(["x", "y", "z"], model.Labels);
        Assert.Equal("mine", model.Name);
        Assert.Contains("2 labels were given, but", Assert.Throws<ModelImportException>(() =>
            Import("v8_plain.onnx", new ModelOptions { Labels = ["x", "y"] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PreprocessJson_IsOfDetectorsToo()
    {
        string path = Path.Combine(_folder, "v8.onnx");
        File.Copy(Repository.Data("detection", "heads", "v8.onnx"), path);
        File.WriteAllText(Path.Combine(_folder, "preprocess.json"), """{ "resize": "stretch", "mean": [0.5, 0.5, 0.5] }""");
        using CamModel model = ModelImporter.Import(path, new ModelOptions(), _ => { });
        Assert.Equal((ResizeMode.Stretch, 0.5, Interpolation.Linear), (model.ResizeMode, model.Mean[0], model.Interpolation));
        File.WriteAllText(Path.Combine(_folder, "preprocess.json"), """{ "resize": "letterbox", "interpolation": "bilinear" }""");
        using CamModel other = ModelImporter.Import(path, new ModelOptions(), _ => { });
        Assert.Equal((ResizeMode.Letterbox, Interpolation.Bilinear), (other.ResizeMode, other.Interpolation));
    }

    [Fact]
    public void ASizeThatTheStrideDoesNotDivide_IsSaid()
    {
        using CamModel model = Import("v8.onnx", new ModelOptions { InputSize = [60, 60] });
        Assert.Equal([60, 60], model.InputSize);
        Assert.Contains("The file says that height and width are multiples of 16; 60×60 is not.", _said);
        // Its points are for 64×64.
        Assert.Throws<WeightFileException>(() => Import("v8.onnx", new ModelOptions { InputSize = [96, 96] }));
    }

    /// <summary>What is no number is no detection, and neither is a box without extent.</summary>
    [Fact]
    public void NumbersThatAreNone_AreNotFound()
    {
        var head = new DetectorHead(1, Activation.Sigmoid);
        using torch.Tensor output = torch.tensor(new float[,]
        {
            { 1, 1, 20, 20, float.NaN }, { float.NaN, 1, 20, 20, 9 }, { 20, 20, 1, 1, 9 }, { 5, 5, 5, 30, 9 },
            { float.NegativeInfinity, 3, 30, float.PositiveInfinity, 9 },
        });
        var found = head.Find(output, new DetectionSettings(), Preprocessing.Letterbox(Side, Side, 3), Photo());
        Assert.Equal(new DetectionBox(0, 3, 30, 61), Assert.Single(found).Box);
    }

    private static void AssertMaps(CamModel model, string golden)
    {
        using torch.Tensor input = Picture(model, 255);
        Node[] taps = [.. model.DefaultLayers.Select(name => model.Network.Find(name)!.Node)];
        Pass pass = Executor.Run(model.Network, input, taps, track: true);
        JsonElement[] scales = [.. Expected(golden).GetProperty("cams").EnumerateArray()];
        Assert.Equal(scales.Length, taps.Length);
        for (int scale = 0; scale < scales.Length; scale++)
        {
            JsonElement expected = scales[scale];
            using DisposeScope scope = torch.NewDisposeScope();
            torch.Tensor logit = pass.Logits[0, expected.GetProperty("candidate").GetInt32(),
                model.Detector!.ColumnOf(expected.GetProperty("class").GetInt32())];
            Assert.Equal(expected.GetProperty("logit").GetDouble(), logit.item<float>(), 1e-3);
            torch.Tensor map = TorchvisionFiles.Maps(pass.Taps[scale].detach()[0], pass.Gradients(logit)[scale][0]).First().Map;
            Assert.InRange(TorchvisionFiles.Correlation(expected.GetProperty("map"), map), 0.99, 1.0001);
        }
    }

    private static void AssertFound(CamModel model, string golden, int white)
    {
        using torch.Tensor output = Run(model, white == 255 ? 1 : 255);
        using torch.Tensor probabilities = model.Detector!.Probabilities(output);
        float[] numbers = output.contiguous().data<float>().ToArray(), certain = probabilities.contiguous().data<float>().ToArray();
        int columns = (int)output.shape[2];
        int[] order = [.. Enumerable.Range(0, certain.Length).OrderByDescending(i => certain[i])];
        int at = 0;
        foreach (JsonElement one in Expected(golden).GetProperty("found").EnumerateArray())
        {
            int candidate = order[at] / model.ClassCount, @class = order[at] % model.ClassCount;
            Assert.Equal(one.GetProperty("score").GetDouble(), certain[order[at]], 1e-4);
            Assert.Equal(one.GetProperty("class").GetInt32(), @class);
            double[] box = [.. one.GetProperty("box").EnumerateArray().Select(number => number.GetDouble())];
            Assert.All(box.Select((number, i) => (number, i)), side =>
                Assert.Equal(side.number, numbers[candidate * columns + side.i], 1e-3));
            if (!model.Detector.HasObjectness && model.Activation == Activation.Sigmoid)
            {
                float logit = numbers[candidate * columns + model.Detector.ColumnOf(@class)];
                Assert.Equal(one.GetProperty("score").GetDouble(), 1 / (1 + Math.Exp(-logit)), 1e-4);
            }
            at++;
        }
        Assert.True(at > 10);
    }

    private CamModel Import(string file, ModelOptions? options = null)
    {
        _said.Clear();
        return ModelImporter.Import(Repository.Data("detection", "heads", file), options ?? new ModelOptions(), _said.Add);
    }

    private static JsonElement Expected(string name) => s_expected.Value.RootElement.GetProperty(name);

    /// <summary>What the network makes of the picture that Python was given.</summary>
    private static torch.Tensor Run(CamModel model, float white)
    {
        using torch.Tensor input = Picture(model, white);
        return Executor.Run(model.Network, input, [], track: false).Logits.DetachFromDisposeScope();
    }

    private static torch.Tensor Picture(CamModel model, float white)
    {
        (int height, int width) = (model.Preprocessing.Height, model.Preprocessing.Width);
        return torch.tensor(Bytes(3 * height * width).Select(value => value / white).ToArray()).view(1, 3, height, width);
    }

    private static Photo Photo() => new(Side, Side, new byte[Side * Side * 3]);

    private static IEnumerable<byte> Bytes(int count) =>
        Enumerable.Range(0, count).Select(i => (byte)((uint)((ulong)i * 2654435761UL % (1UL << 32)) >> 24));
}
