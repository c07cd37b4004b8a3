using EasyExplain.Audit;
using EasyExplain.Audit.Store;
using EasyExplain.Explanation;

namespace EasyExplain.Tests.Audit;

/// <summary>Every image has its row exactly once, wherever its audit file and its folder go, and one process writes at a time.</summary>
public sealed class AuditWriterTests : IDisposable
{
    private readonly AuditFolder _audit = new();

    public void Dispose() => _audit.Dispose();

    [Fact]
    public void ARowThatIsThere_Stays_ButForWhatWasExpected()
    {
        _audit.Write(writer => writer.Add(_audit.Row(0) with { Expected = null, Correct = null }, "A", 0, 1));
        CamAuditRow later = _audit.Row(0) with { Score = 99, Expected = "other", Correct = false, ExpectedClass = 7 };
        _audit.Write(writer => writer.Add(later, "A", 0, 1));
        CamAuditRow row = Assert.Single(_audit.Read());
        Assert.Equal((_audit.Row(0).Score, "other", false, 7), (row.Score, row.Expected, row.Correct, row.ExpectedClass));
        _audit.Write(writer => writer.Add(_audit.Row(0) with { Expected = null, Correct = null }, "A", 0, 1));
        Assert.Equal("other", Assert.Single(_audit.Read()).Expected);
    }

    [Fact]
    public void TheRowsOfOneRequest_StandBesideEachOther()
    {
        _audit.Write(writer =>
        {
            writer.Add(_audit.Row(0), "A", 0, 3);
            writer.Add(_audit.Row(0) with { Class = 5 }, "A", 1, 3);
        });
        using var reader = new AuditReader(_audit.File);
        Assert.False(reader.Contains("A"));
        _audit.Write(writer => writer.Add(_audit.Row(0) with { Class = 6 }, "A", 2, 3));
        Assert.True(reader.Contains("A"));
        Assert.Equal([0, 5, 6], reader.Rows().Select(row => row.Class));
        Assert.Equal(1L, _audit.Run("SELECT count(*) FROM image").Single());
    }

    [Theory]
    [InlineData("A", "A", "question", "Explained")]     // the image is readable now
    [InlineData("A", "B", "question", "Explained")]     // and another file than before
    [InlineData("", "B", "question", "Explained")]      // it was not there
    [InlineData("A", "A", "other", "Explained")]        // the same request, whatever the question is called
    [InlineData("A", "B", "other", "First Explained")]  // another question
    public void AFailure_GivesWay(string first, string second, string question, string left)
    {
        _audit.Write(writer => writer.Add(Failed("First"), new Request(first, 0, 1) { Question = "question" }));
        Assert.Equal("First", Assert.Single(_audit.Read()).ErrorId);
        _audit.Write(writer => writer.Add(_audit.Row(0), new Request(second, 0, 1) { Question = question }));
        Assert.Equal(left, string.Join(' ', _audit.Read().OrderBy(row => row.Id).Select(row => row.ErrorId ?? "Explained")));
    }

    [Theory]
    [InlineData("A", "A", "Second")]
    [InlineData("A", "B", "Second")]
    [InlineData("", "", "Second")]
    [InlineData("Explained A", "A", "Explained")] // what was found out is not lost
    [InlineData("Explained A", "", "Explained")]
    [InlineData("Explained A", "B", "Second")]    // it was another file
    public void AFailure_TakesThePlaceOfAFailure(string first, string second, string left)
    {
        CamAuditRow before = first.StartsWith("Explained", StringComparison.Ordinal) ? _audit.Row(0) : Failed("First");
        _audit.Write(writer => writer.Add(before, new Request(first.Split(' ')[^1], 0, 1)));
        _audit.Write(writer => writer.Add(Failed("Second"), new Request(second, 0, 1)));
        Assert.Equal(left, Assert.Single(_audit.Read()).ErrorId ?? "Explained");
        using var reader = new AuditReader(_audit.File);
        Assert.Equal(left == "Explained", reader.Contains("A"));
    }

    [Fact]
    public void AnImageThatHasChanged_TakesThePlaceOfWhatItWas()
    {
        CamAuditRow changed = _audit.Row(0) with { Length = 7, Hash = "new" };
        _audit.Write(writer =>
        {
            for (int part = 0; part < 3; part++)
            {
                writer.Add(_audit.Row(0), "old", part, 3);
            }
            writer.Add(_audit.Row(1), "other file", 0, 1);
            writer.Add(_audit.Row(0) with { Method = "EigenCAM" }, "other question", 0, 1);
        });
        _audit.Write(writer =>
        {
            writer.Add(changed, "new", 0, 2);
            writer.Add(changed, "new", 1, 2);
        });
        Assert.Equal(["GradCAM 100001", "EigenCAM 100000", "GradCAM 7", "GradCAM 7"],
            _audit.Read().OrderBy(row => row.Id).Select(row => $"{row.Method} {row.Length}"));
        Assert.Equal([3L, 4L, 4L],
            _audit.Run("SELECT (SELECT count(*) FROM image), (SELECT count(*) FROM map), (SELECT count(*) FROM channels)"));
    }

    [Fact]
    public void AMovedFolder_IsFoundWhereItIs()
    {
        string photos = Path.Combine(_audit.Path, "old", "photos"), audits = Path.Combine(_audit.Path, "old", "audits");
        string outside = Path.Combine(_audit.Path, "elsewhere.jpg");
        Directory.CreateDirectory(photos);
        using (var writer = new AuditWriter(Path.Combine(audits, "a.db"), photos))
        {
            writer.Add(_audit.Row(0) with { Path = Path.Combine(photos, "cat", "1.jpg") }, "A", 0, 1);
            writer.Add(_audit.Row(1) with { Path = outside }, "B", 0, 1);
            writer.Add(_audit.Row(2) with { Path = photos + "2.jpg" }, "C", 0, 1);
        }
        Directory.Move(Path.Combine(_audit.Path, "old"), Path.Combine(_audit.Path, "new"));

        photos = Path.Combine(_audit.Path, "new", "photos");
        string file = Path.Combine(_audit.Path, "new", "audits", "a.db");
        using (var reader = new AuditReader(file))
        {
            CamAuditRow[] rows = [.. reader.Rows().OrderBy(row => row.Id)];
            Assert.Equal(("cat/1.jpg", Path.Combine(photos, "cat", "1.jpg")), (rows[0].File, rows[0].Path));
            Assert.Equal(outside, rows[1].Path);
            Assert.True(Path.IsPathFullyQualified(rows[1].File));
            Assert.Equal(Path.Combine(_audit.Path, "old", "photos2.jpg"), rows[2].Path);
        }
        using (var writer = new AuditWriter(file, _audit.Path)) // whatever the folder is that somebody goes on from
        {
            Assert.Equal(photos, writer.Root);
            writer.Add(_audit.Row(0) with { Path = Path.Combine(photos, "cat", "1.jpg") }, "moved", 0, 1);
        }
        using var again = new AuditReader(file);
        Assert.Equal("cat/1.jpg", Assert.Single(again.Rows(), row => row.Path.EndsWith("1.jpg", StringComparison.Ordinal)).File);
        again.Dispose();
        Directory.Move(photos, Path.Combine(_audit.Path, "moved alone"));
        using var alone = new AuditWriter(file, Path.Combine(_audit.Path, "moved alone"));
        Assert.Equal(Path.Combine(_audit.Path, "moved alone"), alone.Root);
    }

    [Fact]
    public void TheSecondWriter_IsToldOfTheFirst()
    {
        using var first = new AuditWriter(_audit.File, _audit.Path);
        first.Add(_audit.Row(0), "A", 0, 1);
        AuditFileException e = Assert.Throws<AuditFileException>(() => new AuditWriter(_audit.File, _audit.Path));
        Assert.Equal(AuditFileFault.InUse, e.Fault);
        Assert.Contains($"'{_audit.File}' is being written by process {Environment.ProcessId} on {Environment.MachineName} since 2",
            e.Message, StringComparison.Ordinal);
        first.Dispose();
        _audit.Write(_audit.Row(1));
        Assert.Equal(2, _audit.Read().Length);
        Assert.Equal([_audit.File], Directory.GetFiles(_audit.Path)); // nothing is left beside it
    }

    [Fact]
    public void ASlowProducersRow_IsThereSoon_AndItsReaderMayWriteToo()
    {
        using var writer = new AuditWriter(_audit.File, _audit.Path);
        using var reader = new AuditReader(_audit.File);
        writer.Add(_audit.Row(0), "0", 0, 1);
        Assert.True(SpinWait.SpinUntil(() => reader.Count == 1, TimeSpan.FromMinutes(1)));
        for (int number = 1; number < 1200; number++) // more than a page of the reader
        {
            writer.Add(_audit.Row(number), $"{number}", 0, 1);
        }
        writer.Commit();
        int read = 0;
        foreach (CamAuditRow row in reader.Rows())
        {
            writer.Add(row with { Method = "EigenCAM", Request = null }, $"again {read++}", 0, 1);
            if (read % 200 == 0)
            {
                writer.Commit(); // in the middle of a page, and at the end of it
                Assert.Equal(1200 + read, reader.Count);
            }
        }
        Assert.Equal(1200, read);
    }

    [Fact]
    public void Rows_AreThoseThatWereThereAtTheStart()
    {
        _audit.Write(Enumerable.Range(0, 5).Select(_audit.Row));
        using var reader = new AuditReader(_audit.File);
        using var writer = new AuditWriter(_audit.File, _audit.Path);
        int read = 0;
        foreach (CamAuditRow row in reader.Rows())
        {
            writer.Add(row with { Method = "EigenCAM", Request = null }, $"again {read++}", 0, 1);
            writer.Commit();
        }
        Assert.Equal(5, read);
        Assert.Equal(10, reader.Count);
    }

    private CamAuditRow Failed(string id) =>
        new(_audit.Model)
        {
            Path = _audit.Row(0).Path,
            File = _audit.Row(0).File,
            Method = "GradCAM",
            Layers = ["layer4"],
            ErrorId = id,
            Error = "It could not be read.",
        };
}
