using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Audit.Merging;
using EasyExplain.Audit.Store;
using EasyExplain.Explanation;
using Microsoft.Data.Sqlite;

namespace EasyExplain.Tests.Audit;

/// <summary>What is merged of several audits is what one command would have written.</summary>
public sealed class AuditMergeTests : IDisposable
{
    private const int Shards = 3;

    // All that an audit says, without a number that it gave itself; not by the way of the reader.
    private static readonly string Everything = $"""
        SELECT image.file, image.size, image.modified, image.hash, image.height, image.width, model.fingerprint, method.name, layers.names,
            question.hash, request, part, parts, class, probability, score, expected, expected_class, correct, expected_probability,
            top1, top5, probability1, probability5, predicted, compared_with, smoothing, seed, seconds, error_id, error,
            (SELECT count(*) || max(label) FROM class WHERE class.model = model.id),
            hex(features), features_scale, hex(relevance), relevance_scale,
            (SELECT group_concat(place || ' ' || height || 'x' || width || hex(cells) || quote(hex(against)), ';' ORDER BY place)
                FROM map WHERE map.explanation = explanation.id),
            (SELECT group_concat(control || seed || quote(insertion) || quote(stability), ';' ORDER BY control)
                FROM measure WHERE measure.explanation = explanation.id),
            {string.Join(", ", DetectionColumns.All.Select(column => "detection." + column.Name))}
        FROM explanation
        JOIN image ON image.id = explanation.image JOIN model ON model.id = explanation.model JOIN method ON method.id = explanation.method
        JOIN layers ON layers.id = explanation.layers JOIN question ON question.id = explanation.question
        LEFT JOIN channels ON channels.explanation = explanation.id
        LEFT JOIN detection ON detection.explanation = explanation.id
        ORDER BY image.file, {AuditSchema.OrderInFile}
        """;

    private const string Kept = "SELECT trim(hash || ' ' || coalesce(error_id, '')) FROM audit WHERE hash IN ('first', 'second')";

    private readonly AuditFolder _folder = new();
    private readonly AuditedModel _other = SyntheticRows.Model(20) with { Name = "other", Hash = "ff" };

    public void Dispose() => _folder.Dispose();

    private string All => In("all [1].db");

    [Fact]
    public void TheMergedAudit_SaysWhatASingleRunSays_InAnyOrder()
    {
        Write("single.db", Many());
        string[] shards = WriteShards();
        Assert.Equal(Dump(In("single.db")), Dump(Merge(shards)));
        Assert.Equal("ok", Run(All, "PRAGMA integrity_check"));
        Assert.Equal("", Run(All, "PRAGMA foreign_key_check"));
        Assert.Equal("0", Run(All, "SELECT count(*) FROM image WHERE id NOT IN (SELECT image FROM explanation)"));
        Assert.Equal(Tables(In("single.db"), "single"), Tables(All, "merged"));
        using var merged = new AuditReader(All);
        Assert.Equal(_folder.Path, merged.Root);
        Assert.NotNull(merged.Finished);

        Merge(shards); // into what is there
        Assert.Equal(Dump(In("single.db")), Dump(All));
        byte[] bytes = Pages();
        Merge([.. shards.Reverse(), shards[1], All]); // once more, in another order, one of them twice, and itself
        Assert.Equal(bytes, Pages());
        File.Delete(All);
        foreach (string shard in shards.Reverse())
        {
            Merge([shard]); // one after the other
        }
        Assert.Equal(Dump(In("single.db")), Dump(All));
        Assert.Equal(Tables(In("single.db"), "single"), Tables(All, "merged"));
    }

    [Fact]
    public void TheFindings_AreThoseOfASingleRun()
    {
        (CamAuditRow Row, Request)[] rows = [.. Enumerable.Range(0, 300).Select(number => (
            SyntheticRows.Row(_folder.Model, number % 7, _folder.Path) with
            {
                Path = In($"{number * 37 % 300}.jpg"),
                Hash = $"{number % 290:x32}",
                Expected = _folder.Model.Labels[number % 7 * 7 + number % 2],
                ExpectedClass = number % 7 * 7 + number % 2,
                Correct = number % 2 == 0,
            }, Asked($"r{number}")))];
        Write("single.db", rows);
        string[] shards = [.. Enumerable.Range(1, Shards).Select(shard => Write($"a-{shard}-of-{Shards}.db",
            rows.Where((_, place) => place % Shards == shard - 1).Reverse()))];
        Merge(shards);
        string[] single = Findings(In("single.db"));
        Assert.True(single.Length >= 3, string.Join('\n', single));
        Assert.Equal(single, Findings(All));
    }

    [Theory]
    [InlineData("2026-01-02", "", "2026-01-01", "", "first")]          // the file was changed between the runs
    [InlineData("2026-01-01", "", "2026-01-02", "", "second")]
    [InlineData("2026-01-01", "", "2026-01-01", "Bad", "first")]       // an explanation does not give way to a failure
    [InlineData("2026-01-01", "Bad", "2026-01-01", "", "second")]
    [InlineData("2026-01-01", "", "2026-01-02", "Bad", "second Bad")]  // but to one of the file as it is now
    [InlineData("2026-01-02", "Bad", "2026-01-01", "", "first Bad")]
    [InlineData("2026-01-01", "Bad", "2026-01-01", "Bad", "second Bad")]
    [InlineData("2026-01-01", "", "2026-01-01", "", "second")]         // equal, but not the same
    public void OfTwoRowsOfOneImage_TheNewerOne_OrTheBetterOneIsKept(
        string modified, string error, string thenModified, string thenError, string kept)
    {
        (CamAuditRow, Request) Of(string name, string time, string failed) => (_folder.Row(0) with
        {
            Modified = DateTime.SpecifyKind(DateTime.Parse(time, null), DateTimeKind.Utc),
            Seconds = name.Length,
            Hash = name,
            ErrorId = failed.Length > 0 ? failed : null,
            StoredMaps = failed.Length > 0 ? [] : _folder.Row(0).StoredMaps,
        }, Asked(time));
        string[] files = [Write("a.db", [Of("first", modified, error), (_folder.Row(1), Asked("x"))]),
            Write("b.db", [Of("second", thenModified, thenError), (_folder.Row(2), Asked("y"))])];
        foreach (string[] order in new[] { files, [.. files.Reverse()], [files[1], files[0], files[1]] })
        {
            Assert.Equal(3, Merged(order, anew: true).Rows);
            Assert.Equal(kept, Run(All, Kept));
            Assert.Equal("3", Run(All, "SELECT count(*) FROM image"));
            Assert.Equal(kept.EndsWith("Bad", StringComparison.Ordinal) ? "2" : "3", Run(All, "SELECT count(*) FROM map"));
        }
        // One after the other, either way round.
        foreach (string[] order in new[] { files, [.. files.Reverse(), files[1]] })
        {
            File.Delete(All);
            Array.ForEach(order, file => Merge([file]));
            Assert.Equal(kept, Run(All, Kept));
        }
    }

    [Fact]
    public void ARequestThatWasInterrupted_GivesWayToTheWholeOne_AndAVerdictIsKept()
    {
        CamAuditRow left = DetectionRows.Row("a.jpg", 0, 0, 0.9, new(0, 0, 50, 50)) with { Path = In("a.jpg") };
        string half = Write("z.db", [(left, Asked("A", 0, 2))]);
        string whole = Write("b.db", [(left.Judged(DetectionVerdict.Right, 0), Asked("A", 0, 2)),
            (left with { Detected = left.Detected! with { Number = 1 } }, Asked("A", 1, 2)),
            (DetectionRows.Missed("a.jpg", 1, new(9, 9, 9, 9)) with { Path = In("a.jpg") }, Asked("A", -1, 2))]);
        Merge([half, whole]);
        Assert.Equal("0 Right, 1 -, -1 Missed", Run(All, """
            SELECT group_concat(part || ' ' || coalesce(verdict, '-'), ', ' ORDER BY part < 0, abs(part))
            FROM explanation JOIN detection ON detection.explanation = explanation.id
            """));
    }

    [Fact]
    public void WhatLacks_IsNamed()
    {
        string[] shards = [Write("audit-001-of-012.db", Many().Take(1)), Write("audit-012-of-012.db", Many().Take(1), finish: false)];
        IReadOnlyList<string> notes = Merged(shards).Notes;
        Assert.Equal([$"'{shards[1]}' was not finished: images may be missing. Run this shard again, then merge again.",
            $"Of 12 shards 10 are missing: {string.Join(", ", Enumerable.Range(2, 10).Select(one => $"audit-{one:000}-of-012.db"))}."],
            notes);
        using (var reader = new AuditReader(All))
        {
            Assert.Null(reader.Finished);
        }

        // What was merged before is not missing; at last all are there.
        string[] others = [.. Enumerable.Range(2, 11).Where(number => number != 5).Select(number =>
            Write($"audit-{number:000}-of-012.db", Many().Take(1)))];
        Assert.Equal(["Of 12 shards 1 is missing: audit-005-of-012.db."], Merged(others).Notes);
        Assert.Empty(Merged([Write("audit-005-of-012.db", [])]).Notes);
        using (var reader = new AuditReader(All))
        {
            Assert.NotNull(reader.Finished);
        }
    }

    [Fact]
    public void ShardsOfDifferentCounts_AreRefused()
    {
        string[] shards = [Write("audit-1-of-8.db", Many().Take(1)), Write("audit-1-of-16.db", Many().Take(1)), Write("b-1-of-3.db", [])];
        ArgumentException e = Assert.Throws<ArgumentException>(() => Merge(shards));
        Assert.Contains("one of 16 shards", e.Message, StringComparison.Ordinal);
        Assert.Contains("audit-1-of-8.db' one of 8", e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(All));
        Merge([shards[0], shards[2]]); // of two audits
    }

    [Theory]
    [InlineData("a-017-of-128.db", "a.db 17 128 a-003-of-128.db")]
    [InlineData("a-1-of-8", "a 1 8 a-3-of-8")]
    [InlineData("x-1-of-2-02-of-08.sqlite", "x-1-of-2.sqlite 2 8 x-1-of-2-03-of-08.sqlite")]
    [InlineData("a-0-of-8.db", "")]
    [InlineData("a-9-of-8.db", "")]
    [InlineData("a-one-of-8.db", "")]
    [InlineData("1-of-8.db", "")]
    [InlineData("a-99999999-of-99999999.db", "")]
    public void AShardsName_IsRead(string name, string said) => Assert.Equal(said,
        ShardName.Of("/b-1-of-2.db/" + name) is { } shard ? $"{shard.Whole} {shard.Number} {shard.Count} {shard.Other(3)}" : "");

    [Fact]
    public void WhatIsBeingWritten_IsReadAsFarAsItIs_AndNotWrittenOver()
    {
        string shard = In("audit-1-of-1.db");
        using (var writer = new AuditWriter(shard, _folder.Path))
        {
            writer.Add(_folder.Row(0), Asked("A"));
            writer.Commit();
            (long rows, IReadOnlyList<string> notes) = Merged([shard]);
            Assert.Equal(1, rows);
            Assert.StartsWith($"'{shard}' is still being written", notes[0], StringComparison.Ordinal);
            AuditFileException e = Assert.Throws<AuditFileException>(() => Merged([All], anew: true, shard));
            Assert.Equal(AuditFileFault.InUse, e.Fault);
            writer.Add(_folder.Row(1), Asked("B"));
            writer.Finish();
        }
        Merge([shard]);
        Assert.Equal("2", Run(All, "SELECT count(*) FROM audit"));
    }

    [Theory]
    [InlineData("UPDATE explanation SET image = 99", "rows name an image")]
    [InlineData("UPDATE explanation SET layers = 99", "rows name an image")]
    [InlineData("DELETE FROM question", "rows name an image")]
    [InlineData("DROP TABLE map", "tables are missing")]
    [InlineData("PRAGMA user_version = 9", "newer EasyExplain")]
    [InlineData("PRAGMA application_id = 9", "no audit file")]
    [InlineData("", "damaged")] // bytes
    public void ADamagedFile_IsNamed_AndAllIsAsItWas(string sql, string said)
    {
        string[] shards = WriteShards();
        File.Copy(shards[0], All);
        byte[] before = File.ReadAllBytes(All);
        Run(shards[1], "PRAGMA foreign_keys = OFF; " + sql);
        if (sql.Length == 0)
        {
            byte[] bytes = File.ReadAllBytes(shards[1]);
            bytes.AsSpan(4096, bytes.Length / 2).Fill(0x55);
            File.WriteAllBytes(shards[1], bytes);
        }
        AuditFileException e = Assert.Throws<AuditFileException>(() => Merge(shards));
        Assert.StartsWith($"'{shards[1]}' ", e.Message, StringComparison.Ordinal);
        Assert.Contains(said, e.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(All));
        Assert.Equal([All, .. shards], Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal));
        Assert.Throws<FileNotFoundException>(() => Merge([In("gone.db")]));
    }

    [Fact]
    public void Stopped_ItLeavesAllAsItWas()
    {
        string[] shards = WriteShards();
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => new AuditMerge(All, anew: false).Merge(shards, (_, done, _) =>
        {
            if (done == 1)
            {
                stop.Cancel();
            }
        }, stop.Token));
        Assert.Equal(shards, Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal));
    }

    [FullDiskFact]
    public void AFullDisk_IsAnError_AndAllIsAsItWas()
    {
        string disk = Directory.CreateDirectory(In("disk")).FullName, all = Path.Combine(disk, "all.db");
        string[] shards = [Write("a.db", Enumerable.Range(0, 3000).Select(number => (_folder.Row(number), Asked($"r{number}"))))];
        FullDiskFactAttribute.Mount(disk, "1m");
        try
        {
            AuditFileException e = Assert.Throws<AuditFileException>(() => Merged(shards, to: all));
            Assert.Equal(AuditFileFault.DiskFull, e.Fault);
            Assert.Contains("the disk is full", e.Message, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFiles(disk));
        }
        finally
        {
            FullDiskFactAttribute.Unmount(disk);
        }
    }

    [Fact]
    public void Roots_OfShardsAreOne_AndOtherAuditsKeepTheirImages()
    {
        string here = Directory.CreateDirectory(In("here")).FullName, there = Directory.CreateDirectory(In("there")).FullName;
        string first = Write("a-1-of-2.db", [(_folder.Row(0) with { Path = Path.Combine(here, "sub/0.jpg") }, Asked("A"))], here);
        string second = Write("a-2-of-2.db", [(_folder.Row(1) with { Path = Path.Combine(there, "sub/1.jpg") }, Asked("B"))], there);
        string other = Write("z.db", [(_folder.Row(2) with { Path = Path.Combine(there, "sub/0.jpg") }, Asked("C"))], there);
        string below = Write("y.db", [(_folder.Row(3) with { Path = Path.Combine(here, "sub/3.jpg") }, Asked("D"))],
            Directory.CreateDirectory(Path.Combine(here, "sub")).FullName);
        IReadOnlyList<string> notes = Merged([other, second, first, below]).Notes;
        using var reader = new AuditReader(All);
        Assert.Equal(here, reader.Root);
        Assert.Equal([Path.Combine(there, "sub/0.jpg"), Path.Combine(here, "sub/0.jpg"), Path.Combine(here, "sub/1.jpg"),
            Path.Combine(here, "sub/3.jpg")], reader.Rows().Select(row => row.Path));
        Assert.Equal([$"'a-2-of-2.db'|{there}|{here}|the same folder", $"'y.db'|{Path.Combine(here, "sub")}|{here}|or in full",
            $"'z.db'|{there}|{here}|or in full"],
            notes.Select(note => note.Split('\'') is var parts ? $"'{parts[1]}'|{parts[3]}|{parts[5]}|" +
                (note.Contains("the same folder", StringComparison.Ordinal) ? "the same folder" : "or in full") : ""));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    public void AFileOfAnOlderVersion_IsMerged_AndStaysAsItIs(int version, int rows)
    {
        string old = In("old.db");
        using (var packed = new System.IO.Compression.GZipStream(
            File.OpenRead(Repository.Data("audit", $"version{version}.db.gz")), System.IO.Compression.CompressionMode.Decompress))
        using (FileStream file = File.Create(old))
        {
            packed.CopyTo(file);
        }
        byte[] before = File.ReadAllBytes(old);
        string now = Write("zz.db", Many());
        Merge([old, now]);
        Assert.Equal(before, File.ReadAllBytes(old));
        Assert.Equal("3", Run(All, "PRAGMA user_version"));
        Assert.Equal($"{rows + Many().Count()}", Run(All, "SELECT count(*) FROM audit"));
        const string cat = """
            SELECT hex(cells) FROM map JOIN explanation ON explanation.id = map.explanation JOIN image ON image.id = explanation.image
            WHERE file = 'cat.jpg' ORDER BY 1
            """;
        Assert.Equal(Run(old, cat), Run(All, cat));
        Assert.Equal("ok", Run(All, "PRAGMA integrity_check"));
        File.Copy(old, All, overwrite: true);
        Merge([now]); // into an older one
        Assert.Equal("3", Run(All, "PRAGMA user_version"));
        Assert.Equal($"{rows + Many().Count()}", Run(All, "SELECT count(*) FROM audit"));
    }

    private static Request Asked(string id, int index = 0, int count = 1, string question = "q") =>
        new(id, index, count) { Question = question };

    private string In(string name) => Path.Combine(_folder.Path, name);

    /// <summary>The merged file without SQLite's two counters of changes (https://sqlite.org/fileformat2.html, 1.3).</summary>
    private byte[] Pages()
    {
        byte[] bytes = File.ReadAllBytes(All);
        bytes.AsSpan(24, 4).Clear();
        bytes.AsSpan(92, 4).Clear();
        return bytes;
    }

    private string Merge(string[] files)
    {
        Merged(files);
        return All;
    }

    private (long Rows, IReadOnlyList<string> Notes) Merged(string[] files, bool anew = false, string? to = null)
    {
        AuditMerge merge = new(to ?? All, anew);
        return (merge.Merge(files, (_, _, _) => { }, default), merge.Notes);
    }

    private string Write(string name, IEnumerable<(CamAuditRow Row, Request Request)> rows, string? root = null, bool finish = true)
    {
        using var writer = new AuditWriter(In(name), root ?? _folder.Path);
        foreach ((CamAuditRow row, Request request) in rows)
        {
            writer.Add(row, request);
        }
        if (finish)
        {
            writer.Finish();
        }
        return In(name);
    }

    // Each image is in one shard; numbers of models, methods and questions differ among them.
    private string[] WriteShards() => [.. Enumerable.Range(1, Shards).Select(shard => Write($"shard-{shard}-of-{Shards}.db",
        Many().GroupBy(one => one.Row.Path).Where(image => image.Key.Length % Shards == shard - 1).Reverse().SelectMany(image => image)))];

    /// <summary>Rows of all kinds that there are.</summary>
    private IEnumerable<(CamAuditRow Row, Request Request)> Many()
    {
        for (int number = 0; number < 30; number++)
        {
            string of = new((char)('a' + number * 7 % 26), 1 + number % 5);
            string file = In($"{of}/{number}{(number == 4 ? "half \ud83d" : "")}.jpg");
            CamAuditRow row = SyntheticRows.Row(number % 4 == 1 ? _other : _folder.Model, number, _folder.Path) with
            {
                Path = file,
                ComparedWith = number % 5 == 0 ? [1, 2] : [],
                Seed = number % 5 == 1 ? 7 : null,
            };
            if (number % 6 == 5)
            {
                yield return (row with { ErrorId = "ImageTruncated", Error = "cut", StoredMaps = [], Channels = null, ImageSize = [] },
                    Asked($"r{number}"));
                continue;
            }
            yield return (row, Asked($"r{number}", 0, 2));
            yield return (row with
            {
                Class = 6,
                Layers = ["layer3", "layer4"],
                Method = "LRP",
                StoredMaps = [HandMadeRows.Map("layer3", 2, 3, 1) with { Against = new byte[6] }, HandMadeRows.Map("layer4", 1, 2, 9)],
                Measure = MeasureColumns.Of(row, null, 3, column => number + column / 7.0) with
                {
                    Controls = [MeasureColumns.Of(row, "RandomCAM", 4, column => column)],
                },
            }, Asked($"r{number}", 1, 2));
            if (number % 3 == 0)
            {
                yield return (row with { Method = "EigenCAM" }, Asked($"again{number}", question: "another"));
            }
            if (number % 7 == 2)
            {
                foreach ((CamAuditRow found, int part) in new[]
                {
                    (DetectionRows.Row(file, 0, 1, 0.9, new(1, 2, 3, 4)).Judged(DetectionVerdict.Right, 1), 0),
                    (DetectionRows.Row(file, 1, 0, 0.5, new(9, 2, 3, 4)).Judged(DetectionVerdict.False), 1),
                    (DetectionRows.Missed(file, 2, new(50, 50, 9, 9)), -1),
                })
                {
                    yield return (found with { Path = file }, Asked($"d{number}", part, 2, "detector"));
                }
            }
        }
        // The first of its shard, where methods, layers and questions so have other numbers than elsewhere.
        yield return (SyntheticRows.Row(_other, 31, _folder.Path) with
        {
            Path = In("zz/last.jpg"),
            Method = "Saliency",
            Layers = ["input"],
            StoredMaps = [HandMadeRows.Map("input", 4, 4, 7)],
        }, Asked("last", question: "a third"));
    }

    private static string[] Findings(string file)
    {
        using var reader = new AuditReader(file);
        return [.. new IssueFinder(new IssueThresholds(), Enum.GetValues<IssueKind>()).Find(reader.Rows()).Issues
            .Select(issue => $"{issue.Kind} {issue.Count} {issue.Severity:R} {issue.Summary} " +
                string.Join(' ', issue.Members.Select(row => row.File)))];
    }

    private string[] Tables(string audit, string folder)
    {
        string tables = Directory.CreateDirectory(In(folder)).FullName;
        foreach (string name in new[] { "a.csv", "a.jsonl", "a.parquet" })
        {
            using IAuditTarget table = AuditFormat.Open(
                Path.Combine(tables, name), new AuditRoot(_folder.Path), overwrite: true, Path.Combine(tables, "maps"));
            using var reader = new AuditReader(audit);
            foreach (CamAuditRow row in reader.Rows().Where(row => !row.File.Contains('\ud83d', StringComparison.Ordinal))) // no UTF-8
            {
                table.Add(row);
            }
            table.Finish();
        }
        return [.. Directory.GetFiles(tables, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => $"{Path.GetFileName(file)} {FileHash.Of(file)}")];
    }

    private static string Dump(string file) => Run(file, Everything);

    private static string Run(string file, string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader found = command.ExecuteReader();
        var lines = new List<string>();
        while (found.Read())
        {
            lines.Add(string.Join('|', Enumerable.Range(0, found.FieldCount).Select(column => found.GetValue(column) is byte[] bytes
                ? Convert.ToHexString(bytes) : FormattableString.Invariant($"{found.GetValue(column)}"))));
        }
        return string.Join('\n', lines);
    }
}
