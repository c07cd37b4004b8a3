using EasyExplain.Audit;
using EasyExplain.Reports;
using EasyExplain.Tests.Audit.Findings;

namespace EasyExplain.Tests.Reports;

/// <summary>Mean maps, against what one counts on paper.</summary>
public class MeanMapTests
{
    [Fact]
    public void MapsOfOtherSizes_AreAveragedByTheAreaTheyCover()
    {
        MeanMap mean = MeanMap.Of(
            [new StoredMap("layer", 2, 2, [0, 51, 102, 255]), PlantedRows.Map("layer", 3, (y, x) => x == 2 ? 1 : 0)])!;

        // The 3 × 3 map's right column is two thirds of the right cells.
        Assert.Equal([0, (0.2f + 2 / 3f) / 2, 0.2f, (1 + 2 / 3f) / 2], mean.ToArray().Cast<float>(), Close);
        Assert.Equal(2, mean.Count);
        Assert.Null(MeanMap.Of([]));
    }

    [Fact]
    public void MembersAndTheOthersOfTheirClass_AreToldApart()
    {
        CamAuditRow[] rows = [.. ReportRowsOf.Confused(2, (0, 0, 4), (1, 1, 1))
            .Select((row, i) => row with { StoredMaps = [PlantedRows.Map("layer1", 2, (y, x) => (i < 1 ? x : y) == 0 ? 1 : 0)] })];
        var maps = new ClassMaps();
        Array.ForEach(rows, maps.Add);
        (MeanMap? own, MeanMap? others) = maps.Apart(rows[..1]);

        Assert.Equal([1, 0, 1, 0], own!.ToArray().Cast<float>());
        Assert.Equal([1, 1, 0, 0], others!.ToArray().Cast<float>());
        Assert.Equal(3, others.Count);
        Assert.Null(maps.Apart([rows[0], rows[4]]).Others); // of two classes
        Assert.Null(maps.Apart(rows[..4]).Others); // all of them
    }

    private static bool Close(float expected, float actual) => Math.Abs(expected - actual) < 1e-6;
}
