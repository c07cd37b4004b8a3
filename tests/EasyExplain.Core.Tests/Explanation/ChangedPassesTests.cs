using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Tests.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation;

[Collection(Alone.Name)] // it counts all tensors alive
public sealed class ChangedPassesTests : IDisposable
{
    private static readonly string[] Methods =
        ["ScoreCAM", "SSCAM", "ISCAM", "AblationCAM", "ReciproCAM", "Occlusion", "RISE", "IntegratedGradients", "SmoothGrad"];

    private readonly CamModel _model = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });
    private readonly Photo _cat = ImageDecoder.Decode(Repository.Photo("cat.jpg"));

    public void Dispose() => _model.Dispose();

    [Fact]
    public void TheBatchSize_DoesNotChangeTheMaps()
    {
        foreach (string method in Methods)
        {
            float[][] maps = [.. new[] { 1, 3, 64 }
                .Select(batch => Explainer(_model, "layer2", method, batch).Explain(_cat, null).Single().Map.ToArray().Cast<float>()
                .ToArray())];
            Assert.True(maps[0].Max(Math.Abs) > 0.9f);
            Assert.All(maps[0].Zip(maps[1]), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-4f));
            Assert.All(maps[0].Zip(maps[2]), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-4f));
        }
    }

    [Theory]
    [InlineData("SSCAM")]
    [InlineData("RISE")]
    [InlineData("SmoothGrad")]
    public void TheSeed_DecidesTheMap(string method)
    {
        float[] Map(long seed) => [.. new Explainer(
            _model, LayerSelection.Select(_model, ["layer2"]), [MethodCatalog.Find(method)], ClassChoice.Predicted,
            new MethodSettings(2, 0.3, seed, 16)).Explain(_cat, null).Single().Map.ToArray().Cast<float>()];
        Assert.Equal(Map(1), Map(1));
        Assert.NotEqual(Map(1), Map(2));
    }

    /// <summary>After mean and a linear layer, y − yₖ is wₖ times the mean of channel k: the map is Σ wₖ·mean(Aₖ)·Aₖ / y.</summary>
    [Fact]
    public void AblationCAM_OfALinearHead_IsItsClosedForm()
    {
        using CamModel model = Tiny(out _);
        Photo photo = GoldenModels.Pattern(model);
        CamExplanation explanation = Explainer(model, "relu", "AblationCAM", 3).Explain(photo, null).Single();
        using DisposeScope scope = NewDisposeScope();
        Tensor a = Executor.Run(model.Network, model.Preprocessing.ToInput(photo), [model.Network.Find("relu")!.Node],
            track: false).Taps[0][0];
        Tensor w = model.Network.Parameters.Single(parameter => parameter.Name == "fc.weight").Value[explanation.Class];
        Tensor expected = Fusion.Scale(((w * a.mean([1, 2])).view(-1, 1, 1) * a).sum(dim: 0).div(explanation.Score).relu());
        Assert.True(expected.max().item<float>() > 0.9f);
        Assert.All(expected.flatten().data<float>().ToArray().Zip(explanation.Map.ToArray().Cast<float>()), pair =>
            Assert.Equal(pair.First, pair.Second, tolerance: 1e-3f));
    }

    [Fact]
    public void AblationCAM_DoesNotRunAgain_WhatComesBeforeTheLayer()
    {
        using CamModel model = Tiny(out List<long> batches);
        Explainer(model, "relu", "AblationCAM", 2).Explain(GoldenModels.Pattern(model), null);
        Assert.Equal([1], batches);
        batches.Clear();
        Explainer(model, "relu", "ScoreCAM", 2).Explain(GoldenModels.Pattern(model), null);
        Assert.Equal([1, 2, 2, 1], batches); // five channels, and masks change the picture itself
    }

    /// <summary>Channels 0, 2 and 4 see the same, 1 and 3 nothing: two passes say what five would.</summary>
    [Fact]
    public void ScoreCAM_RunsOnce_WhatSeveralChannelsSaw()
    {
        using CamModel model = Tiny(out List<long> batches);
        using DisposeScope scope = NewDisposeScope();
        Parameter Of(string name) => model.Network.Parameters.Single(parameter => parameter.Name == name);
        foreach (int channel in new[] { 2, 4 })
        {
            Of("conv.weight").Value[channel].copy_(Of("conv.weight").Value[0] * 2);
            Of("conv.bias").Value[channel].copy_(Of("conv.bias").Value[0] * 2);
        }
        foreach (int channel in new[] { 1, 3 })
        {
            Of("conv.weight").Value[channel].zero_();
            Of("conv.bias").Value[channel].fill_(-1);
        }
        Photo photo = GoldenModels.Pattern(model);
        CamExplanation explanation = Explainer(model, "relu", "ScoreCAM", 3).Explain(photo, null).Single();
        Assert.Equal([1, 2], batches);

        Tensor input = model.Preprocessing.ToInput(photo);
        Tensor a = Executor.Run(model.Network, input, [model.Network.Find("relu")!.Node], track: false).Taps[0][0];
        Tensor masks = nn.functional.interpolate(Fusion.ScaleChannels(a).unsqueeze(1), [8, 8], mode: InterpolationMode.Bilinear,
            align_corners: false);
        Tensor scores = Executor.Run(model.Network, masks * input, [], track: false).Logits[.., explanation.Class];
        Tensor expected = Fusion.Scale((scores.softmax(0).view(-1, 1, 1) * a).sum(dim: 0).relu());
        Assert.True(expected.max().item<float>() > 0.9f);
        Assert.All(expected.flatten().data<float>().ToArray().Zip(explanation.Map.ToArray().Cast<float>()), pair =>
            Assert.Equal(pair.First, pair.Second, tolerance: 1e-5f));
    }

    [Theory]
    [InlineData("ScoreCAM", 4)]             // the picture, and five channels in batches of two
    [InlineData("SmoothGradCAMPlusPlus", 3)] // the picture, and four copies
    [InlineData("AblationCAM", 1)]
    [InlineData("ReciproCAM", 1)]
    [InlineData("RISE", 3)]                  // the picture, and four masks
    [InlineData("IntegratedGradients", 3)]
    [InlineData("SmoothGrad", 3)]
    [InlineData("Occlusion", 33)]            // the picture, and 64 windows of a pixel
    public void SeveralClasses_ShareTheirPasses_AndHaveTheMapsOfEachAlone(string method, int passes)
    {
        using CamModel model = Tiny(out List<long> batches);
        Photo photo = GoldenModels.Pattern(model);
        IReadOnlyList<CamExplanation> Explain(ClassChoice choice) =>
            new Explainer(model, LayerSelection.Select(model, ["relu"]), [MethodCatalog.Find(method)], choice, new MethodSettings(4, 0.3, 7, 2))
                .Explain(photo, null);

        IReadOnlyList<CamExplanation> together = Explain(ClassChoice.Top(3));
        Assert.Equal(passes, batches.Count);
        Assert.Equal(3, together.Count);
        Assert.All(together, one => Assert.Equal(Explain(ClassChoice.Of(model, $"{one.Class}")).Single().Map.ToArray().Cast<float>(),
            one.Map.ToArray().Cast<float>()));
    }

    /// <summary>
    /// Of a picture of 2048² the input, a convolution to four channels and its ReLU have 3, 4 and 4 times 2²² numbers of 4 bytes, taken
    /// twice.
    /// </summary>
    [Theory]
    [InlineData(false, 64, 4)] // forward, at most two of them are alive: 2²⁸ bytes a picture
    [InlineData(true, 64, 2)]  // for the way back, all stay: 11 · 2²⁵ bytes
    [InlineData(false, 3, 3)]
    public void AsManyPicturesRunAtATime_AsAGibibyteHolds(bool track, int asked, int fit)
    {
        using DisposeScope scope = NewDisposeScope();
        var g = new NetworkBuilder(3, 2048, 2048);
        Node x = g.ReLU("relu", g.Conv2d("conv", g.Input, 4, kernel: 3, padding: 1));
        using Network network = SmallNetwork.Fill(g.Build(g.Linear("fc", g.Flatten(g.AdaptiveAvgPool2d("pool", x, 1)), 3)));
        var run = new PictureRun(
            network, zeros(1).expand(1, 3, 2048, 2048), [], [], new Pass(zeros(1, 3), []), new MethodSettings(1, 0, 0, asked), Progress: null,
            default);
        Assert.Equal(fit, run.FittingBatch(track));
    }

    [Fact]
    public void ProgressIsTold_AfterEachBatch()
    {
        using CamModel model = Tiny(out _);
        List<(int Done, int Of)> told = [];
        foreach (string method in new[] { "AblationCAM", "ISCAM", "SmoothGradCAMPlusPlus" })
        {
            Explainer(model, "relu", method, 3, (done, of) => told.Add((done, of))).Explain(GoldenModels.Pattern(model), null);
        }
        Assert.Equal([(3, 5), (5, 5), (3, 10), (5, 10), (8, 10), (10, 10), (2, 2)], told);
    }

    [Theory]
    [InlineData("ScoreCAM")]
    [InlineData("SSCAM")]
    [InlineData("ISCAM")]
    [InlineData("AblationCAM")]
    [InlineData("ReciproCAM")]
    [InlineData("Occlusion")]
    [InlineData("RISE")]
    [InlineData("IntegratedGradients")]
    [InlineData("SmoothGrad")]
    public void ItStopsBetweenBatches_AndLeavesNoTensorBehind(string method)
    {
        // After the last layer there is nothing but averages, of which all are one batch.
        string layer = method == "ReciproCAM" ? "layer2" : "layer3";
        Explainer(_model, layer, method, 4, samples: 16).Explain(_cat, null);
        long before = Alone.TensorsAlive();
        Explainer(_model, layer, method, 4, samples: 16).Explain(_cat, null);
        Assert.Equal(before, Tensor.TotalCount);

        using var stop = new CancellationTokenSource();
        List<long> alive = []; // after each batch: no batch leaves anything for the next
        void StopAtTheThird(int done, int of)
        {
            alive.Add(Tensor.TotalCount);
            if (done == 12)
            {
                stop.Cancel();
            }
        }
        Assert.Throws<OperationCanceledException>(() =>
            Explainer(_model, layer, method, 4, StopAtTheThird, samples: 16).Explain(_cat, null, stop.Token));
        Assert.Equal([alive[0], alive[0], alive[0]], alive);
        Assert.Equal(before, Tensor.TotalCount);
    }

    private static Explainer Explainer(CamModel model, string layer, string method, int batch, Action<int, int>? progress = null,
        int samples = 2) =>
        new(model, LayerSelection.Select(model, [layer]), [MethodCatalog.Find(method)], ClassChoice.Predicted,
            new MethodSettings(samples, 0.3, 7, batch), progress: progress);

    /// <summary>count → conv (five channels) → relu → mean → fc, which notes how large each batch is that passes its start.</summary>
    private CamModel Tiny(out List<long> batches)
    {
        batches = [];
        var g = new NetworkBuilder(3, 8, 8);
        Node x = g.ReLU("relu", g.Conv2d("conv", g.Call(new Counted(batches), g.Input), 5, kernel: 3));
        Network network = SmallNetwork.Fill(g.Build(g.Linear("fc", g.Flatten(g.AdaptiveAvgPool2d("pool", x, 1)), 3)));
        return new CamModel("tiny", "tiny", "tiny", network, _model.Preprocessing.ForInput(8, 8), [], CPU);
    }

    private sealed record Counted(List<long> Batches) : KeepsShape
    {
        public override Tensor Run(IReadOnlyList<Tensor> inputs)
        {
            Batches.Add(inputs[0].shape[0]);
            return inputs[0].alias();
        }
    }
}
