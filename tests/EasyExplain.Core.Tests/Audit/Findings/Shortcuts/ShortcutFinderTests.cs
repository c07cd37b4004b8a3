using System.Text.Json;
using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Audit.Findings.Shortcuts;
using EasyExplain.Models;
using TorchSharp;

namespace EasyExplain.Tests.Audit.Findings.Shortcuts;

/// <summary>A shortcut that was put into a network by hand, found from the network and its images alone.</summary>
[Collection(Alone.Name)] // it sets the number of threads
public class ShortcutFinderTests
{
    [Theory]
    [InlineData(false, "lower left corner", "shared look")]
    [InlineData(true, "anywhere", "hottest patch")]
    public void AMarkThatDecides_IsTheFirstFinding_WithTheMarkedImages(bool anywhere, string where, string mark)
    {
        using var planted = new PlantedShortcut(anywhere: anywhere);
        CamIssue issue = Find(planted.Rows, planted.Model).Issues[0];
        Assert.Equal((IssueKind.Shortcut, "red"), (issue.Kind, issue.Class));
        int right = issue.Files.Count(planted.Marked.Contains);
        Assert.InRange((double)right / planted.Marked.Count, 0.9, 1);
        Assert.InRange((double)right / issue.Count, 0.9, 1);
        Assert.Equal((where, mark), (issue.Where, issue.Evidence["Mark"]));
        Assert.InRange(Assert.IsType<ProvedShare>(issue.Evidence["Turned"]).Value, 0.6, 1);
        Assert.InRange(Assert.IsType<ProvedShare>(issue.Evidence["TurnedByOthers"]).Value, 0, 0.1);
        Assert.Equal(40, issue.Evidence["ImagesOfClass"]);
        Assert.Contains("by which alone the model says red", issue.Summary, StringComparison.Ordinal);
    }

    /// <summary>400 of them make the groups; the marks of the other 60 are found by what those teach.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OfMoreImagesThanAreClustered_AllMarkedOnesAreMembers(bool anywhere)
    {
        using var planted = new PlantedShortcut(anywhere: anywhere, red: 460);
        CamIssue issue = Find(planted.Rows, planted.Model).Issues[0];
        int right = issue.Files.Count(planted.Marked.Contains);
        Assert.Equal((IssueKind.Shortcut, 138), (issue.Kind, planted.Marked.Count));
        Assert.InRange((double)right / planted.Marked.Count, 0.9, 1);
        Assert.InRange((double)right / issue.Count, 0.9, 1);
        Assert.Equal((400, 460), (issue.Evidence["ImagesLookedAt"], issue.Evidence["ImagesOfClass"]));
    }

    [Fact]
    public void AMarkThatTheModelIgnores_IsNoShortcut()
    {
        using var planted = new PlantedShortcut(heeds: false);
        FoundIssues found = Find(planted.Rows, planted.Model);
        Assert.DoesNotContain(found.Issues, issue => issue.Kind == IssueKind.Shortcut);
        CamIssue difference = Assert.Single(found.Issues, issue => issue.Kind == IssueKind.Difference);
        Assert.Equal(planted.Marked, difference.Files.Order(StringComparer.Ordinal)); // by a channel that nothing heeds
        Assert.Contains("By itself it does not make the model say so", difference.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutAModel_ItIsADifference_OfWhichNothingIsClaimed()
    {
        using var planted = new PlantedShortcut();
        FoundIssues found = Find(planted.Rows, null);
        Assert.DoesNotContain(found.Issues, issue => issue.Kind == IssueKind.Shortcut);
        CamIssue difference = Assert.Single(found.Issues, issue => issue.Kind == IssueKind.Difference);
        Assert.Equal(planted.Marked, difference.Files.Order(StringComparer.Ordinal));
        Assert.Contains("Whether the model relies on it was not tried", difference.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void TheSameRows_GiveTheSameBytes_InAnyOrderAndByAnyNumberOfThreads()
    {
        using var planted = new PlantedShortcut();
        CamAuditRow[] mixed = [.. planted.Rows];
        new Random(1).Shuffle(mixed);
        int threads = torch.get_num_threads();
        try
        {
            torch.set_num_threads(1);
            string there = Text(Find(planted.Rows, planted.Model));
            torch.set_num_threads(2);
            Assert.Equal(there, Text(Find(mixed, planted.Model)));
            Assert.Contains("TurnedByOthers", there, StringComparison.Ordinal);
        }
        finally
        {
            torch.set_num_threads(threads);
        }

        static string Text(FoundIssues found) => JsonSerializer.Serialize(found.Issues) + string.Join('\n', found.Notes);
    }

    [Fact]
    public void ImagesThatAreGoneOrHaveChanged_AreCounted_AndTheRestIsEnough()
    {
        using var planted = new PlantedShortcut();
        CamAuditRow[] marked = [.. planted.Rows.Where(row => planted.Marked.Contains(row.File))];
        File.Delete(marked[0].Path);
        File.AppendAllText(marked[1].Path, "changed");
        FoundIssues found = Find(planted.Rows, planted.Model);
        Assert.Equal("2 images are gone or have changed since; shortcuts were proved without them.", Assert.Single(found.Notes));
        Assert.Equal(IssueKind.Shortcut, found.Issues[0].Kind);
        Assert.Equal(marked[2..].Select(row => row.File), found.Issues[0].Files.Order(StringComparer.Ordinal));
        Assert.Equal(38, found.Issues[0].Evidence["ImagesLookedAt"]);
    }

    [Fact]
    public void ImagesWithEmptyMaps_TakeNothingFromTheRest()
    {
        using var planted = new PlantedShortcut();
        CamAuditRow[] rows = [.. planted.Rows.Select((row, i) => i is 1 or 5 ? row with
        {
            StoredMaps = [.. row.StoredMaps.Select(map => map with { Values = new byte[map.Values.Length] })],
        } : row)];
        CamIssue issue = Find(rows, planted.Model).Issues[0];
        Assert.Equal(IssueKind.Shortcut, issue.Kind);
        Assert.Equal(planted.Marked.Except(["red/01.png"]), issue.Files.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(0.5, 1.1)]
    [InlineData(1.1, 0.35)]
    public void AThresholdThatNothingReaches_LeavesADifference(double turned, double effect)
    {
        using var planted = new PlantedShortcut();
        var thresholds = new IssueThresholds { ShortcutTurned = turned, ShortcutEffect = effect };
        Assert.Equal([IssueKind.Difference], new IssueFinder(thresholds, [IssueKind.Shortcut, IssueKind.Difference], model: planted.Model)
            .Find(planted.Rows).Issues.Select(issue => issue.Kind));
    }

    [Fact]
    public void ItStops_WhenItIsAskedTo_WhileItAsksTheModel()
    {
        using var planted = new PlantedShortcut();
        using var stop = new CancellationTokenSource();
        var finder = new ShortcutFinder(planted.Slice, new IssueThresholds(), planted.Model, _ => { }, stop.Token);
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => finder.Find().Count());
    }

    /// <summary>From eight of twelve marked images and three others: all of the marked ones, and no other.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Membership_FromAGuessThatIsPartlyWrong_IsTheMarkedImages(bool anywhere)
    {
        using var planted = new PlantedShortcut(anywhere: anywhere);
        var probe = new ModelProbe(planted.Model, "pool", default);
        ClassViews views = ClassViews.Of(planted.Slice, [.. Enumerable.Range(0, 40)]);
        SeenImage[] images = [.. views.Rows.Select(row => SeenImage.Of(row, probe)!)];
        bool[] marked = [.. views.Rows.Select(row => planted.Marked.Contains(row.File))];
        bool[] guess = [.. marked.Select((isMarked, i) => isMarked ? i < 26 : i % 13 == 5)];
        Suspect suspect = new Suspect("maps", [], [], 0, true).With(guess);
        Assert.Equal(8 + 3, suspect.Members.Length);
        float[][] hosts = [.. planted.Rows[40..].Select(row => probe.Input(row)!)];
        var membership = new Membership(views, images, probe, 0);
        Suspect found = anywhere ? membership.WithPatch(suspect, hosts, 8) : membership.WithLook(suspect, 8);
        Assert.Equal(Enumerable.Range(0, 40).Where(i => marked[i]), found.Members);
        Assert.Equal(Enumerable.Range(0, 40).Where(i => !marked[i]), found.Others);
    }

    private static FoundIssues Find(CamAuditRow[] rows, CamModel? model) =>
        new IssueFinder(new IssueThresholds(), [IssueKind.Shortcut, IssueKind.Difference], model: model).Find(rows);
}
