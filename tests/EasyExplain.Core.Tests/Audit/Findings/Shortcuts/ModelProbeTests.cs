using EasyExplain.Architectures;
using EasyExplain.Audit.Findings.Shortcuts;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Audit.Findings.Shortcuts;

/// <summary>What a probe hands to models that do not take colours.</summary>
public class ModelProbeTests
{
    [Fact]
    public void AModelOfGrey_IsAskedInGrey()
    {
        using var image = new OneImage();
        using CamModel model = Build(channels: 1);
        var probe = new ModelProbe(model, "layer3", default);
        float[] input = probe.Input(image.Row)!;
        Assert.Equal(3 * PlantedShortcut.Side * PlantedShortcut.Side, input.Length);
        Assert.Equal(((0 - 0.449f) / 0.226f, (1 - 0.449f) / 0.226f), probe.Range(2));

        using DisposeScope scope = NewDisposeScope();
        Tensor grey = model.Preprocessing.ToInput(ImageDecoder.Decode(image.Row.Path));
        float[] right = Executor.Run(model.Network, grey, [], track: false).Logits.data<float>().ToArray();
        Assert.All(right.Zip(probe.Ask([input]).Single().Logits), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
    }

    [Fact]
    public void AModelOfBands_IsRefused()
    {
        using CamModel model = Build(channels: 5);
        Assert.Contains("5 bands", Assert.Throws<ModelImportException>(() => new ModelProbe(model, "layer3", default)).Message,
            StringComparison.Ordinal);
    }

    private static CamModel Build(int channels)
    {
        Architecture architecture = ArchitectureCatalog.Find("resnet20");
        Network network = architecture.Build(10, PlantedShortcut.Side, PlantedShortcut.Side, channels);
        foreach (Parameter parameter in network.Parameters)
        {
            using DisposeScope scope = NewDisposeScope();
            parameter.Load(tensor(Goldens.FormulaWeights(parameter.Name, parameter.Shape)).view([.. parameter.Shape]));
        }
        Preprocessing preprocessing = architecture.Preprocessing.ForInput(PlantedShortcut.Side, PlantedShortcut.Side).ForChannels(channels);
        return new CamModel("probed", "resnet20", "", network,
            channels == 1 ? preprocessing with { Mean = [0.449], Std = [0.226] } : preprocessing, [], CPU);
    }
}
