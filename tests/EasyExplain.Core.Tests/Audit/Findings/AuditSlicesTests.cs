using EasyExplain.Audit;
using EasyExplain.Audit.Findings;

namespace EasyExplain.Tests.Audit.Findings;

/// <summary>Which rows are looked at together.</summary>
public class AuditSlicesTests
{
    [Fact]
    public void RowsOfSeveralMethods_AreToldApart_AndASentenceSaysSo()
    {
        var notes = new List<string>();
        CamAuditRow[] rows = PlantedRows.Make(8);
        IReadOnlyList<AuditSlice> slices = AuditSlices.Of([.. rows, .. rows.Take(3).Select(row => row with { Method = "GradCAM" })], notes);
        Assert.Equal([("GradCAM", 3), ("LayerCAM", 8)], slices.Select(slice => (slice.Method, slice.Rows.Count)));
        Assert.Equal(
            "The rows were looked at apart: 3 of synthetic by GradCAM at layer1; 8 of synthetic by LayerCAM at layer1.",
            Assert.Single(notes));
    }

    [Fact]
    public void OfSeveralClassesOfAnImage_ThePredictedOneCounts_AndErrorsDoNot()
    {
        var notes = new List<string>();
        CamAuditRow[] rows = PlantedRows.Make(4, wrong: 0);
        IEnumerable<CamAuditRow> others = rows.Select(row =>
            row with { Id = 100 + row.Id, Class = (row.Class + 1) % 4, Probability = 0.01 });
        CamAuditRow error = rows[0] with { File = "z.jpg", ErrorId = "ImageTruncated" };
        AuditSlice slice = Assert.Single(AuditSlices.Of([error, .. others, .. rows], notes));
        Assert.Equal(rows.Select(row => row.Id), slice.Rows.Select(row => row.Id));
        Assert.Equal("One image of the audit could not be explained; it was left out.", Assert.Single(notes));
    }
}
