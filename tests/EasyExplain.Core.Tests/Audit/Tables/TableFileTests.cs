using System.Globalization;
using System.Text.Json;
using EasyExplain.Audit;
using EasyExplain.Audit.Tables;
using Parquet;
using Parquet.Schema;

namespace EasyExplain.Tests.Audit.Tables;

/// <summary>Rows of an audit as tables for others.</summary>
public sealed class TableFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tables [1] ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("de-DE")] // a comma in numbers
    [InlineData("ar-SA")] // another calendar
    public void Csv_IsTheSameInEveryCulture_AndQuotesWhatNeedsIt(string culture)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo(culture);
        try
        {
            Write(path => new CsvFile(path, overwrite: true), "a.csv", HandMadeRows.Full(), HandMadeRows.Failed);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
        Assert.Equal(
            "file,path,hash,size,modified,model,model_hash,method,layers,class,label,probability,score,expected,correct," +
            "expected_probability,top1,probability1,top2,probability2,top3,probability3,top4,probability4," +
            "top5,probability5,height,width,seconds,error_id,error,detection,box_x,box_y,box_width,box_height,verdict,truth,truth_class," +
            "truth_x,truth_y,truth_width,truth_height,overlap,energy_in_box,energy_in_truth,peak_in_box,found," +
            "average_drop,confidence_increase,coherency,complexity,adcc,deletion,insertion,deletion_blur,insertion_blur,road,road_morf," +
            "road_lerf,mu_fidelity,pointing_game,energy,sparseness,entropy,parameter_randomization,random_logit,stability\r\n" +
            "pets/a.jpg,/photos/pets/a.jpg,0123456789abcdef0123456789abcdef,1234,2026-11-28T15:04:05.6780000Z,tiny,00ff,LayerCAM," +
            "layer2; layer3,1,\"bee, or \"\"wasp\"\"\",0.75,-1.5,ant,False,0.25,\"bee, or \"\"wasp\"\"\",0.75,ant,0.25,,,,,,,40,60," +
            "0.125,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\r\n" +
            "=gone.jpg,/photos/=gone.jpg,,,,tiny,00ff,LayerCAM,layer2; layer3,,,,,,,,,,,,,,,,,,,,,ImageNotFound," +
            "\"There is no\n'=gone.jpg'.\",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\r\n",
            File.ReadAllText(Path.Combine(_folder, "a.csv")));
    }

    [Fact]
    public void JsonLines_HaveAnObjectALine_WithEveryColumn()
    {
        Write(path => new JsonLinesFile(path, overwrite: true), "a.jsonl", HandMadeRows.Full("größe.jpg"), HandMadeRows.Failed);

        string[] lines = File.ReadAllLines(Path.Combine(_folder, "a.jsonl"));
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("{\"file\":\"größe.jpg\",", lines[0], StringComparison.Ordinal);
        JsonElement first = JsonDocument.Parse(lines[0]).RootElement, second = JsonDocument.Parse(lines[1]).RootElement;
        Assert.Equal(0.75, first.GetProperty("probability").GetDouble());
        Assert.Equal(1234, first.GetProperty("size").GetInt64());
        Assert.Equal(JsonValueKind.False, first.GetProperty("correct").ValueKind);
        Assert.Equal("2026-11-28T15:04:05.678Z", first.GetProperty("modified").GetString());
        Assert.Equal("There is no\n'=gone.jpg'.", second.GetProperty("error").GetString());
        Assert.Equal(JsonValueKind.Null, second.GetProperty("probability").ValueKind);
        Assert.Equal(AuditColumn.All.Select(column => column.Name), second.EnumerateObject().Select(one => one.Name));
    }

    [Fact]
    public async Task Parquet_GivesBackWhatWasWritten_InGroupsOfRows()
    {
        const int count = 10_000;
        Write(path => new ParquetFile(path, overwrite: true), "a.parquet",
            [.. Enumerable.Range(0, count).Select(i => HandMadeRows.Full($"{i}.jpg") with { Probability = i }), HandMadeRows.Failed]);

        string file = Path.Combine(_folder, "a.parquet");
        byte[] bytes = File.ReadAllBytes(file);
        Assert.True(bytes.AsSpan(0, 4).SequenceEqual("PAR1"u8) && bytes.AsSpan(^4).SequenceEqual("PAR1"u8));
        await using ParquetReader reader = await ParquetReader.CreateAsync(file);
        Assert.Equal(AuditColumn.All.Select(column => column.Name), reader.Schema.DataFields.Select(field => field.Name));
        Assert.Equal(2, reader.RowGroupCount);
        var files = new List<string?>();
        var numbers = new List<double?>();
        var times = new List<DateTime?>();
        var correct = new List<bool?>();
        for (int i = 0; i < 2; i++)
        {
            using ParquetRowGroupReader group = reader.OpenRowGroupReader(i);
            DataField Named(string name) => reader.Schema.DataFields.Single(field => field.Name == name);
            var texts = new string[group.RowCount];
            await group.ReadAsync(Named("file"), texts);
            files.AddRange(texts);
            numbers.AddRange(await Read<double>(group, Named("probability")));
            times.AddRange(await Read<DateTime>(group, Named("modified")));
            correct.AddRange(await Read<bool>(group, Named("correct")));
        }
        Assert.Equal([.. Enumerable.Range(0, count).Select(i => $"{i}.jpg"), "=gone.jpg"], files);
        Assert.Equal([.. Enumerable.Range(0, count).Select(i => (double?)i), null], numbers);
        Assert.Equal(HandMadeRows.Full().Modified, times[0]);
        Assert.Equal((null, false, null), (times[count], correct[0], correct[count]));
    }

    [Theory]
    [InlineData("a.csv")]
    [InlineData("a.jsonl")]
    [InlineData("a.parquet")]
    public void ATable_AppearsWholeOrNotAtAll(string name)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, "before");
        using (ITableFile file = Open(path, overwrite: true))
        {
            file.Add(HandMadeRows.Full());
        }
        Assert.Equal(("before", 1), (File.ReadAllText(path), Directory.GetFiles(_folder).Length));

        using (ITableFile file = Open(path, overwrite: false))
        {
            Assert.Throws<IOException>(file.Finish);
        }
        Assert.Equal(("before", 1), (File.ReadAllText(path), Directory.GetFiles(_folder).Length));

        using (ITableFile file = Open(path, overwrite: true))
        {
            file.Finish(); // no row
        }
        Assert.NotEqual("before", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder));
    }

    private static ITableFile Open(string path, bool overwrite) => Path.GetExtension(path) switch
    {
        ".csv" => new CsvFile(path, overwrite),
        ".jsonl" => new JsonLinesFile(path, overwrite),
        _ => new ParquetFile(path, overwrite),
    };

    private static async Task<T?[]> Read<T>(ParquetRowGroupReader group, DataField field)
        where T : struct
    {
        var values = new T?[group.RowCount];
        await group.ReadAsync<T>(field, values);
        return values;
    }

    private void Write(Func<string, ITableFile> open, string name, params CamAuditRow[] rows)
    {
        using ITableFile file = open(Path.Combine(_folder, name));
        foreach (CamAuditRow row in rows)
        {
            file.Add(row);
        }
        file.Finish();
    }
}
