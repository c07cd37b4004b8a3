using System.IO.Compression;
using EasyExplain.Audit;
using EasyExplain.Explanation.Metrics;

namespace EasyExplain.Tests.Audit;

/// <summary>
/// An audit of an older version is read, and is brought to what is now when it is written: version1.db.gz and version2.db.gz were made by
/// what was there before the next one.
/// </summary>
public sealed class AuditVersionTests : IDisposable
{
    private readonly AuditFolder _audit = new();

    public AuditVersionTests() => Unpack(1);

    private void Unpack(int version)
    {
        using var packed = new GZipStream(
            File.OpenRead(Repository.Data("audit", $"version{version}.db.gz")), CompressionMode.Decompress);
        using FileStream file = File.Create(_audit.File);
        packed.CopyTo(file);
    }

    public void Dispose() => _audit.Dispose();

    [Fact]
    public void Version1_IsRead_AndStaysAsItIs()
    {
        byte[] before = File.ReadAllBytes(_audit.File);
        AssertRows(_audit.Read());
        Assert.Equal(before, File.ReadAllBytes(_audit.File));
    }

    [Fact]
    public void Version1_IsContinued_WithFiguresAndSigns()
    {
        CamAuditRow row = _audit.Row(7);
        _audit.Write(row with
        {
            StoredMaps = [new StoredMap("input", 1, 2, [0, 255]) { Against = [51, 0] }],
            Layers = ["input"],
            Measure = Figures(row, control: null, insertion: 0.75) with { Controls = [Figures(row, "RandomCAM", 0.25)] },
        });
        Assert.Equal(3L, _audit.Run("PRAGMA user_version")[0]);
        CamAuditRow[] read = InTheirOrder();
        AssertRows(read[..2]);
        Assert.Equal([-0.2f, 1], read[2].StoredMaps[0].ToArray().Cast<float>());
        Assert.True(read[2].Map!.IsSigned);
        Assert.Equal((0.75, (double?)null, 0.25), (read[2].Measure!.Insertion, read[2].Measure!.Deletion,
            read[2].Measure!.Controls.Single().Insertion));
        Assert.Equal([0.75, DBNull.Value], _audit.Run("SELECT insertion, deletion FROM audit WHERE id = 3"));
        Assert.Equal([DBNull.Value], _audit.Run("SELECT insertion FROM audit WHERE id = 1"));
    }

    [Fact]
    public void Version2_IsRead_AndContinued_WithDetections()
    {
        Unpack(2);
        byte[] before = File.ReadAllBytes(_audit.File);
        AssertVersion2(InTheirOrder());
        Assert.Equal(before, File.ReadAllBytes(_audit.File));

        CamAuditRow row = DetectionRows.Row("a.jpg", 2, 1, 0.9, new(1, 2, 3, 4));
        _audit.Write(row);
        Assert.Equal(3L, _audit.Run("PRAGMA user_version")[0]);
        CamAuditRow[] read = InTheirOrder();
        AssertVersion2(read[..3]);
        Assert.Equal(row.Detected, read[3].Detected);
        Assert.Equal([2L, 4.0], _audit.Run("SELECT detection, box_height FROM audit WHERE id = 4"));
    }

    [Fact]
    public void EveryFigure_HasAColumn_AndComesBack()
    {
        CamAuditRow row = _audit.Row(0);
        Assert.Equal(CamMetric.All.Select(metric => metric.Name), MeasureColumns.All.Select(column => column.Metric.Name));
        CamMeasure measure = MeasureColumns.Of(row, null, 7, column => column + 0.5);
        Assert.Equal(MeasureColumns.All.Select((_, place) => (double?)(place + 0.5)),
            MeasureColumns.All.Select(column => column.Metric.Of(measure)));
    }

    private CamAuditRow[] InTheirOrder() => [.. _audit.Read().OrderBy(row => row.Id)];

    private static CamMeasure Figures(CamAuditRow row, string? control, double insertion) =>
        MeasureColumns.Of(row, control, 7, _ => null) with { Insertion = insertion };

    private static void AssertVersion2(CamAuditRow[] rows)
    {
        Assert.Equal([("cat.jpg", "LayerCAM", true), ("rocket.jpg", "LayerCAM", false), ("cat.jpg", "LRP", null)],
            rows.Select(row => (row.File, row.Method, row.Correct)));
        Assert.All(rows, row => Assert.True(row is { Found: true, Detected: null }));
        Assert.Equal([false, false, true], rows.Select(row => row.Map!.IsSigned));
    }

    private static void AssertRows(CamAuditRow[] rows)
    {
        Assert.Equal(["cat.jpg", "rocket.jpg"], rows.Select(row => row.File));
        Assert.All(rows, row =>
        {
            Assert.Null(row.Measure);
            Assert.NotNull(row.Channels);
            StoredMap map = Assert.Single(row.StoredMaps);
            Assert.Null(map.Against);
            Assert.Equal(255, map.Values.Max());
            Assert.False(row.Map!.IsSigned);
        });
    }
}
