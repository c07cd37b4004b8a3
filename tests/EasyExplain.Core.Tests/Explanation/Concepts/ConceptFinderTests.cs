using EasyExplain.Explanation;
using EasyExplain.Explanation.Concepts;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation.Concepts;

[Collection(Alone.Name)] // it counts all tensors alive
public sealed class ConceptFinderTests : IDisposable
{
    private readonly CamModel _bundled = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });
    private readonly Photo _cat = ImageDecoder.Decode(Repository.Photo("cat.jpg"));

    public void Dispose() => _bundled.Dispose();

    /// <summary>
    /// Left red, right blue, a layer with a negative channel: with its minimum (-3) off, the two halves are (1, 0, 1, 2) and (0, 2, 1, 0),
    /// and there is no other way to write them.
    /// </summary>
    [Fact]
    public void TwoHalves_AreTwoConcepts_WithTheirOwnChannelsPlacesSharesAndClasses()
    {
        using CamModel model = Tiny();
        CamConcepts found = Finder(model, "conv", 2, 3).Find(Halves(), null).Single();

        Assert.Equal(6 / 11.0, found.Concepts[0].Share, tolerance: 1e-6);
        Assert.Equal(5 / 11.0, found.Concepts[1].Share, tolerance: 1e-6);
        Assert.Equal(1, found.Explained, tolerance: 1e-6);
        float[][] vectors = [[1, 0, 1, -1], [0, 2, 1, -3]];
        for (int concept = 0; concept < 2; concept++)
        {
            Assert.All(found.Concepts[concept].GetVector().Zip(vectors[concept]), pair =>
                Assert.Equal(pair.Second, pair.First, tolerance: 1e-4f));
            float[,] map = found.Concepts[concept].Map.ToArray();
            for (int x = 0; x < 8; x++)
            {
                Assert.Equal(x < 4 == (concept == 0) ? 1f : 0f, map[3, x], tolerance: 1e-4f);
            }
            // The last layer reads the mean of each channel, and class c is channel c.
            double total = vectors[concept].Take(3).Sum(value => Math.Exp(value));
            Assert.Equal(3, found.Concepts[concept].Predictions.Length);
            Assert.All(found.Concepts[concept].Predictions, each =>
                Assert.Equal(Math.Exp(vectors[concept][each.Class]) / total, each.Probability, tolerance: 1e-4));
        }
        Assert.Equal([1, 2], found.Concepts.Select(concept => concept.Index));
        Assert.Equal(1, found.Concepts[1].Predictions[0].Class);
    }

    [Fact]
    public void MoreConceptsThanThereAre_GivesThoseThatThereAre()
    {
        using CamModel model = Tiny();
        Assert.Equal(2, Finder(model, "conv", 64, 1).Find(Halves(), null).Single().Concepts.Length);
    }

    [Fact]
    public void ALayerOfZeros_HasNoConcepts()
    {
        using CamModel model = Tiny();
        CamConcepts found = Finder(model, "conv", 5, 1).Find(zeros(1, 3, 8, 8)).Single();
        Assert.Empty(found.Concepts);
        Assert.Equal(0, found.Explained);
    }

    /// <summary>
    /// pytorch-grad-cam's classifier(concept): the last layer of the concept's vector, where nothing but a global average lies between.
    /// </summary>
    [Theory]
    [InlineData("bundled", "layer3", "fc")]
    [InlineData("resnet18", "layer4", "fc")]
    public void WhatAConceptSpeaksFor_IsTheLastLayerOfIt(string name, string layer, string last)
    {
        using CamModel? golden = name == "bundled" ? null : GoldenModels.Build(name, 96);
        CamModel model = golden ?? _bundled;
        CamConcepts found = Finder(model, layer, 3, 2).Find(_cat, null).Single();
        float[] weight = Values(model, last + ".weight"), bias = Values(model, last + ".bias");
        foreach (CamConcept concept in found.Concepts)
        {
            float[] vector = concept.GetVector();
            double[] powers = [.. bias.Select((b, @class) =>
                Math.Exp(b + vector.Select((value, channel) => (double)value * weight[@class * vector.Length + channel]).Sum()))];
            Prediction[] expected = [.. powers.Select((power, @class) => new Prediction(@class, "", power / powers.Sum()))
                .OrderByDescending(each => each.Probability).Take(2)];
            Assert.Equal(expected.Select(each => each.Class), concept.Predictions.Select(each => each.Class));
            Assert.All(expected.Zip(concept.Predictions), pair =>
                Assert.Equal(pair.First.Probability, pair.Second.Probability, tolerance: 1e-4));
        }
        Assert.Equal(3, found.Concepts.Length);
        Assert.True(found.Concepts.Zip(found.Concepts.Skip(1)).All(pair => pair.First.Share >= pair.Second.Share));
    }

    [Fact]
    public void TheSamePhoto_GivesTheSameConcepts_AtEveryLayerAsked()
    {
        ConceptFinder finder = new(_bundled, LayerSelection.Select(_bundled, ["layer2", "layer3.0.conv1"]), 4, 1);
        string Text() => string.Join('\n', finder.Find(_cat, null).SelectMany(found => found.Concepts)
            .Select(concept => $"{concept.Map.Layer} {concept} {concept.Share:R} {string.Join(' ', concept.Map.ToArray().Cast<float>())}"));
        string first = Text();
        Assert.Equal(first, Text());
        // its output has negative values, and what follows reads another branch too
        Assert.Contains("layer3.0.conv1 4 (", first, StringComparison.Ordinal);
    }

    [Fact]
    public void NothingNativeIsLeft_NorAfterItWasStopped()
    {
        ConceptFinder finder = Finder(_bundled, "layer3", 5, 2);
        finder.Find(_cat, null);
        long before = Alone.TensorsAlive();
        finder.Find(_cat, null);
        Assert.Equal(before, Tensor.TotalCount);
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => finder.Find(_cat, null, stop.Token));
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void WithoutAReachedOutput_ALayerIsRefused_AndTheOneToTakeIsNamed()
    {
        using CamModel model = GoldenModels.Build("vit_b_32");
        var error = Assert.Throws<SelectionException>(() => Finder(model, "encoder.layers.encoder_layer_11", 2, 1));
        Assert.Contains("'encoder.layers.encoder_layer_11'", error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{model.DefaultLayer}'", error.Message, StringComparison.Ordinal);

        // tokens beside a class token
        CamConcepts found = Finder(model, model.DefaultLayer, 3, 1).Find(GoldenModels.Pattern(model), null).Single();
        Assert.Equal((7, 7), (found.Concepts[0].Map.Height, found.Concepts[0].Map.Width));
        Assert.Equal(768, found.Concepts[0].GetVector().Length);
    }

    [Fact]
    public void APictureWithNaN_IsRefused() =>
        Assert.Throws<InvalidDataException>(() => Finder(_bundled, "layer3", 2, 1).Find(full([1, 3, 32, 32], float.NaN)));

    private static ConceptFinder Finder(CamModel model, string layer, int count, int top) =>
        new(model, LayerSelection.Select(model, [layer]), count, top);

    private static float[] Values(CamModel model, string name) =>
        model.Network.Parameters.Single(parameter => parameter.Name == name).Value.contiguous().data<float>().ToArray();

    private static Photo Halves()
    {
        byte[] rgb = new byte[8 * 8 * 3];
        for (int pixel = 0; pixel < 64; pixel++)
        {
            rgb[pixel * 3 + (pixel % 8 < 4 ? 0 : 2)] = 255;
        }
        return new Photo(8, 8, rgb);
    }

    /// <summary>
    /// Channels red, 2·blue, red + blue and −red − 3·blue; then the mean of each, of which the first three are the logits.
    /// </summary>
    private static CamModel Tiny()
    {
        EasyExplain.Runtime.NativeLibraries.LoadTorch();
        var g = new NetworkBuilder(3, 8, 8);
        Network network = g.Build(g.Linear("fc", g.Flatten(g.AdaptiveAvgPool2d("pool", g.Conv2d("conv", g.Input, 4, kernel: 1), 1)), 3));
        foreach (Parameter parameter in network.Parameters)
        {
            using DisposeScope scope = NewDisposeScope();
            parameter.Load(parameter.Name switch
            {
                "conv.weight" => tensor(new float[] { 1, 0, 0, 0, 0, 2, 1, 0, 1, -1, 0, -3 }).view(4, 3, 1, 1),
                "fc.weight" => eye(3, 4),
                _ => zeros([.. parameter.Shape]),
            });
        }
        return new CamModel("tiny", "tiny", "tiny", network, new Preprocessing(8, 8, [0, 0, 0], [1, 1, 1], ResizeMode.Stretch), [], CPU);
    }
}
