using System.Buffers.Binary;
using System.Collections.Specialized;
using System.Text.Json;
using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Reports;
using EasyExplain.Reports.Packs;
using EasyExplain.Tests.Reports.Packs;

namespace EasyExplain.Tests.Reports;

/// <summary>What a page is told at once.</summary>
public sealed class ReportJsonTests : IDisposable
{
    private readonly PhotoFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ItSaysWhatThereIs()
    {
        CamAuditRow[] rows = _folder.Rows(20, 32, 32, (8, 8), (4, 4), (8, 8));
        rows[4] = rows[4] with { Method = "GradCAM", Layers = ["layer9"] };
        ReportSource source = ReportSource.Of(rows);
        Gallery gallery = Gallery.Read(source, ReportRows.Read(source));
        var issue = new CamIssue
        {
            Kind = IssueKind.LabelError,
            Class = "cat",
            Share = 0.1,
            Severity = 0.2,
            Confidence = 1,
            Where = "",
            Summary = "A <b> cat.",
            Evidence = new OrderedDictionary(),
            Members = [rows[7], rows[4], rows[2] with { File = "not in the report" }],
        };
        JsonElement report = JsonDocument.Parse(ReportJson.Of(gallery, [issue], "T", "x_files/1/", "../photos/", 25)).RootElement;
        Assert.Equal((1, 20, 100, 25), (Number("version"), Number("count"), Number("packSize"), Number("total")));
        Assert.Equal("T|x_files/1/|../photos/", $"{report.GetProperty("title")}|{report.GetProperty("folder")}|{report.GetProperty("originals")}");
        JsonElement slices = report.GetProperty("slices");
        Assert.Equal("""{"name":"net by GradCAM at layer9","first":0,"count":1,"maps":["layer9"]}""", Plain(slices[0]));
        Assert.Equal("""{"name":"net by LayerCAM at layer1; layer2","first":1,"count":19,"maps":["layer1","layer2","layer1+layer2"]}""", Plain(slices[1]));
        JsonElement found = report.GetProperty("issues")[0];
        Assert.Equal("LabelError|cat|A <b> cat.", $"{found.GetProperty("kind")}|{found.GetProperty("class")}|{found.GetProperty("summary")}");
        byte[] members = found.GetProperty("members").GetBytesFromBase64();
        Assert.Equal([rows[7].File, rows[4].File], Enumerable.Range(0, members.Length / 4)
            .Select(at => gallery.Rows.Rows[BinaryPrimitives.ReadInt32LittleEndian(members.AsSpan(at * 4))].File));
        JsonElement alone = JsonDocument.Parse(ReportJson.Of(gallery, [], "T", "", null, 20)).RootElement;
        Assert.Equal(JsonValueKind.Null, alone.GetProperty("originals").ValueKind);

        int Number(string name) => report.GetProperty(name).GetInt32();
        static string Plain(JsonElement element) => element.GetRawText().Replace("\\u002B", "+", StringComparison.Ordinal);
    }
}
