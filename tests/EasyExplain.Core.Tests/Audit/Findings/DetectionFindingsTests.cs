using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Detectors;

namespace EasyExplain.Tests.Audit.Findings;

/// <summary>Findings on what a detector found and missed: faults that were planted, and audits without.</summary>
public class DetectionFindingsTests
{
    private static readonly DetectionBox LowerLeft = new(5, 70, 30, 25), Middle = new(80, 30, 40, 40);

    [Fact]
    public void AGoodDetector_HasNoFindings() => Assert.Empty(Find(Good()).Issues);

    [Fact]
    public void AClassThatIsMissed_IsFound_WithItsSizesAndPlace()
    {
        // 12 of 52 dogs, in the lower left corner and small; of cats and traffic lights none is missed.
        CamIssue issue = Assert.Single(Find([.. Good(),
            .. Many(12, number => DetectionRows.Missed($"m{number}.jpg", 1, new DetectionBox(5, 80, 10, 10)))]).Issues);
        Assert.Equal((IssueKind.Missed, "dog", 12, "lower left corner"), (issue.Kind, issue.Class, issue.Count, issue.Where));
        Assert.Equal("12 of 52 dog (23 %) were not found, where 0 % of all other things were not; the median one missed fills 0.5 % of " +
            "its image, the median one found 8 %.", issue.Summary.Replace("8.0 %", "8 %", StringComparison.Ordinal));
        Assert.Equal(Math.Round(40 / 52.0, 4), issue.Evidence["Recall"]);
        Assert.Equal(Math.Sqrt(12 / 52.0), issue.Severity, 9);
    }

    [Fact]
    public void FalseAlarmsOfAClass_AreFound_WithTheirPlace()
    {
        CamIssue issue = Assert.Single(Find([.. Good(), .. Many(10, number =>
            DetectionRows.Row($"f{number}.jpg", 0, 2, 0.3 + number / 100.0, LowerLeft).Judged(DetectionVerdict.False))]).Issues);
        Assert.Equal((IssueKind.FalseAlarm, "traffic light", 10, "lower left corner"), (issue.Kind, issue.Class, issue.Count, issue.Where));
        Assert.StartsWith("10 of 50 detections of traffic light (20 %) are of background, where 0 % of all others are", issue.Summary,
            StringComparison.Ordinal);
        Assert.Equal("f9.jpg", issue.Members[0].File); // the most certain one
        Assert.Equal(0.8, issue.Evidence["Precision"]);
    }

    [Fact]
    public void ClassesThatAreMixedUp_AreAPair()
    {
        CamIssue issue = Assert.Single(Find([.. Good(), .. Many(9, number =>
            DetectionRows.Row($"x{number}.jpg", 0, 1, 0.4, Middle).Judged(DetectionVerdict.Mislabelled, truth: 0))]).Issues);
        Assert.Equal((IssueKind.ConfusedPair, "cat ↔ dog", 9), (issue.Kind, issue.Class, issue.Count));
        Assert.StartsWith("9 of 49 cat are taken for dog, and 0 of 40 dog for cat, in the right place: 10 % of both", issue.Summary,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ADetectorThatLooksBesideItsBoxes_IsFound()
    {
        CamAuditRow[] rows = [.. Good().Select(row => row.Class == 2 && row.File.EndsWith("0.jpg", StringComparison.Ordinal)
            ? row.Judged(DetectionVerdict.Right, 2, energy: 0.02) : row)];
        CamIssue issue = Assert.Single(Find(rows).Issues);
        Assert.Equal((IssueKind.LooksElsewhere, "traffic light", 4), (issue.Kind, issue.Class, issue.Count));
        Assert.Equal("4 of 40 detections of traffic light (10 %) have their heat beside their boxes: the peak is outside, and 2 % of the " +
            "heat is in the box, which fills 8 % of what the model sees.", issue.Summary);
        // The same without any ground truth.
        Assert.Equal(issue.Summary, Assert.Single(Find([.. rows.Select(row => row with { Detected = row.Detected! with
        {
            Verdict = null, Truth = null, TruthClass = -1, TruthBox = null,
        } })]).Issues).Summary);
    }

    [Fact]
    public void ACertainDetectionWithoutTruth_IsAnAnnotationThatIsProbablyMissing()
    {
        CamAuditRow sure = DetectionRows.Row("a/b/new.jpg", 0, 0, 0.78, Middle).Judged(DetectionVerdict.False);
        CamIssue issue = Assert.Single(Find([.. Good(), sure]).Issues);
        Assert.Equal((IssueKind.LabelError, "cat", "a/b/new.jpg"), (issue.Kind, issue.Class, issue.Files.Single()));
        Assert.Equal("What b/new.jpg has at 80, 30, 40×40 looks like cat but is not annotated (78 %; of 13 that are as certain, 13 are " +
            "right).", issue.Summary);
        Assert.Equal(0.75, issue.Confidence);

        CamIssue other = Assert.Single(Find([.. Good(), sure.Judged(DetectionVerdict.Mislabelled, truth: 1)]).Issues);
        Assert.Contains("is annotated as dog but looks like cat", other.Summary, StringComparison.Ordinal);
        Assert.Empty(Find([.. Good(), sure with { Probability = 0.5 }]).Issues); // less certain than what is usually right
    }

    [Fact]
    public void TheSamePhotoTwice_IsADuplicate_HoweverManyThingsAreInIt()
    {
        CamAuditRow[] pair = [.. new[] { "p.jpg", "q.jpg" }.SelectMany(file => Many(3, number =>
            DetectionRows.Row(file, number, number, 0.9, new DetectionBox(10 * number, 10, 40, 40)).Judged(DetectionVerdict.Right, number)
                with { Hash = "same" }))];
        CamIssue issue = Assert.Single(Find([.. Good(), .. pair]).Issues);
        Assert.Equal((IssueKind.Duplicate, "p.jpg, q.jpg"), (issue.Kind, string.Join(", ", issue.Files)));
    }

    [Fact]
    public void WithoutVerdicts_ASentenceSaysWhatIsMissing_AndNothingIsClaimed()
    {
        FoundIssues found = Find([.. Good().Select(row => row with { Detected = row.Detected! with { Verdict = null, TruthClass = -1 } })]);
        Assert.Empty(found.Issues);
        Assert.Contains("Export-CamAudit -TruthPath", Assert.Single(found.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void TheOrderOfRows_ChangesNothing()
    {
        CamAuditRow[] rows = [.. Good(), .. Many(12, number => DetectionRows.Missed($"m{number}.jpg", 1, LowerLeft)),
            .. Many(10, number => DetectionRows.Row($"f{number}.jpg", 0, 2, 0.3, LowerLeft).Judged(DetectionVerdict.False))];
        var random = new Random(7);
        FoundIssues one = Find(rows), other = Find([.. rows.OrderBy(_ => random.Next())]);
        Assert.Equal(one.Issues.Select(issue => issue.Summary), other.Issues.Select(issue => issue.Summary));
        Assert.Equal(one.Issues.Select(issue => $"{issue.Files}"), other.Issues.Select(issue => $"{issue.Files}"));
    }

    /// <summary>40 things of each of three classes, all found.</summary>
    private static IEnumerable<CamAuditRow> Good() => Many(120, number =>
        DetectionRows.Row($"g{number}.jpg", 0, number % 3, 0.7 + number / 1000.0, Middle).Judged(DetectionVerdict.Right, number % 3));

    private static IEnumerable<CamAuditRow> Many(int count, Func<int, CamAuditRow> make) => Enumerable.Range(0, count).Select(make);

    private static FoundIssues Find(IEnumerable<CamAuditRow> rows) => new IssueFinder(new IssueThresholds(), Enum.GetValues<IssueKind>())
        .Find(rows.Select((row, at) => row with { Id = at + 1 }));
}
