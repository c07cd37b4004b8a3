using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;

namespace EasyExplain.Tests.Explanation;

/// <summary>The methods that mask a layer's output, and LeGrad, against their authors', OpenVINO's and torch-cam's.</summary>
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
}
