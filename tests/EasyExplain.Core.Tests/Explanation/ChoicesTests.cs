using System.Security.Cryptography;
using System.Text;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;

namespace EasyExplain.Tests.Explanation;

/// <summary>By what a later run knows which photos are done. Pictures of users have it in them: it must stay as it is.</summary>
public sealed class ChoicesTests
{
    private static readonly string Cat = Repository.Photo("cat.jpg");
    private static readonly MethodSettings Settings = new(SampleCount: 4, NoiseStd: 0.3, Seed: 7, BatchSize: 16);

    [Fact]
    public void AllThatDecidesAnExplanation_IsALineEach()
    {
        using CamModel model = Model();
        var choices = new Choices(
            model, LayerSelection.Select(model, ["layer2", "layer3"]), [MethodCatalog.Find("LayerCAM"), MethodCatalog.Find("RandomCAM")],
            ["Predicted", "dog"], 3, Settings with { NoiseStd = 0.25 }, SeedIsGiven: true, Smoothing.Augmentation | Smoothing.Eigen);

        Assert.Equal(
            [
                model.Path, "32", "40", "CenterCrop", "46", "Bicubic", "0.5", "0.25", "0.125", "1", "2", "4", "Bgr", "Float32", "Softmax",
                "", "airplane\tautomobile\tbird\tcat\tdeer\tdog\tfrog\thorse\tship\ttruck", "layer2", "layer3", "LayerCAM", "RandomCAM",
                "class", "Predicted", "dog", "top", "3", "4", "0.25", "Eigen, Augmentation",
                $"{File.GetLastWriteTimeUtc(model.Path).Ticks}", "seed", "7",
            ],
            choices.Text.Split('\n'));
    }

    [Theory]
    [InlineData("RandomCAM", true, "seed\n7")]
    [InlineData("RandomCAM", false, "")]
    [InlineData("LayerCAM", true, "")]
    public void ASeed_CountsWhereItIsGivenAndDrawsNoise(string method, bool given, string end)
    {
        using CamModel model = Model();
        string usual = $"class\ntop\n\n4\n0.3\nNone\n{File.GetLastWriteTimeUtc(model.Path).Ticks}";
        Assert.EndsWith(end.Length > 0 ? $"{usual}\n{end}" : usual, Of(model, method, given).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Occlusion", "window\n8\n4\nbaseline\n-0.5")]
    [InlineData("LayerCAM", "")]
    public void AWindow_CountsWhereItIsGivenAndHeeded(string method, string end)
    {
        using CamModel model = Model();
        string Text(MethodSettings settings) => new Choices(
            model, [model.Layers[^1]], [MethodCatalog.Find(method)], null, null, settings, SeedIsGiven: false, Smoothing.None).Text;
        string usual = Text(Settings);
        Assert.EndsWith($"{File.GetLastWriteTimeUtc(model.Path).Ticks}", usual, StringComparison.Ordinal);
        Assert.Equal(end.Length > 0 ? $"{usual}\n{end}" : usual, Text(Settings with { Window = (8, 4), Baseline = -0.5 }));
    }

    /// <summary>4 is what smoothing methods take where nobody says, and RISE takes a thousand.</summary>
    [Theory]
    [InlineData("RISE", false)]
    [InlineData("SSCAM", true)]
    public void TheUsualNumberOfSamples_IsAnotherQuestionThan4_WhereAMethodTakesMore(string method, bool same)
    {
        using CamModel model = Model();
        string Text(int? samples) => new Choices(model, [model.Layers[^1]], [MethodCatalog.Find(method)], null, null,
            Settings with { SampleCount = samples }, SeedIsGiven: false, Smoothing.None).Text;
        Assert.Equal(same, Text(null) == Text(4));
    }

    [Fact]
    public void TheRulesOfRelevance_AndWhetherItIsAtLayers_CountWhereAMethodAsksForIt()
    {
        using CamModel model = Model();
        Assert.EndsWith("relevance\nEpsilonPlus\n1E-06\n0.25", Of(model, "LRP", seedIsGiven: false).Text, StringComparison.Ordinal);
        Choices atLayers = Of(model, "LRP", seedIsGiven: false) with { Methods = [LRP.Method.AtLayers!] };
        Assert.EndsWith("at layers", new Choices(model, atLayers.Layers, atLayers.Methods, null, null,
            Settings with { Relevance = new(LrpComposite.EpsilonGammaBox, 0.5, 2) }, false, Smoothing.None).Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void TheId_IsTheBeginningOfAHash_OfThePhotoAndTheChoices()
    {
        using CamModel model = Model();
        Choices choices = Of(model, "LayerCAM", seedIsGiven: false);
        var file = new FileInfo(Cat);
        string text = $"{file.FullName}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}\n{choices.Text}";
        Assert.Equal(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16], choices.IdOf(Cat));
    }

    private static CamModel Model() => ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions
    {
        InputSize = [32, 40],
        ResizeMode = ResizeMode.CenterCrop,
        ResizeSize = 46,
        Interpolation = Interpolation.Bicubic,
        Mean = [0.5, 0.25, 0.125],
        Std = [1, 2, 4],
        ChannelOrder = ChannelOrder.Bgr,
    }, _ => { });

    private static Choices Of(CamModel model, string method, bool seedIsGiven) =>
        new(model, [model.Layers[^1]], [MethodCatalog.Find(method)], null, null, Settings, seedIsGiven, Smoothing.None);
}
