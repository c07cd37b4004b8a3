using System.Text.Json;
using EasyExplain.Models;
using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Import.Detectors;

/// <summary>torchvision's segmenters as its exporter writes them, against what PyTorch makes of them.</summary>
public sealed class TorchvisionSegmenterTests
{
    [Theory]
    [InlineData("deeplabv3.onnx")]
    [InlineData("fcn.onnx")]
    [InlineData("fcn_traced.pt")]
    [InlineData("fcn_scripted.pt")]
    [InlineData("lraspp.onnx")]
    [InlineData("lraspp_scripted.pt")]
    [InlineData("unet.onnx")]
    public void ClassesAndMaps_AreThoseOfPyTorch(string file)
    {
        using var files = new TorchvisionFiles();
        JsonElement expected = TorchvisionFiles.Of(file.Split('.', '_')[0]);
        int[] size = [.. expected.GetProperty("size").EnumerateArray().Select(side => side.GetInt32())];
        using CamModel model = files.Import(file, new ModelOptions { InputSize = size, Mean = [0, 0, 0], Std = [1, 1, 1] });
        Assert.Equal((CamTask.Segment, 5), (model.Task, model.ClassCount));
        Assert.Contains(files.Said, said => said.Contains(": scores of 5 classes at each of", StringComparison.Ordinal)
            && !said.Contains("'aux'", StringComparison.Ordinal));
        foreach (JsonElement picture in expected.GetProperty("pictures").EnumerateArray())
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor input = model.Preprocessing.ToInput(TorchvisionFiles.Photo(size[0], size[1], picture.GetProperty("picture").GetInt32()));
            JsonElement[] targets = [.. picture.GetProperty("targets").EnumerateArray()];
            JsonProperty layer = targets[0].GetProperty("layers").EnumerateObject().First();
            Pass pass = Executor.Run(model.Network, input, [model.Network.Find(layer.Name)!.Node], track: true);
            Tensor logits = pass.Logits[0], regions = logits.argmax(0);
            Assert.All(TorchvisionFiles.Numbers(picture.GetProperty("corner"))
                .Zip(TorchvisionFiles.Numbers(logits.narrow(1, 0, 4).narrow(2, 0, 4))),
                pair => Assert.Equal(pair.First, pair.Second, 1e-3));
            Assert.All(TorchvisionFiles.Numbers(picture.GetProperty("counts"))
                .Zip(TorchvisionFiles.Numbers(regions.flatten().to(float32).histc(5, 0, 5))),
                pair => Assert.Equal(pair.First, pair.Second, 2.0)); // places at which two classes are as good
            foreach (JsonElement target in targets)
            {
                int @class = target.GetProperty("class").GetInt32();
                Tensor own = regions.eq(@class).to(float32), sum = (logits[@class] * own).sum();
                Assert.Equal(target.GetProperty("mean logit").GetDouble(), sum.item<float>() / own.sum().item<float>(), 1e-3);
                Tensor gradient = pass.Gradients(sum)[0][0];
                foreach ((string method, Tensor map) in TorchvisionFiles.Maps(pass.Taps[0].detach()[0], gradient))
                {
                    double r = TorchvisionFiles.Correlation(target.GetProperty("layers").GetProperty(layer.Name).GetProperty(method), map);
                    Assert.True(r >= 0.99, $"{method} of class {@class}: {r}");
                }
            }
        }
    }
}
