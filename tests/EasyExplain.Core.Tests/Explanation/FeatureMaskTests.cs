using System.Globalization;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;

namespace EasyExplain.Tests.Explanation;

/// <summary>The methods that mask a layer's output, and LeGrad, against their authors', OpenVINO's and torch-cam's.</summary>
[TestCaseOrderer(ByKey.Type, ByKey.Assembly)]
public sealed class FeatureMaskTests(AttributionModels models) : IClassFixture<AttributionModels>
{
    public static TheoryData<string> Recipro =>
        AttributionGoldens.Keys("featuremasks", golden => golden.What[0].StartsWith("ReciproCAM", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Recipro))]
    public void ReciproCAM_IsTheReferences(string key)
    {
        AttributionCase golden = AttributionGoldens.Find("featuremasks", key);
        string[] where = golden.What[1].Split(',');
        PlaceMask mask = where is [_, var option] ? option switch
        {
            "gaussian=spread" => PlaceMask.Spread,
            "gaussian=window" => PlaceMask.Window,
            _ => throw new NotSupportedException(key),
        }
        : PlaceMask.Single;
        CamMethod method = ReciproCAM.Of(mask, golden.What[0] switch
        {
            "ReciproCAM.softmax" => true,
            "ReciproCAM.logit" => false,
            _ => throw new NotSupportedException(key),
        });
        golden.Agrees(golden.Explain(models.Of(golden), method, new MethodSettings(null, 0, 0, BatchSize: 16), where[0]).Map);
    }

    public static TheoryData<string> ViT =>
        AttributionGoldens.Keys("featuremasks", golden => golden.What[0].StartsWith("ViTReciproCAM", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(ViT))]
    public void ViTReciproCAM_IsTheReferences(string key)
    {
        AttributionCase golden = AttributionGoldens.Find("featuremasks", key);
        string[] how = golden.What[0]["ViTReciproCAM.".Length..].Split(',');
        PlaceMask mask = how[1] == "gaussian=True" ? PlaceMask.Window : PlaceMask.Single;
        CamMethod method = how[0] switch
        {
            "authors" => ViTReciproCAM.Of(mask, probabilities: true, aroundToo: false),
            "openvino" => ViTReciproCAM.Of(mask, probabilities: false, aroundToo: true),
            _ => throw new NotSupportedException(key),
        };
        golden.Agrees(golden.Explain(models.Of(golden), method, new MethodSettings(null, 0, 0, BatchSize: 16), Block(golden.What[1])).Map);
    }

    public static TheoryData<string> Attention =>
        AttributionGoldens.Keys("featuremasks", golden => golden.What[0].StartsWith("LeGrad", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Attention))]
    public void LeGrad_IsTorchCams(string key)
    {
        AttributionCase golden = AttributionGoldens.Find("featuremasks", key);
        int[] span = [.. golden.What[1]["blocks".Length..].Split('-').Select(block => int.Parse(block, CultureInfo.InvariantCulture))];
        string[] blocks = [.. Enumerable.Range(span[0], span[1] - span[0] + 1).Select(block => Block($"block{block}"))];
        CamMap map = golden.Explain(models.Of(golden), LeGrad.Method, new MethodSettings(null, 0, 0, BatchSize: 16), blocks).Map;
        double height = golden.Number("raw_max") - golden.Number("raw_min"); // torch-cam adds 1e-8 to what it divides by
        golden.Agrees([.. map.ToArray().Cast<float>().Select(value => (float)(value * height / (height + 1e-8)))]);
    }

    private static string Block(string name) => $"encoder.layers.encoder_layer_{name["block".Length..]}";
}
