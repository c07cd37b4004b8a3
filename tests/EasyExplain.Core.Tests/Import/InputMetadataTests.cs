using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Tests.Import.Onnx;
using Microsoft.ML.OnnxRuntime.Tensors;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Import;

/// <summary>What a file says of its own input is what it gets.</summary>
public sealed class InputMetadataTests : IDisposable
{
    private readonly string _folder =
        Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"easyexplain-{Guid.NewGuid():N}")).FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void BlueGreenAndRedOf255_AsTheMetadataSay()
    {
        string path = Repository.Data("cases/input-metadata/m1_bgr255_meta.onnx");
        using CamModel model = ModelImporter.Import(path, new ModelOptions(), _ => { });
        Assert.Equal(ChannelOrder.Bgr, model.ChannelOrder);
        Photo photo = Cat(model);
        using var scope = NewDisposeScope();
        Tensor<float> bytes = Pixels<float>(photo, (r, g, b) => [b, g, r], 1);
        Assert.Equal(bytes.ToArray(), model.Preprocessing.ToInput(photo).data<float>().ToArray(), Close(1.1f)); // ours are not rounded, as Pillow rounds twice
        CamExplanation explanation = Explain(model, photo);
        Assert.Equal(4, explanation.Class);
        Assert.Equal(4.98, explanation.Score, 0.02);
    }

    [Fact]
    public void WholeNumbers_AreTheBytesOfPixels()
    {
        string path = Repository.Data("cases/input-metadata/e03_uint8_nchw.onnx");
        using CamModel model = ModelImporter.Import(path, new ModelOptions(), _ => { });
        Photo photo = Cat(model);
        CamExplanation explanation = Explain(model, photo);
        Assert.Equal(0, explanation.Class);
        float[] right = OnnxReference.Run(path, Pixels<byte>(photo, (r, g, b) => [r, g, b], 1));
        Assert.Equal(right[0], explanation.Score, 1e-3);
        Assert.Equal(4.80, explanation.Score, 0.01);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    public void WholeNumbersWithTheColoursLast_AreTheSamePicture(int type)
    {
        string path = Write(new OnnxBytes().Typed("x", type, [-1, 4, 6, 3], []).Node("Cast", ["x"], ["f"], "", ("to", 1L))
            .Node("Transpose", ["f"], ["t"], "", ("perm", new long[] { 0, 3, 1, 2 })));
        using CamModel model = ModelImporter.Import(path, new ModelOptions(), _ => { });
        Assert.Equal([4, 6], model.InputSize);
        using var scope = NewDisposeScope();
        Tensor<float> bytes = new DenseTensor<float>([1, 3, 4, 6]);
        float[] input = model.Preprocessing.ToInput(new Photo(6, 4, [.. Enumerable.Range(0, 72).Select(i => (byte)(i * 3))])).data<float>()
            .ToArray();
        Assert.Equal([.. Enumerable.Range(0, 3).SelectMany(c => Enumerable.Range(0, 24).Select(i => (float)((i * 3 + c) * 3)))], input,
            Close(1e-3f));
    }

    [Fact]
    public void DenotedChannels_TellTheirDimension()
    {
        string path = Write(new OnnxBytes()
            .Typed("x", OnnxBytes.Float, [-1, 3, 5, -1], ["DATA_BATCH", "DATA_FEATURE", "DATA_FEATURE", "DATA_CHANNEL"])
            .Node("Transpose", ["x"], ["t"], "", ("perm", new long[] { 0, 3, 1, 2 })));
        using CamModel model = ModelImporter.Import(path, new ModelOptions(), _ => { });
        Assert.Equal([3, 5], model.InputSize);
    }

    [Theory]
    [InlineData("Rgb8", "NominalRange_0_255", 0, 255)]
    [InlineData("Rgb8", "NominalRange_16_235", 16, 235)]
    [InlineData("Bgr8", "Normalized_0_1", 0, 1)]
    [InlineData("Bgr8", "Normalized_1_1", -1, 1)]
    [InlineData("Bgr8", null, 0, 255)]
    [InlineData(null, "Normalized_1_1", -1, 1)]
    public void BlackAndWhite_BecomeTheEndsOfTheNominalRange(string? format, string? range, float black, float white)
    {
        OnnxBytes bytes = new OnnxBytes().Input("t", -1, 3, 1, 2);
        bytes = format is null ? bytes : bytes.Metadata("Image.BitmapPixelFormat", format);
        string path = Write(range is null ? bytes : bytes.Metadata("Image.NominalPixelRange", range));
        using var model = new Imported(path);
        using var scope = NewDisposeScope();
        float[] input = model.Preprocessing.ToInput(new Photo(2, 1, [0, 0, 255, 255, 0, 0])).data<float>().ToArray();
        float[] red = [black, white], blue = [white, black], green = [black, black];
        Assert.Equal(format == "Bgr8" ? [.. blue, .. green, .. red] : [.. red, .. green, .. blue], input, Close(1e-3f));
    }

    [Fact]
    public void APixelFormatThatIsNotKnown_IsAnError() =>
        Assert.Contains("Gray8", Assert.Throws<ModelImportException>(() =>
            new Imported(Write(new OnnxBytes().Input("t", -1, 3, 2, 2).Metadata("Image.BitmapPixelFormat", "Gray8")))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void WhatUltralyticsWrites_GivesLabelsSizeAndPreprocessing()
    {
        using CamModel model = ModelImporter.Import(Repository.Data("cases/input-metadata/m2_ultralytics_names.onnx"), new ModelOptions(),
            _ => { });
        Assert.Equal(["ant", "bee", "cat", "dog", "elk"], model.Labels);
        Assert.Equal([32, 32], model.InputSize);
        Assert.Equal((ResizeMode.CenterCrop, 32), (model.ResizeMode, model.ResizeSize));
        Assert.Equal([0.0, 0, 0, 1, 1, 1], [.. model.Mean, .. model.Std]);
    }

    [Theory]
    [InlineData("{0: 'ant', 1: \"bee's\", 2: 'c\\'t \\u00e9', 3: 'd: 7', 4: 'e, f'}", "ant|bee's|c't é|d: 7|e, f")]
    [InlineData("{\"0\": \"ant\", \"1\": \"bee\", \"2\": \"cat\", \"3\": \"dog\", \"4\": \"elk\"}", "ant|bee|cat|dog|elk")]
    [InlineData("['ant', 'bee', \"cat's\", 'dog', 'elk']", "ant|bee|cat's|dog|elk")]
    [InlineData("{0: 'ant', 2: 'cat'}", "")]
    [InlineData("{0: 'ant', 1: 'bee'}", "")]
    public void Names_AreReadAsPythonWritesThem(string names, string labels)
    {
        string path = Write(new OnnxBytes().Input("t", -1, 3, 8, 8).Metadata("names", names).Metadata("task", "classify"));
        using var model = new Imported(path);
        Assert.Equal(labels, string.Join('|', model.Model.Labels));
    }

    [Fact]
    public void ADetector_IsNoClassifier()
    {
        string path = Write(new OnnxBytes().Input("t", -1, 3, 8, 8).Metadata("names", "{0: 'ant'}").Metadata("task", "detect"));
        var error = Assert.Throws<ModelImportException>(() => new Imported(path));
        Assert.Equal(ModelFault.NoClassifier, error.Fault);
        Assert.Contains("'detect'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "channel_order": "bgr" }""", ChannelOrder.Bgr, 0.485, 0.229)]
    [InlineData("""{ "channel_order": "BGR", "scale": 1 }""", ChannelOrder.Bgr, 0, 1 / 255.0)]
    [InlineData("""{ "scale": 1, "mean": [51, 51, 51], "std": [25.5, 25.5, 25.5] }""", ChannelOrder.Rgb, 0.2, 0.1)]
    [InlineData("""{ "scale": 0.00392156862745098, "mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25] }""", ChannelOrder.Rgb, 0.5, 0.25)]
    [InlineData("""{ "scale": "1/127.5", "mean": [1, 1, 1] }""", ChannelOrder.Rgb, 0.5, 0.5)]
    public void PreprocessJson_SaysTheOrderOfColoursAndTheScaleOfPixels(string json, ChannelOrder order, double mean, double std)
    {
        string path = Write(new OnnxBytes().Input("t", -1, 3, 8, 8));
        File.WriteAllText(Path.Combine(_folder, "preprocess.json"), json);
        using var model = new Imported(path);
        Assert.Equal(order, model.Model.ChannelOrder);
        Assert.Equal(mean, model.Model.Mean[0], 1e-9);
        Assert.Equal(std, model.Model.Std[0], 1e-9);
    }

    [Theory]
    [InlineData("""{ "channel_order": "rbg" }""", "rgb or bgr")]
    [InlineData("""{ "scale": 255 }""", "1/255")]
    [InlineData("""{ "scale": 0 }""", "1/255")]
    [InlineData("""{ "scale": "1/2/3" }""", "1/255")]
    public void PreprocessJson_ThatSaysSomethingImpossible_IsAnError(string json, string right)
    {
        string path = Write(new OnnxBytes().Input("t", -1, 3, 8, 8));
        File.WriteAllText(Path.Combine(_folder, "preprocess.json"), json);
        Assert.Contains(right, Assert.Throws<ModelImportException>(() => new Imported(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheUsersOrderOfColours_ComesBeforeTheFiles()
    {
        using CamModel model = ModelImporter.Import(Repository.Data("cases/input-metadata/m1_bgr255_meta.onnx"),
            new ModelOptions { ChannelOrder = ChannelOrder.Rgb }, _ => { });
        Assert.Equal(ChannelOrder.Rgb, model.ChannelOrder);
    }

    [Fact]
    public void BlueFirst_IsTheSamePictureOnTheWayBack()
    {
        var preprocessing = new Preprocessing(2, 3, [0.4, 0.5, 0.6], [0.2, 0.3, 0.4],
            ResizeMode.Stretch)
        { ChannelOrder = ChannelOrder.Bgr };
        byte[] rgb = [.. Enumerable.Range(0, 18).Select(i => (byte)(i * 13))];
        using var scope = NewDisposeScope();
        var input = preprocessing.ToInput(new Photo(3, 2, rgb));
        Assert.Equal((rgb[2] / 255f - 0.6f) / 0.4f, input[0, 0, 0, 0].item<float>(), 1e-5f);
        Assert.Equal(rgb, preprocessing.ToPhoto(input).Rgb.ToArray());
    }

    private static Photo Cat(CamModel model) => CamPicture.Decode(Repository.Photo("cat.jpg"), model);

    private static IEqualityComparer<float> Close(float tolerance) =>
        EqualityComparer<float>.Create((a, b) => Math.Abs(a - b) <= tolerance);

    private static CamExplanation Explain(CamModel model, Photo photo)
    {
        using var scope = NewDisposeScope();
        return new Explainer(model, LayerSelection.Select(model, [model.DefaultLayer]), [MethodCatalog.Find("GradCAM")],
            ClassChoice.Predicted, new MethodSettings(1, 0, 0, 1)).Explain(photo, "cat.jpg").Single();
    }

    /// <summary>The photo at 32 × 32, as whole bytes.</summary>
    private static DenseTensor<T> Pixels<T>(Photo photo, Func<T, T, T, T[]> order, float unit)
    {
        using var scope = NewDisposeScope();
        var plain = new Preprocessing(32, 32, [0, 0, 0], [1, 1, 1], ResizeMode.Stretch) { WholeBytes = true };
        float[] input = plain.ToInput(photo).data<float>().ToArray();
        T[][] planes = [.. input.Chunk(32 * 32)
            .Select(plane => plane.Select(value =>
            (T)Convert.ChangeType(MathF.Round(value * 255) / unit, typeof(T), System.Globalization.CultureInfo.InvariantCulture))
            .ToArray())];
        T[][] ordered = [.. Enumerable.Range(0, 32 * 32).Select(i => order(planes[0][i], planes[1][i], planes[2][i]))];
        return new DenseTensor<T>((T[])[.. Enumerable.Range(0, 3).SelectMany(c => ordered.Select(pixel => pixel[c]))], [1, 3, 32, 32]);
    }

    /// <summary>A convolution of 't' to five classes.</summary>
    private string Write(OnnxBytes model)
    {
        string path = Path.Combine(_folder, "model.onnx");
        File.WriteAllBytes(path, model.Weight("w", [5, 3, 1, 1], [.. Enumerable.Range(0, 15).Select(i => i / 7f)])
            .Node("Conv", ["t", "w"], ["c"], "conv").Node("GlobalAveragePool", ["c"], ["g"]).Node("Flatten", ["g"], ["y"]).Output("y")
            .ToArray());
        return path;
    }

    /// <summary>A model of any size, be it too small for a layer with height and width.</summary>
    private sealed class Imported(string path) : IDisposable
    {
        public CamModel Model { get; } = ModelImporter.Import(path, new ModelOptions { InputSize = [8] }, _ => { });

        public Preprocessing Preprocessing => Model.Preprocessing.ForInput(1, 2);

        public void Dispose() => Model.Dispose();
    }
}
