using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Models;

namespace EasyExplain.Tests.Explanation;

/// <summary>The goldens once more, on a GPU: within the same tolerance.</summary>
public class CudaGoldenTests(GoldenModels models) : IClassFixture<GoldenModels>
{
    public static TheoryData<string> Methods => GoldenMethodTests.Cases;

    public static TheoryData<string> Architectures => GoldenArchitectureTests.Cases;

    [CudaTheory]
    [MemberData(nameof(Methods))]
    public void TheMap_IsThatOfTheReference(string key) => GoldenMethodTests.Check(key, models, "cuda");

    [CudaTheory]
    [MemberData(nameof(Architectures))]
    public void LogitsAndMaps_AreThoseOfTheReference(string architecture) => GoldenArchitectureTests.Check(architecture, "cuda");

    /// <summary>Of methods without goldens, too; noise and random weights are drawn on the CPU, and so are the same.</summary>
    [CudaTheory]
    [InlineData("resnet20")]
    public void EveryMethod_GivesTheMapOfTheCpu(string architecture)
    {
        using CamModel there = GoldenModels.Build(architecture, 32, "cuda"), here = GoldenModels.Build(architecture, 32);
        foreach (var (expected, map) in Maps(here).Zip(Maps(there)))
        {
            MapAssert.Agrees(new Golden([expected.Map.Height, expected.Map.Width], Bytes(expected.Map)), map.Map, map.Method);
        }
    }

    private static IReadOnlyList<CamExplanation> Maps(CamModel model)
    {
        string[] layers = ["layer2", "layer3"];
        CamMethod[] methods = [.. MethodCatalog.All.Where(method => method.Fits(LayerSelection.Select(model, layers)))];
        var explainer = new Explainer(model, LayerSelection.Select(model, layers), methods, ClassChoice.Predicted,
            new MethodSettings(4, 0.3, 7, BatchSize: 3));
        return explainer.Explain(GoldenModels.Pattern(model), null);
    }

    private static byte[] Bytes(CamMap map) => [.. map.ToArray().Cast<float>().SelectMany(BitConverter.GetBytes)];
}
