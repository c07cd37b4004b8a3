using EasyExplain.Audit;
using EasyExplain.Audit.Store;
using EasyExplain.Audit.Tables;
using EasyExplain.Audit.Truth;
using EasyExplain.Detectors;
using EasyExplain.Explanation;
using EasyExplain.Models;

namespace EasyExplain.Tests.Audit;

/// <summary>An audit of a detector: a row for each thing, one for a photo without any, one for each that was missed.</summary>
public sealed class AuditedDetectionsTests : IDisposable
{
    private static readonly DetectionBox Left = new(0, 0, 50, 50), Right = new(100, 50, 40, 25.5);

    private readonly AuditFolder _audit = new();

    public void Dispose() => _audit.Dispose();

    [Fact]
    public void TwoOfOneClassInAPhoto_AreTwoRows_ThatComeBackWhole()
    {
        CamAuditRow first = DetectionRows.Row("a.jpg", 0, 1, 0.9, Left).Judged(DetectionVerdict.Right, 1),
            second = DetectionRows.Row("a.jpg", 1, 1, 0.6, Right).Judged(DetectionVerdict.False);
        Write(("A", 0, 2, first), ("A", 1, 2, second), ("B", 0, 1, DetectionRows.Nothing("b.jpg")));
        CamAuditRow[] read = _audit.Read();
        Assert.Equal([first.Detected, second.Detected, new AuditedDetection { Found = 0 }], read.Select(row => row.Detected));
        Assert.Equal((Left, DetectionVerdict.Right, "dog", 0.8, true), (read[0].Box, read[0].Verdict, read[0].Truth, read[0].EnergyInBox,
            read[0].PeakInBox));
        Assert.Equal([true, true, false], read.Select(row => row.Found));
        Assert.Equal([1L, 100.0, 50.0, 40.0, 25.5, "False", DBNull.Value],
            _audit.Run("SELECT detection, box_x, box_y, box_width, box_height, verdict, truth FROM audit WHERE id = 2"));
        Assert.Equal([DBNull.Value, DBNull.Value, DBNull.Value, 0L],
            _audit.Run("SELECT label, detection, box_x, found FROM audit WHERE file LIKE '%b.jpg'"));
        using var reader = new AuditReader(_audit.File);
        Assert.True(reader.Contains("A") && reader.Contains("B"));
    }

    [Fact]
    public void WhatWasMissed_IsNoAnswer_SoAPhotoIsDoneWithoutIt()
    {
        Write(("A", 0, 2, DetectionRows.Row("a.jpg", 0, 0, 0.9, Left)), ("A", -1, 2, DetectionRows.Missed("a.jpg", 2, Right)));
        using (var reader = new AuditReader(_audit.File))
        {
            Assert.False(reader.Contains("A")); // one of two is missing, whatever else is there
        }
        Write(("A", 1, 2, DetectionRows.Row("a.jpg", 1, 0, 0.8, Left)));
        using (var reader = new AuditReader(_audit.File))
        {
            Assert.True(reader.Contains("A"));
            Assert.Equal(["cat", "cat", ""], reader.Rows().Select(row => row.Label));
        }
    }

    [Fact]
    public void AnExplanation_ComesBackWithItsBox()
    {
        using CamModel model = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });
        var row = DetectionRows.Row("a.jpg", 3, 1, 0.9, Right);
        Write(("A", 0, 1, row));
        using var reader = new AuditReader(_audit.File);
        CamExplanation explanation = Assert.Single(reader.Explanations("A", "/photos/a.jpg", model)!);
        Assert.Equal((3, Right, true), (explanation.Detection, explanation.Box, explanation.Found));
        Assert.Equal("a.jpg: 3 dog (LayerCAM)", $"{explanation}");
    }

    [Fact]
    public void TheTruth_GivesVerdicts_AndARowForWhatWasMissed()
    {
        Directory.CreateDirectory(Path.Combine(_audit.Path, "labels"));
        File.WriteAllText(Path.Combine(_audit.Path, "classes.txt"), "Traffic_Light\nDOG\nunicorn\n");
        // Boxes of the photo's 200×100 pixels: Left with a dog, a traffic light elsewhere, and what the model does not know.
        File.WriteAllText(Path.Combine(_audit.Path, "labels/a.txt"), "1 0.125 0.25 0.25 0.5\n0 0.9 0.9 0.1 0.1\n2 0.5 0.9 0.1 0.1\n");
        var taken = new List<CamAuditRow>();
        var errors = new List<string>();
        using var judged = new JudgedAudit(new Taker(taken), GroundTruth.Open(Path.Combine(_audit.Path, "labels")),
            (e, photo) => errors.Add(photo));
        judged.Add(OfTwo("a.jpg", 0, 1, Left));
        judged.Add(OfTwo("a.jpg", 1, 0, Left));
        judged.Add(OfTwo("b.jpg", 0, 0, Left));
        judged.Finish();
        Assert.Equal(
            [DetectionVerdict.Right, DetectionVerdict.Mislabelled, DetectionVerdict.Missed, null], taken.Select(row => row.Verdict));
        Assert.Equal(["dog", "dog", "traffic light", null], taken.Select(row => row.Truth));
        Assert.Equal((2, -1, ""), (taken[2].Detected!.TruthClass, taken[2].Request!.Index, taken[2].Label));
        Assert.Equal(new DetectionBox(170, 85, 20, 10), Rounded(taken[2].TruthBox!));
        Assert.Equal(1, taken[0].EnergyInTruth); // its one warm cell, of 25×25 pixels, lies in the dog's box
        Assert.Empty(taken[2].StoredMaps);
        Assert.Equal(["The ground truth says nothing of 1 of 2 photos: they have no verdicts.",
            "The model has no class 'unicorn': 1 things of the ground truth cannot be missed."], judged.Notes);
        Assert.Empty(errors);
    }

    [Fact]
    public void OfSomeDetectionsOnly_NothingIsSaidToBeMissed()
    {
        File.WriteAllText(Path.Combine(_audit.Path, "a.txt"), "0 0.125 0.25 0.25 0.5\n2 0.9 0.9 0.1 0.1\n");
        var taken = new List<CamAuditRow>();
        using var judged = new JudgedAudit(new Taker(taken), GroundTruth.Open(_audit.Path), (_, _) => { });
        judged.Add(DetectionRows.Row("a.jpg", 0, 0, 0.9, Left) with
        {
            Detected = new AuditedDetection { Number = 0, Box = Left, Found = 7 }, // of which -Top 1 has one
        });
        judged.Finish();
        Assert.Equal(DetectionVerdict.Right, Assert.Single(taken).Verdict);
        Assert.Contains("Of 1 photos not all detections are known", Assert.Single(judged.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void TheView_AndTables_HaveTheSameColumns()
    {
        Write(("A", 0, 1, DetectionRows.Row("a.jpg", 0, 0, 0.9, Left)));
        string[] columns = [.. AuditColumn.All.Select(column => column.Name)];
        Assert.Equal(columns.Where(name => name != "path"), _audit.Run("SELECT group_concat(name) FROM pragma_table_info('audit')")[0]
            .ToString()!.Split(',').Skip(1));
    }

    [Theory]
    [InlineData("verdict = 'Perhaps'")]
    [InlineData("box_width = -1")]
    [InlineData("box_x = 9e999")]
    [InlineData("truth_class = 99")]
    [InlineData("energy_in_box = 2")]
    [InlineData("detection = -1")]
    public void ADetectionThatMakesNoSense_IsDamage(string change)
    {
        Write(("A", 0, 1, DetectionRows.Row("a.jpg", 0, 0, 0.9, Left)));
        _audit.Run($"UPDATE detection SET {change}");
        Assert.Equal(AuditFileFault.Damaged, Assert.Throws<AuditFileException>(_audit.Read).Fault);
    }

    private static CamAuditRow OfTwo(string file, int number, int @class, DetectionBox box) =>
        DetectionRows.Row(file, number, @class, 0.9 - number / 10.0, box) with
        {
            Detected = new AuditedDetection { Number = number, Box = box, Found = 2 },
            Request = new Request(file, number, 2),
        };

    private static DetectionBox Rounded(DetectionBox box) =>
        new(Math.Round(box.X, 6), Math.Round(box.Y, 6), Math.Round(box.Width, 6), Math.Round(box.Height, 6));

    private void Write(params (string Request, int Part, int Parts, CamAuditRow Row)[] rows) => _audit.Write(writer =>
    {
        foreach ((string request, int part, int parts, CamAuditRow row) in rows)
        {
            writer.Add(row, new Request(request, part, parts) { Question = "what" });
        }
    });

    private sealed class Taker(List<CamAuditRow> taken) : IAuditTarget
    {
        public void Add(CamExplanation explanation) => throw new NotSupportedException();

        public void Add(CamAuditRow row) => taken.Add(row);

        public void Add(FailedImage failed) => throw new NotSupportedException();

        public void Finish()
        {
        }

        public void Dispose()
        {
        }
    }
}
