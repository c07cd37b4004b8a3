using System.Buffers.Binary;
using System.Collections.Specialized;
using System.Text.Json;
using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Imaging;
using EasyExplain.Reports;
using EasyExplain.Reports.Packs;

namespace EasyExplain.Tests.Reports.Packs;

/// <summary>A report in a single file has as many images as there is room for, and those that matter.</summary>
public sealed class SingleFileTests : IDisposable
{
    private readonly PhotoFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OfALargeAudit_AsMuchIsKeptAsFits()
    {
        CamAuditRow[] rows = _folder.Rows(2000, 64, 48, (8, 8));
        CamIssue[] issues = [Issue("few", rows[1234], rows[77]), Issue("many", [.. rows.Take(900)])];
        SingleFile file = Fit(rows, issues, 600_000);
        long bytes = file.Data.Sum(one => one.Json.Length);
        Assert.InRange(bytes, 540_000, 600_000);
        Assert.InRange(file.Rows.Rows.Count, 200, 1000);
        Assert.Equal(["report", "rows", "names", "pack-0000"], file.Data.Take(4).Select(one => one.Id));

        string[] kept = [.. file.Rows.Rows.Select(row => row.File)];
        Assert.Contains(rows[1234].File, kept);
        Assert.Contains(rows[77].File, kept);
        Assert.True(kept.Count(name => string.CompareOrdinal(name, rows[900].File) >= 0) > 40); // a sample, though a finding has many
        Assert.Equal(6, file.Rows.Rows.Select(row => row.Expected).Distinct().Count());

        var data = file.Data.ToDictionary(one => one.Id, one => JsonDocument.Parse(one.Json).RootElement);
        Assert.Equal(kept, data["names"].EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(kept.Length, data["report"].GetProperty("count").GetInt32());
        Assert.Equal(2000, data["report"].GetProperty("total").GetInt32());
        byte[] members = data["report"].GetProperty("issues")[0].GetProperty("members").GetBytesFromBase64();
        Assert.Equal([rows[1234].File, rows[77].File],
            new[] { 0, 4 }.Select(at => kept[BinaryPrimitives.ReadInt32LittleEndian(members.AsSpan(at))]));
        int packed = data.Where(one => one.Key.StartsWith("pack-", StringComparison.Ordinal)).Sum(one =>
        {
            string sprite = one.Value.GetProperty("sprite").GetString()!;
            Assert.StartsWith("data:image/jpeg;base64,", sprite, StringComparison.Ordinal);
            Photo picture = ImageDecoder.Decode(new MemoryStream(Convert.FromBase64String(sprite.Split(',')[1])));
            Assert.Equal(one.Value.GetProperty("columns").GetInt32() * 64, picture.Width);
            Assert.All(one.Value.GetProperty("rows").EnumerateArray().SelectMany(row => row[5].EnumerateArray()),
                near => Assert.InRange(near.GetInt32(), 0, kept.Length - 1));
            return one.Value.GetProperty("rows").GetArrayLength();
        });
        Assert.Equal(kept.Length, packed);

        Assert.Equal(file.Data, Fit(rows, issues, 600_000).Data);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(250)]
    public void ASmallAudit_FitsWhole(int count)
    {
        var done = new List<double>();
        SingleFile file = Fit(_folder.Rows(count, 32, 32, (4, 4)), [], 10_000_000, done.Add);
        Assert.Equal(count, file.Rows.Rows.Count);
        Assert.Equal(done.Order(), done);
        Assert.Equal(1, done[^1]);
    }

    [Fact]
    public void WithoutRoom_ThereIsNoImage()
    {
        SingleFile file = Fit(_folder.Rows(300, 32, 32, (4, 4)), [], 500);
        Assert.Empty(file.Rows.Rows);
        Assert.Equal(["report", "rows", "names"], file.Data.Select(one => one.Id));
        Assert.Empty(Fit([], [], 10_000).Rows.Rows);
    }

    [Fact]
    public void FindingsTakeTurns_AndASampleComesAmongThem()
    {
        CamAuditRow[] rows = _folder.Rows(600, 32, 32, (4, 4));
        ReportRows all = ReportRows.Read(ReportSource.Of(rows));
        CamIssue[] issues = [Issue("a", rows[10], rows[11], rows[12]), Issue("b", [.. rows.Skip(100).Take(200)]), Issue("c", rows[10])];
        int[] wanted = WantedPlaces.Of(all, issues);
        Assert.Equal(Enumerable.Range(0, 600), wanted.Order());
        string[] names = [.. wanted.Select(place => all.Rows[place].File)];
        string[] expected = [.. new[] { 10, 100, 11, 101, 12, 102, 103, 104, 105, 106, 107, 108 }.Select(number => rows[number].File)];
        Assert.Equal(expected, names.Take(16).Where((_, place) => place % 4 != 3));
        // Of the images without findings, each class has its share in the first quarter.
        ReportRow[] sample = [.. wanted.Select(place => all.Rows[place]).Where((_, place) => place >= 300).Take(100)];
        Assert.All(all.Rows.GroupBy(row => row.Expected), of =>
            Assert.InRange(sample.Count(row => row.Expected == of.Key) - of.Count() / 6.0, -8, 8));
    }

    private static SingleFile Fit(CamAuditRow[] rows, CamIssue[] issues, long most, Action<double>? progress = null)
    {
        ReportSource source = ReportSource.Of(rows);
        ReportRows all = ReportRows.Read(source);
        return SingleFile.Fit(source, all, WantedPlaces.Of(all, issues),
            gallery => ReportJson.Of(gallery, issues, "A report", "", null, rows.Length), most, progress: progress);
    }

    private static CamIssue Issue(string @class, params CamAuditRow[] members) => new()
    {
        Kind = IssueKind.OddOneOut,
        Class = @class,
        Share = 0.1,
        Severity = 0.1,
        Confidence = 1,
        Where = "",
        Summary = $"Something about {@class}.",
        Evidence = new OrderedDictionary(),
        Members = [.. members],
    };
}
