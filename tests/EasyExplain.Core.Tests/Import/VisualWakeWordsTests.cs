using System.Text.Json;
using EasyExplain.Import.Onnx;
using EasyExplain.Import.TorchScript;
using EasyExplain.Networks;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Import;

/// <summary>A really trained model, against PyTorch's logits and torch-cam's maps for 15 photos.</summary>
public sealed class VisualWakeWordsTests
{
    private static readonly string[] Taps = ["blocks.2", "blocks.6", "blocks.12"];

    [Theory]
    [InlineData("model_traced.pt")]
    [InlineData("model_scripted.pt")]
    [InlineData("model.onnx")]
    public void LogitsAndMaps_AreThoseOfTorchCam(string name)
    {
        JsonElement photos = JsonDocument.Parse(File.ReadAllBytes(Repository.Data("vww", "golden.json"))).RootElement.GetProperty("images");
        using Network network = Import(Repository.Data("vww", name));
        using WeightFile inputs = WeightFile.Open(Repository.Data("vww", "golden_inputs.safetensors"));
        Assert.Equal(name.EndsWith(".pt", StringComparison.Ordinal) ? "DepthwiseSeparable" : "Module", network.Find("blocks.12")!.Type);
        Assert.NotNull(network.Find("blocks.3.depthwise.conv"));
        foreach (WeightEntry entry in inputs.Entries)
        {
            using DisposeScope scope = NewDisposeScope();
            JsonElement photo = photos.GetProperty(entry.Name);
            Pass pass = Executor.Run(network, inputs.ReadFloat32(entry).unsqueeze(0), [.. Taps.Select(tap => network.Find(tap)!.Node)],
                track: true);
            AssertNear(photo.GetProperty("logits"), pass.Logits, 1e-4);
            IReadOnlyList<Tensor> gradients = pass.Gradients(pass.Logits[0, 1]);
            for (int i = 0; i < Taps.Length; i++)
            {
                (Tensor a, Tensor g) = (pass.Taps[i].detach()[0], gradients[i][0]);
                JsonElement cams = photo.GetProperty("cams");
                AssertNear(cams.GetProperty("GradCAM").GetProperty(Taps[i]).GetProperty("map"),
                    Scaled((g.mean([1, 2], keepdim: true) * a).sum(dim: 0).relu()), 1e-3);
                AssertNear(cams.GetProperty("LayerCAM").GetProperty(Taps[i]).GetProperty("map"), Scaled((g.relu() * a).sum(dim: 0).relu()),
                    1e-3);
            }
        }
    }

    private static Network Import(string path)
    {
        if (path.EndsWith(".onnx", StringComparison.Ordinal))
        {
            return OnnxFile.Open(path).ToNetwork(96, 96, _ => { });
        }
        using TorchScriptFile file = TorchScriptFile.Open(path);
        return file.ToNetwork(96, 96, _ => { });
    }

    private static Tensor Scaled(Tensor map)
    {
        Tensor shifted = map - map.min();
        return shifted / (shifted.max() + 1e-8);
    }

    private static void AssertNear(JsonElement expected, Tensor actual, double tolerance)
    {
        float[] right = [.. Numbers(expected)], found = actual.detach().contiguous().data<float>().ToArray();
        Assert.Equal(right.Length, found.Length);
        Assert.All(found.Zip(right), pair => Assert.Equal(pair.Second, pair.First, tolerance));

        static IEnumerable<float> Numbers(JsonElement element) =>
            element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().SelectMany(Numbers) : [element.GetSingle()];
    }
}
