using System.Globalization;
using System.Text.RegularExpressions;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;

namespace EasyExplain.Tests.Explanation;

/// <summary>Occlusion against Captum's.</summary>
[TestCaseOrderer(ByKey.Type, ByKey.Assembly)]
public sealed partial class OcclusionTests(AttributionModels models) : IClassFixture<AttributionModels>
{
    public static TheoryData<string> Cases => AttributionGoldens.Keys("occlusion");

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheMap_IsCaptums(string key)
    {
        AttributionCase golden = AttributionGoldens.Find("occlusion", key);
        Match which = Which().Match(golden.What[1]);
        long Number(string name) => long.Parse(which.Groups[name].Value, CultureInfo.InvariantCulture);
        var settings = new MethodSettings(null, 0, 0, BatchSize: 16)
        {
            Window = (Number("h"), Number("w")),
            Stride = (Number("sh"), Number("sw")),
            Baseline = double.Parse(which.Groups["b"].Value, CultureInfo.InvariantCulture),
        };
        golden.Agrees(golden.Explain(models.Of(golden), Occlusion.Method, settings).Map);
    }

    [GeneratedRegex(@"^w(?<h>\d+)x(?<w>\d+)s(?<sh>\d+)x(?<sw>\d+)b(?<b>.+)$")]
    private static partial Regex Which();
}
