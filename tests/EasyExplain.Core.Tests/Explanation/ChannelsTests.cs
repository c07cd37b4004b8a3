using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Tests.Explanation;

/// <summary>What channels say of an image, and how it is kept.</summary>
[Collection(Alone.Name)] // others count tensors alive
public sealed class ChannelsTests : IDisposable
{
    private readonly CamModel _model = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });
    private readonly Photo _cat = ImageDecoder.Decode(Repository.Photo("cat.jpg"));

    public void Dispose() => _model.Dispose();

    /// <summary>
    /// After layer3 come the mean of each channel and one matrix: so relevance is weight × feature, and adds up to the score but for the
    /// bias.
    /// </summary>
    [Theory]
    [InlineData(Smoothing.None, "GradCAM")]
    [InlineData(Smoothing.Augmentation, "LayerCAM", "GradCAM")]
    public void BeforeALinearClassifier_RelevanceIsWeightTimesFeature(Smoothing smoothing, params string[] methods)
    {
        float[] Parameter(string name) =>
            _model.Network.Parameters.Single(parameter => parameter.Name == name).Value.data<float>().ToArray();
        float[] weights = Parameter("fc.weight"), biases = Parameter("fc.bias");
        foreach (CamExplanation explanation in Explain(["layer3", "layer1"], methods, ClassChoice.Of(_model, "dog", "cat"), smoothing))
        {
            ChannelVector features = explanation.Channels!.Features, relevance = explanation.Channels.Relevance!;
            Assert.Equal(64, features.Values.Length);
            float[] expected = [.. features.ToArray().Select((feature, channel) => feature * weights[explanation.Class * 64 + channel])];
            float largestWeight = weights.Max(Math.Abs);
            Assert.All(expected.Zip(relevance.ToArray()),
                pair => Assert.Equal(pair.First, pair.Second, tolerance: (relevance.Scale + features.Scale * largestWeight) / 2 + 1e-5f));
            Assert.Equal(explanation.Score, relevance.ToArray().Sum() + biases[explanation.Class], tolerance: 64 * relevance.Scale / 4);
        }
    }

    [Fact]
    public void WithoutGradients_ThereIsNoRelevance_AndOfTheInput_Nothing()
    {
        IReadOnlyList<CamExplanation> all = Explain(["layer3"], ["EigenCAM", "GradCAM", "FullGrad"], ClassChoice.Predicted);
        Assert.Null(all[0].Channels!.Relevance);
        Assert.NotNull(all[1].Channels!.Relevance);
        Assert.Same(all[0].Channels!.Features, all[1].Channels!.Features);
        Assert.Null(all[2].Channels);
        Assert.Null(Explain(["layer3"], ["EigenCAM"], ClassChoice.Predicted).Single().Channels!.Relevance);
    }

    [Theory]
    [InlineData("ship", 8)]
    [InlineData("cat", 3)]
    [InlineData("3", 3)]
    [InlineData("unicorn", -1)]
    [InlineData("cat, ship", -1)]
    public void TheExpectedClass_HasItsProbability_WhateverItsRank(string expected, int @class)
    {
        CamExplanation explanation = Explain(["layer3"], ["GradCAM"], ClassChoice.Predicted).Single().Expecting(expected.Split(", "));
        Assert.Equal(@class, explanation.ExpectedClass);
        double? probability = @class < 0 ? null
            : Explain(["layer3"], ["GradCAM"], ClassChoice.Of(_model, $"{@class}")).Single().Probability;
        Assert.Equal(probability is not null, explanation.ExpectedProbability is not null);
        Assert.Equal(probability ?? 0, explanation.ExpectedProbability ?? 0, tolerance: 1e-7);
    }

    /// <summary>
    /// Johnson and Lindenstrauss, in the form of Dasgupta and Gupta (2003): among n points in k dimensions no squared distance changes by
    /// more than ε, where k is at least 4 ln n / (ε²/2 − ε³/3).
    /// </summary>
    [Fact]
    public void OfManyChannels_DistancesAreKept()
    {
        const double epsilon = 0.54; // 12 points in 128 dimensions
        var random = new Random(1);
        float[][] points = [.. Enumerable.Range(0, 12).Select(_ =>
            Enumerable.Range(0, 2048).Select(_ => MathF.Max(0, random.NextSingle() - 0.7f) * random.Next(1, 20)).ToArray())];
        float[][] kept = [.. points.Select(point => ChannelVector.Of(point).ToArray())];
        double[] ratios = [.. from one in Enumerable.Range(0, 12) from other in Enumerable.Range(0, one)
                              select Squared(kept[one], kept[other]) / Squared(points[one], points[other])];
        Assert.All(ratios, ratio => Assert.InRange(ratio, 1 - epsilon, 1 + epsilon));
        Assert.InRange(ratios.Average(), 0.9, 1.1);
        Assert.Equal(128, kept[0].Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(128)]
    public void OfFewChannels_EachIsKept(int count)
    {
        var random = new Random(count);
        float[] channels = [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * 1e-3f)];
        ChannelVector kept = ChannelVector.Of(channels);
        Assert.Equal(channels.Max(Math.Abs) / 127, kept.Scale, tolerance: 1e-12f);
        Assert.All(channels.Zip(kept.ToArray()), pair => Assert.Equal(pair.First, pair.Second, tolerance: kept.Scale * 0.501f));
    }

    [Fact]
    public void WhatIsNotFinite_CountsAsNothing()
    {
        Assert.Equal([0f, 2f, 0f], ChannelVector.Of([float.NaN, 2, float.NegativeInfinity]).ToArray());
        Assert.All(ChannelVector.Of([.. Enumerable.Repeat(float.MaxValue, 2048)]).ToArray(), number => Assert.True(float.IsFinite(number)));
        Assert.All(ChannelVector.Of([float.Epsilon, 0]).ToArray(), number => Assert.True(float.IsFinite(number)));
        Assert.Empty(ChannelVector.Of([]).Values);
        Assert.Equal([0f, 0f], ChannelVector.Of([0, 0]).ToArray());
    }

    private static double Squared(float[] one, float[] other) =>
        one.Zip(other).Sum(pair => Math.Pow(pair.First - (double)pair.Second, 2));

    private IReadOnlyList<CamExplanation> Explain(
        string[] layers, string[] methods, ClassChoice choice, Smoothing smoothing = Smoothing.None) =>
        new Explainer(_model, LayerSelection.Select(_model, layers), [.. methods.Select(MethodCatalog.Find)], choice,
            new MethodSettings(SampleCount: 4, NoiseStd: 0.1, Seed: 1, BatchSize: 4), smoothing).Explain(_cat, null);
}
