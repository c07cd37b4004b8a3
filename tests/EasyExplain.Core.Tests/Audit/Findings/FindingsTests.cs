using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Audit.Store;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Metrics;
using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Tests.Audit.Findings;

/// <summary>Each kind but label errors: what was planted is found, and nothing where nothing was.</summary>
public class FindingsTests
{
    private static readonly IssueThresholds Usual = new();

    [Fact]
    public void OfOrdinaryRows_NothingIsSaid_ButWhatIsWrong_AndOneThatIsFarByChance()
    {
        FoundIssues found = Finder().Find(PlantedRows.Make(2_000, PlantedRows.Model(10)));
        Assert.Empty(found.Notes);
        Assert.All(found.Issues, issue =>
            Assert.True(issue.Kind is IssueKind.ConfusedPair or IssueKind.LabelError or IssueKind.OddOneOut, issue.Summary));
        Assert.InRange(found.Issues.Where(issue => issue.Kind == IssueKind.OddOneOut).Sum(issue => issue.Count), 0, 1);
    }

    [Fact]
    public void AConfusedPair_HasBothWays_WithWilsonsIntervals()
    {
        // 8 of 100 b are called c, 4 of 100 c are called b.
        // scipy.stats.binomtest(12, 200).proportion_ci(method="wilson"): 0.0347 to 0.1019.
        CamAuditRow[] rows = PlantedRows.Make(400, wrong: 0);
        int b = 0, c = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            if ((rows[i].ExpectedClass == 1 && b++ < 8) || (rows[i].ExpectedClass == 2 && c++ < 4))
            {
                int taken = 3 - rows[i].ExpectedClass;
                rows[i] = PlantedRows.Row(rows[i].Model, i, rows[i].ExpectedClass, taken, 0.9 - 0.01 * i);
            }
        }
        CamIssue issue = Assert.Single(ConfusedPairs.Find(Slice(rows), Usual));
        Assert.Equal("8 of 100 b are taken for c, and 4 of 100 c for b: 6 % of both (3.5 % to 10 %).", issue.Summary);
        Assert.Equal(("b ↔ c", 12, 0.06), (issue.Class, issue.Count, issue.Share));
        Assert.Equal((0.0347, 0.1019), (issue.Evidence["ShareLow"], issue.Evidence["ShareHigh"]));
        Assert.Equal(issue.Members.OrderByDescending(row => row.Predictions[0].Probability), issue.Members);
    }

    [Fact]
    public void WithAModel_FinerCAMSaysWhereAConfusedPairDiffers_InImagesThatAreStillThere()
    {
        using CamModel model = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });
        string cat = Repository.Photo("cat.jpg");
        CamAuditRow[] rows = PlantedRows.Make(200, AuditedModel.Of(model), wrong: 0);
        for (int i = 3; i < rows.Length; i += 10) // cats that are called dogs: one photo, of which one has changed and two are gone
        {
            rows[i] = PlantedRows.Row(rows[i].Model, i, 3, 5, 0.9) with
            {
                Layers = ["layer3"],
                Path = i < 183 ? cat : cat + ".gone",
                Hash = i == 13 ? "changed" : FileHash.Of(cat),
            };
        }
        rows = [.. rows.Select(row => row with { Layers = ["layer3"] })];
        FoundIssues found = new IssueFinder(Usual, [IssueKind.ConfusedPair], model: model).Find(rows);
        CamIssue issue = Assert.Single(found.Issues);
        Assert.Equal(("FinerCAM", 16), (issue.Evidence["ApartBy"], issue.Evidence["ApartImages"]));
        Assert.NotEmpty(issue.Where);
        Assert.Contains("1 image of confused pairs is gone or has changed since; the model was asked about others, if there are any.",
            found.Notes);
    }

    [Fact]
    public void HeatAtTheBorder_Nowhere_AndEverywhere_AreOneFindingEach()
    {
        CamAuditRow[] rows = PlantedRows.Make(400, wrong: 0);
        foreach (int i in Enumerable.Range(0, 10))
        {
            Put(rows, 4 * i, PlantedRows.Map("layer1", 8, (y, _) => y == 7 ? 1 : 0)); // class a
            Put(rows, 4 * i + 1, PlantedRows.Map("layer1", 8, (_, _) => 0));          // b
            Put(rows, 4 * i + 2, PlantedRows.Map("layer1", 8, (_, _) => 0.5));        // c
        }
        CamIssue[] issues = [.. LooksElsewhere.Find(Slice(rows), Usual, null, default)];
        Assert.Equal(
            [
                "10 of 100 images of a (10 %) have their heat at the border: 100 % of it in the outer 44 % of the image.",
                "10 of 100 images of b (10 %) have maps that are zero everywhere.",
                "10 of 100 images of c (10 %) have heat all over, about as much everywhere.",
            ],
            issues.Select(issue => issue.Summary));
        Assert.Equal(["bottom edge", "", "everywhere"], issues.Select(issue => issue.Where));
        Assert.All(issues, issue => Assert.Equal(10, issue.Count));
    }

    /// <summary>Each map reaches what its controls reach, or more: only the first kind of audit is warned of.</summary>
    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(0.3, 1)]
    public void MapsNoBetterThanChance_AreCautionedOf_AndHalfAsSure(double over, double trust)
    {
        CamAuditRow[] rows = PlantedRows.Make(400, wrong: 0);
        foreach (int i in Enumerable.Range(0, 10))
        {
            Put(rows, 4 * i, PlantedRows.Map("layer1", 8, (y, _) => y == 7 ? 1 : 0));
        }
        CamIssue plain = Assert.Single(Finder().Find(rows).Issues, issue => issue.Kind == IssueKind.LooksElsewhere);
        CamAuditRow[] measured = [.. rows.Select((row, i) => row with
        {
            Measure = Figures(row, null, 0.4 + over + i % 7 * 0.01) with { Controls = [Figures(row, "RandomCAM", 0.4 + i % 5 * 0.015)] },
        })];
        FoundIssues found = Finder().Find(measured);
        CamIssue issue = Assert.Single(found.Issues, issue => issue.Kind == IssueKind.LooksElsewhere);
        Assert.Equal(plain.Confidence * trust, issue.Confidence, tolerance: 1e-12);
        Assert.Equal(trust < 1 ? 1 : 0, found.Notes.Count(note => note.StartsWith(
            "LayerCAM at layer1 was measured on 400 images. No better than chance on this model.", StringComparison.Ordinal)));

        static CamMeasure Figures(CamAuditRow row, string? control, double insertion) =>
            MeasureColumns.Of(row, control, 0, _ => null) with { Insertion = insertion };
    }

    [Fact]
    public void HeatOffTheBox_IsFound_ByPointingGameAndEnergy()
    {
        CamAuditRow[] rows = PlantedRows.Make(40, wrong: 0); // blobs near the centre
        ObjectAreas objects = ObjectAreas.Boxes(row => row.Class == 0 ? [new PixelRegion(0, 0, 8, 8)]
            : row.Class == 1 ? [new PixelRegion(8, 8, 16, 16)] : []);
        CamIssue issue = Assert.Single(LooksElsewhere.Find(Slice(rows), Usual, objects, default));
        Assert.Equal(("a", 10, 1.0), (issue.Class, issue.Count, issue.Share));
        Assert.Equal(0.0, issue.Evidence["PointingGame"]);
        Assert.Equal(1 / 16.0, (double)issue.Evidence["ObjectArea"]!, 1e-4);
    }

    [Fact]
    public void AMask_SaysOfEachCellHowMuchOfItIsObject()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("easyexplain masks [1] ");
        try
        {
            CamAuditRow row = PlantedRows.Make(1)[0];
            byte[] rgb = new byte[64 * 64 * 3]; // twice the image's size
            for (int y = 0; y < 64; y++)
            {
                for (int x = 0; x < 64; x++)
                {
                    rgb[(y * 64 + x) * 3 + 1] = (byte)(y < 20 && x < 32 ? 1 : 0);
                }
            }
            string mask = Path.Combine(folder.FullName, Path.ChangeExtension(row.File, ".png"));
            Directory.CreateDirectory(Path.GetDirectoryName(mask)!);
            ImageEncoder.Save(new Photo(64, 64, rgb), mask, ImageFormat.Png);
            string bad = Path.ChangeExtension(mask.Replace("000000", "000004", StringComparison.Ordinal), ".gif");
            File.WriteAllText(bad, "hello");
            var errors = new List<string>();
            ObjectAreas masks = ObjectAreas.Masks(folder.FullName, (file, _) => errors.Add(file));
            double[] covered = masks.Of(row, 4, 4)!;
            Assert.Equal([1, 1, 0, 0, 0.25, 0.25, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], covered);
            Assert.Null(masks.Of(row with { File = "other/1.jpg" }, 4, 4));
            Assert.Empty(errors);
            Assert.Null(masks.Of(row with { File = "a/000004.jpg" }, 4, 4));
            Assert.Null(masks.Of(row with { File = "a/000004.jpg" }, 4, 4));
            Assert.Equal([bad], errors);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void AClassThatIsSeenByItsSurroundings_IsTheOnlyOne()
    {
        CamAuditRow[] rows = PlantedRows.Make(400, PlantedRows.Model(8), wrong: 0);
        for (int i = 3; i < rows.Length; i += 8)
        {
            Put(rows, i, PlantedRows.Map("layer1", 8, (y, x) => y is 0 or 7 || x is 0 or 7 ? 1 : 0.05));
        }
        CamIssue issue = Assert.Single(Backgrounds.Find(Slice(rows), Usual, null));
        Assert.Equal(("d", "border"), (issue.Class, issue.Where));
        // 28 cells of 1 and 36 of 0.05 (13 of 255), 16 of which are the middle.
        Assert.Equal(Math.Round(1 - 16 * 13 / (28 * 255.0 + 36 * 13), 4), issue.Evidence["Around"]);
    }

    [Fact]
    public void AnOddOneOut_IsFoundByItsFeatures_AndByItsMap()
    {
        CamAuditRow[] rows = PlantedRows.Make(400, wrong: 0);
        rows[8] = rows[8] with
        {
            Channels = new ChannelEvidence(ChannelVector.Of([.. Enumerable.Range(0, 32).Select(i => i % 2 == 0 ? 1f : -1f)]), null),
        };
        Assert.Equal("1 image of 100 called a is far from the others; the farthest is a/000008.jpg, by its features.",
            Assert.Single(OddOnesOut.Find(Slice(rows), Usual with { OddDeviation = 5 }, default)).Summary);

        var random = new Random(1);
        rows = [.. rows.Select(row => row with { Channels = null, StoredMaps = [PlantedRows.Blob("layer1", 8, Near(), Near())] })];
        Put(rows, 9, PlantedRows.Blob("layer1", 8, 1, 0));
        Assert.Equal("1 image of 100 called b is far from the others; the farthest is b/000009.jpg, by its map.",
            Assert.Single(OddOnesOut.Find(Slice(rows), Usual, default)).Summary);

        double Near() => 0.45 + 0.1 * random.NextDouble();
    }

    [Fact]
    public void Duplicates_AreToldApart_ByLabelsAndFolders()
    {
        CamAuditRow[] rows = PlantedRows.Make(100, wrong: 0);
        rows[5] = rows[5] with { Hash = rows[2].Hash };                                  // b and c
        rows[20] = rows[20] with { Hash = rows[24].Hash, File = "test/a/000020.jpg" };   // a, across splits
        rows[24] = rows[24] with { File = "train/a/000024.jpg" };
        rows[40] = rows[40] with { Hash = rows[44].Hash, File = "000040.jpg" };          // a, once beside the folders
        rows[44] = rows[44] with { File = "old/a/000044.jpg" };
        rows[30] = rows[30] with { Channels = rows[34].Channels, StoredMaps = rows[34].StoredMaps }; // c twice, other bytes
        Assert.Equal(
            [
                "The same image is labelled b and c: b/000005.jpg, c/000002.jpg.",
                "1 image is in test and train (the same bytes).",
                "1 image is in the top folder and old (the same bytes).",
                "1 image of c is there more than once (by features and maps).",
            ],
            Duplicates.Find(Sorted(rows), Usual, default).Select(issue => issue.Summary));
    }

    [Fact]
    public void NearPairs_AreFoundAmongThousands_AsIfAllWereCompared()
    {
        CamAuditRow[] rows = PlantedRows.Make(6_000);
        for (int i = 0; i < 200; i++)
        {
            sbyte[] values = [.. rows[i].Channels!.Features.Values];
            values[i % 32] = (sbyte)Math.Clamp(values[i % 32] + 1, -127, 127); // as saving an image again does
            rows[5_000 + i] = rows[5_000 + i] with { Channels = new ChannelEvidence(new ChannelVector(1, values), null) };
        }
        var found = NearPairs.Of(FeatureTable.Of(rows), 0.9995, default).ToHashSet();
        Assert.InRange(Enumerable.Range(0, 200).Count(i => found.Contains((i, 5_000 + i))), 199, 200);
    }

    [Theory]
    [InlineData(0.9, 0.1, "lower left corner")]
    [InlineData(0.1, 0.9, "upper right corner")]
    [InlineData(0.5, 0.5, "centre")]
    [InlineData(0.05, 0.5, "top edge")]
    [InlineData(0.5, 0.95, "right edge")]
    public void APlace_HasAName(double y, double x, string name)
    {
        StoredMap map = PlantedRows.Blob("layer1", 7, y, x);
        Assert.Equal(name, Places.Of([.. map.Values.Select(value => (double)value)], 7, 7));
    }

    [Fact]
    public void TheSameRows_GiveTheSameFindings_WhateverTheirOrder()
    {
        CamAuditRow[] rows = PlantedRows.Make(1_000, PlantedRows.Model(10), maps: 3);
        var random = new Random(5);
        CamAuditRow[] shuffled = [.. rows];
        random.Shuffle(shuffled);
        string there = Text(Finder().Find(rows)), back = Text(Finder().Find(shuffled));
        Assert.Contains("LabelError", there, StringComparison.Ordinal);
        Assert.Equal(there, back);

        static string Text(FoundIssues found) => string.Join('\n', found.Notes.Concat(found.Issues.Select(issue =>
            $"{issue.Kind} {issue.Severity:R} {issue.Confidence:R} {issue.Summary} {issue.Files} " +
            string.Join(' ', issue.Evidence.Values.Cast<object>()))));
    }

    [Fact]
    public void Findings_AreRanked_ShortcutsFirst_ThenByHowBadAndSureTheyAre()
    {
        CamIssue Of(IssueKind kind, string @class, double severity, double confidence) => new()
        {
            Kind = kind,
            Class = @class,
            Share = 0,
            Severity = severity,
            Confidence = confidence,
            Where = "",
            Summary = "",
            Members = [],
            Evidence = [],
        };
        CamIssue[] ranked =
        [
            .. IssueFinder.Ranked([Of(IssueKind.Duplicate, "b", 0.5, 0.5), Of(IssueKind.ConfusedPair, "b", 1, 0.5),
                Of(IssueKind.Duplicate, "a", 0.5, 0.5), Of(IssueKind.LabelError, "z", 0.5, 0.5), Of(IssueKind.Shortcut, "c", 0.1, 0.1)]),
        ];
        Assert.Equal(["Shortcut c", "ConfusedPair b", "LabelError z", "Duplicate a", "Duplicate b"],
            ranked.Select(issue => $"{issue.Kind} {issue.Class}"));
    }

    [Fact]
    public void ItStops_WhenItIsAskedTo() => Assert.Throws<OperationCanceledException>(() =>
        Finder().Find(PlantedRows.Make(100), new CancellationToken(canceled: true)));

    [Fact]
    public void EvidenceAsText_IsWhatATableFileHas()
    {
        CamAuditRow[] rows = [.. PlantedRows.Make(2).Select(row => row with { Hash = "0" })];
        CamIssue issue = Assert.Single(Duplicates.Find(Slice(rows), Usual, default));
        Assert.Equal("Sort=several labels; Exact=True", issue.Evidence.ToString());
        Assert.Equal("a/000000.jpg; b/000001.jpg", issue.Files.ToString());
    }

    public static TheoryData<string, string> Shortcomings => new()
    {
        { "unlabelled", "No image has an expected label" },
        { "alone", "There is one image of each class" },
        { "one class", "All images are called a" },
        { "empty", "All maps are zero everywhere: nothing at layer1 spoke for the classes" },
        { "no maps", "40 images have no map" },
        { "no channels", "40 images have no features" },
        { "unknown labels", "40 images have no expected label of exactly one class of the model, such as 'unicorn' of a/000000.jpg" },
    };

    [Theory]
    [MemberData(nameof(Shortcomings))]
    public void WhatCannotBeDone_IsSaid_AndTheRestIsDone(string what, string note)
    {
        CamAuditRow[] rows = what switch
        {
            "alone" => PlantedRows.Make(4, wrong: 0),
            "one class" => [.. PlantedRows.Make(160, wrong: 0).Where(row => row.Class == 0)],
            _ => PlantedRows.Make(40, wrong: 0),
        };
        rows =
        [
            .. rows.Select(row => what switch
            {
                "unlabelled" => row with { Expected = null, ExpectedClass = -1, ExpectedProbability = null, Correct = null },
                "unknown labels" => row with { Expected = "unicorn", ExpectedClass = -1, ExpectedProbability = null, Correct = null },
                "empty" => row with { StoredMaps = [PlantedRows.Map("layer1", 8, (_, _) => 0)] },
                "no maps" => row with { StoredMaps = [] },
                "no channels" => row with { Channels = null },
                _ => row,
            }),
        ];
        rows[1] = rows[1] with { Hash = rows[0].Hash };
        FoundIssues found = Finder().Find(rows);
        Assert.StartsWith(note, Assert.Single(found.Notes), StringComparison.Ordinal);
        Assert.Contains(found.Issues, issue => issue.Kind == IssueKind.Duplicate);
    }

    private static IssueFinder Finder() => new(Usual, Enum.GetValues<IssueKind>());

    private static AuditSlice Slice(CamAuditRow[] rows) => new(rows[0].Model, rows[0].Method, rows[0].Layers, rows);

    private static AuditSlice Sorted(CamAuditRow[] rows) => Assert.Single(AuditSlices.Of(rows, []));

    private static void Put(CamAuditRow[] rows, int row, StoredMap map) => rows[row] = rows[row] with { StoredMaps = [map] };
}
