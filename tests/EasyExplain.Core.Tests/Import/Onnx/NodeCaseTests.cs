using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Import.Onnx;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Import.Onnx;

/// <summary>
/// Files whose shapes do not fit, which libtorch would answer by ending the process or in the middle of an explanation, and such as fit one
/// picture only.
/// </summary>
public sealed class NodeCaseTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"easyexplain-{Guid.NewGuid():N}.onnx");

    private static readonly (string Name, string Message, Action<OnnxBytes> Add)[] Misfits =
    [
        ("a scale of another rank", "has the shape [1, 3], and there are 3 channels", g =>
            g.Weight("s", [1, 3], 1, 2, 3).Weight("b", [3], 1, 2, 3).Node("BatchNormalization", ["x", "s", "b", "b", "b"], ["y"], "bad")),
        ("a variance of too few", "has the shape [2], and there are 3 channels", g =>
            g.Weight("s", [3], 1, 2, 3).Weight("v", [2], 1, 2).Node("BatchNormalization", ["x", "s", "s", "s", "v"], ["y"], "bad")),
        ("a bias of too many", "its bias has the shape [3], not [2]", g =>
            g.Weight("w", [2, 3, 1, 1], new float[6]).Weight("b", [3], 1, 2, 3).Node("Conv", ["x", "w", "b"], ["y"], "bad")),
        ("no filters", "its filters have the shape [0, 3, 1, 1]", g => g.Weight("w", [0, 3, 1, 1]).Node("Conv", ["x", "w"], ["y"], "bad")),
        ("a filter without pixels", "its filters have the shape [2, 3, 0, 1]", g =>
            g.Weight("w", [2, 3, 0, 1]).Node("Conv", ["x", "w"], ["y"], "bad")),
        ("a window larger than the picture", "is larger than its input", g =>
            g.Weight("w", [1, 3, 9, 9], new float[243]).Node("Conv", ["x", "w"], ["y"], "bad")),
        ("groups that do not divide", "filters [3, 1, 1, 1] in 2 groups", g =>
            g.Weight("w", [3, 1, 1, 1], 1, 2, 3).Node("Conv", ["x", "w"], ["y"], "bad", ("group", 2L))),
        ("a transposed convolution without groups", "has 0 groups", g =>
            g.Weight("w", [3, 1, 2, 2], new float[12]).Node("ConvTranspose", ["x", "w"], ["y"], "bad", ("group", 0L))),
        ("too large an output padding", "an output padding of [2, 2] must be less", g =>
            g.Weight("w", [3, 1, 2, 2], new float[12])
            .Node("ConvTranspose", ["x", "w"], ["y"], "bad", ("output_padding", new long[] { 2, 2 }))),
        ("a negative padding", "a padding of [0, -1, 0, 0]", g =>
            g.Weight("w", [3, 1, 2, 2], new float[12])
            .Node("ConvTranspose", ["x", "w"], ["y"], "bad", ("pads", new long[] { 0, -1, 0, 0 }))),
        ("all cut off", "its output would be", g =>
            g.Weight("w", [3, 1, 2, 2], new float[12])
            .Node("ConvTranspose", ["x", "w"], ["y"], "bad", ("pads", new long[] { 9, 9, 9, 9 }))),
        ("a pool larger than the picture", "is larger than its input", g =>
            g.Node("MaxPool", ["x"], ["y"], "bad", ("kernel_shape", new long[] { 9, 9 }))),
        ("a mean larger than the picture", "is larger than its input", g =>
            g.Node("AveragePool", ["x"], ["y"], "bad", ("kernel_shape", new long[] { 1, 20 }))),
        ("channels that fall into no groups", "3 channels do not fall into 0 groups", g =>
            g.Weight("s", [3], 1, 2, 3).Node("GroupNormalization", ["x", "s", "s"], ["y"], "bad", ("num_groups", 0L))),
        ("a scale for other features", "has the shape [3] for an input", g =>
            g.Weight("s", [3], 1, 2, 3).Node("LayerNormalization", ["x", "s", "s"], ["y"], "bad")),
        ("neighbours of no channels", "it looks at 0 channels", g => g.Node("LRN", ["x"], ["y"], "bad", ("size", 0L))),
        ("features that do not fit", "it takes 5 numbers, and gets", g =>
            g.Weight("w", [5, 2], new float[10]).Node("MatMul", ["x", "w"], ["y"], "bad")),
        ("slopes that do not fit", "2 slopes for an input", g => g.Weight("s", [2, 1, 1], 1, 2).Node("PRelu", ["x", "s"], ["y"], "bad")),
        ("places that do not fit", "do not go together", g => g.Weight("w", [5, 1], new float[5]).Node("Max", ["x", "w"], ["y"], "bad")),
        ("parts that do not fit", "cannot be put together", g =>
            g.Weight("w", [1, 3, 5, 5], new float[75]).Node("Relu", ["x"], ["r"]).Node("Concat", ["r", "w"], ["y"], "bad", ("axis", 1L))),
        ("a mirror beyond the picture", "does not fit", g =>
            g.Node("Pad", ["x"], ["y"], "bad", ("mode", "reflect"), ("pads", new long[] { 0, 0, 0, 8, 0, 0, 0, 0 }))),
        ("a picture of nothing", "0, 4]", g =>
            g.Integers("s", [4], 2, 3, 0, 4).Node("Resize", ["x", "", "", "s"], ["y"], "bad", ("mode", "linear"))),
    ];

    public static TheoryData<string> Names => [.. Misfits.Select(misfit => misfit.Name)];

    public void Dispose() => File.Delete(_path);

    [Theory]
    [MemberData(nameof(Names))]
    public void WhatDoesNotFit_IsAnErrorAtImport_ThatNamesTheNode(string name)
    {
        (_, string message, Action<OnnxBytes> add) = Misfits.Single(misfit => misfit.Name == name);
        var model = new OnnxBytes { Opset = name.Contains("mirror", StringComparison.Ordinal) ? 9 : 21 }.Input("x", -1, 3, 8, 8);
        add(model);
        File.WriteAllBytes(_path, model.Integers("flat", [2], 0, -1).Node("Reshape", ["y", "flat"], ["logits"]).Output("logits").ToArray());
        Exception error = Assert.ThrowsAny<Exception>(() => OnnxFile.Open(_path).ToNetwork(8, 8, _ => { }));
        Assert.True(error is WeightFileException or ModelImportException, error.ToString());
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("'bad'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("raised from", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bn_scale_1xC", 7, 6, "'s' has the shape [1, 3]")]
    [InlineData("conv_no_filters", 4, 3, "[0, 1, 3, 3]")]
    [InlineData("convtranspose_group0", 3, 3, "0 groups")]
    [InlineData("matmul_misfit", 28, 28, "'m' cannot do 'MatMul'")]
    public void AFileThatDoesNotFit_SaysWhere(string name, int height, int width, string message)
    {
        Exception error = Assert.ThrowsAny<Exception>(() => OnnxFile.Open(Case(name)).ToNetwork(height, width, _ => { }));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("raised from", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("matmul_vector", 28, 28)]
    [InlineData("resize_to_one", 3, 2)]
    [InlineData("vit_fixed_14", 32, 32)]
    public void AFileThatFits_MakesWhatOnnxRuntimeMakes(string name, int height, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        torch.Tensor picture = randn([1, 3, height, width], generator: new Generator(5));
        float[] right = OnnxReference.Run(Case(name), picture);
        using Network network = OnnxFile.Open(Case(name)).ToNetwork(height, width, _ => { });
        Assert.Equal(name != "resize_to_one", network.OnePicture); // a mean over the batch is one only of one picture
        float[] found = Executor.Run(network, picture, [], track: false).Logits.contiguous().data<float>().ToArray();
        Assert.Equal(right.Length, found.Length);
        Assert.All(found.Zip(right), pair => Assert.Equal(pair.Second, pair.First, 1e-4f * Math.Max(1, Math.Abs(pair.Second))));
    }

    [Fact]
    public void AModelForOnePicture_IsExplainedByMethodsOfManyPasses()
    {
        List<string> said = [];
        using CamModel model = ModelImporter.Import(Case("vit_fixed_14"), new ModelOptions(), said.Add);
        Assert.Contains(said, sentence => sentence.Contains("one picture at a time", StringComparison.Ordinal));
        Assert.Equal("encoder.layers.encoder_layer_1.ln_1", model.DefaultLayer);
        Photo cat = ImageDecoder.Decode(Repository.Photo("cat.jpg"));
        CamMethod[] methods = [GradCAM.Method, SmoothGradCAMPlusPlus.Method, ScoreCAM.Method, AblationCAM.Method];
        IReadOnlyList<CamExplanation> found =
            new Explainer(model, LayerSelection.Select(model, [model.DefaultLayer]), methods, ClassChoice.Predicted,
            new MethodSettings(3, 0.2, 7, 4)).Explain(cat, null);
        Assert.All(found, explanation => Assert.Equal((4, 4), (explanation.Map.Height, explanation.Map.Width)));
        Assert.All(found, explanation => Assert.False(explanation.Map.IsEmpty));
    }

    [Fact]
    public void AModelForSeveralPictures_SaysHowToExportIt()
    {
        File.WriteAllBytes(_path, new OnnxBytes().Input("x", 4, 3, 2, 2).Integers("s", [2], 2, 24).Node("Reshape", ["x", "s"], ["a"])
            .Weight("w", [24, 4], new float[96]).Node("MatMul", ["a", "w"], ["b"])
            .Integers("t", [2], 4, 2).Node("Reshape", ["b", "t"], ["y"]).Output("y").ToArray());
        Assert.Contains("exported for 4 pictures at a time; export it with an open batch (dynamic_axes)",
            Assert.Throws<WeightFileException>(() => OnnxFile.Open(_path).ToNetwork(2, 2, _ => { })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnOpenBatch_WithShapesForOnePicture_IsTakenForOnePicture()
    {
        // As where attention was written with the numbers of a trace: [rows, N, C] goes to [rows, C], and back.
        File.WriteAllBytes(_path, new OnnxBytes().Input("x", -1, 3, 2, 2).Integers("s", [3], 0, 3, -1).Node("Reshape", ["x", "s"], ["a"])
            .Node("Transpose", ["a"], ["b"], "", ("perm", new long[] { 2, 0, 1 }))
            .Integers("t", [2], 4, 3).Node("Reshape", ["b", "t"], ["c"]).Weight("w", [3, 3], 1, 2, 3, 4, 5, 6, 7, 8, 10)
            .Node("MatMul", ["c", "w"], ["d"])
            .Integers("u", [3], 4, 1, 3).Node("Reshape", ["d", "u"], ["e"])
            .Node("Transpose", ["e"], ["f"], "", ("perm", new long[] { 1, 0, 2 }))
            .Node("ReduceMean", ["f"], ["y"], "", ("axes", new long[] { 1 }), ("keepdims", 0L)).Output("y").ToArray());
        using Network network = OnnxFile.Open(_path).ToNetwork(2, 2, _ => { });
        Assert.True(network.OnePicture);
        using DisposeScope scope = NewDisposeScope();
        torch.Tensor picture = rand(1, 3, 2, 2),
            right = picture.mean([2, 3]).mm(tensor(new float[] { 1, 2, 3, 4, 5, 6, 7, 8, 10 }, [3, 3]));
        Assert.True((right - Executor.Run(network, picture, [], track: false).Logits).abs().max().item<float>() < 1e-5);
    }

    private static string Case(string name) => Repository.Data("onnx", "cases", name + ".onnx");
}
