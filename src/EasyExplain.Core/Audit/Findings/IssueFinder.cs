using EasyExplain.Audit.Findings.Detections;
using EasyExplain.Audit.Findings.Shortcuts;
using EasyExplain.Explanation.Metrics;
using EasyExplain.Models;

namespace EasyExplain.Audit.Findings;

/// <summary>What was found in an audit.</summary>
/// <param name="Issues">The findings, ranked.</param>
/// <param name="Notes">A sentence about each thing that could not be done, or was done in another way than one may think.</param>
internal sealed record FoundIssues(IReadOnlyList<CamIssue> Issues, IReadOnlyList<string> Notes);

/// <summary>Looks for findings of all kinds in the rows of an audit, and ranks them.</summary>
/// <remarks>
/// It runs in one thread and draws only seeded random numbers: the same rows give the same findings, whatever their order and however many
/// threads there are.
/// </remarks>
/// <param name="thresholds">From where on something is a finding.</param>
/// <param name="kinds">Which kinds to look for.</param>
/// <param name="objects">Where the objects are; null where nobody knows.</param>
/// <param name="model">The model that explained the images, to be asked again; null to go by the rows alone.</param>
/// <param name="progress">Is told what is looked for now, and how much of all is done, 0 to 1.</param>
internal sealed class IssueFinder(
    IssueThresholds thresholds, IReadOnlyCollection<IssueKind> kinds, ObjectAreas? objects = null, CamModel? model = null,
    Action<string, double>? progress = null)
{
    /// <summary>All findings in these rows, ranked.</summary>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    /// <exception cref="SelectionException">The model lacks the audit's layers.</exception>
    public FoundIssues Find(IEnumerable<CamAuditRow> rows, CancellationToken cancel = default)
    {
        var notes = new List<string>();
        IReadOnlyList<AuditSlice> slices = AuditSlices.Of(rows, notes);
        var issues = new List<CamIssue>();
        for (int i = 0; i < slices.Count; i++)
        {
            notes.AddRange(Shortfalls.Of(slices[i], kinds, model).Select(note => slices.Count == 1 ? note : $"{slices[i].Name}: {note}"));
            CamMethodSummary? doubtful = DoubtfulMaps.Of(slices[i]);
            if (DoubtfulMaps.Caution(doubtful, kinds) is { } caution)
            {
                notes.Add(caution);
            }
            FinerContrast? contrast = FinerContrast.For(slices[i].Model, model);
            int slice = i, count = slices.Count;
            var shortcuts = new ShortcutFinder(slices[i], thresholds, contrast is null ? null : model,
                done => progress?.Invoke("Shortcut", (slice + done) / count), cancel);
            (IssueKind Kind, Func<IEnumerable<CamIssue>> Find)[] searches =
                [.. Searches(slices[i], contrast, shortcuts, cancel).Where(one => kinds.Contains(one.Kind))];
            for (int search = 0; search < searches.Length; search++)
            {
                cancel.ThrowIfCancellationRequested();
                progress?.Invoke($"{searches[search].Kind}", (i + (double)search / searches.Length) / slices.Count);
                issues.AddRange(searches[search].Find().Where(issue => kinds.Contains(issue.Kind))
                    .Select(issue => DoubtfulMaps.Weigh(issue, doubtful)));
            }
            if (shortcuts.Missing > 0)
            {
                string are = Wording.Verb(shortcuts.Missing, "is gone or has", "are gone or have");
                notes.Add($"{Wording.Images(shortcuts.Missing)} {are} changed since; shortcuts were proved without them.");
            }
            if (contrast is { Missing: > 0 and var missing })
            {
                string are = Wording.Verb(missing, "is gone or has", "are gone or have");
                notes.Add($"{Wording.Images(missing)} of confused pairs {are} changed since; " +
                    "the model was asked about others, if there are any.");
            }
        }
        return new FoundIssues([.. Ranked(issues)], notes);
    }

    /// <summary>Shortcuts first, then what is bad and sure.</summary>
    internal static IEnumerable<CamIssue> Ranked(IEnumerable<CamIssue> issues) => issues
        .OrderByDescending(issue => issue.Kind == IssueKind.Shortcut)
        .ThenByDescending(issue => issue.Severity * issue.Confidence)
        .ThenBy(issue => issue.Kind)
        .ThenBy(issue => issue.Class, StringComparer.Ordinal)
        .ThenBy(issue => issue.Members.Count > 0 ? issue.Members[0].File : "", StringComparer.Ordinal);

    /// <summary>What looks for what. One search may find several kinds; it stands under that which it is first asked for.</summary>
    private IEnumerable<(IssueKind Kind, Func<IEnumerable<CamIssue>> Find)> Searches(
        AuditSlice slice, FinerContrast? contrast, ShortcutFinder shortcuts, CancellationToken cancel)
    {
        if (slice.Things.Count > 0)
        {
            // What is asked about images and their one class would be wrong of things, of which an image has several.
            var tally = DetectionTally.Of(slice);
            yield return (IssueKind.LabelError, () => DoubtfulTruth.Find(tally, thresholds));
            yield return (IssueKind.Missed, () => MissedThings.Find(tally));
            yield return (IssueKind.FalseAlarm, () => FalseAlarms.Find(tally));
            yield return (IssueKind.LooksElsewhere, () => LooksBeside.Find(slice, thresholds));
            yield return (IssueKind.ConfusedPair, () => MixedUpThings.Find(tally, thresholds));
            yield return (IssueKind.Duplicate, () => Duplicates.Find(slice, thresholds, cancel));
            yield break;
        }
        yield return (kinds.Contains(IssueKind.Shortcut) ? IssueKind.Shortcut : IssueKind.Difference, shortcuts.Find);
        if (LabelErrors.CanBeFound(slice))
        {
            yield return (IssueKind.LabelError, () => LabelErrors.Find(slice, thresholds, cancel));
        }
        yield return (IssueKind.LooksElsewhere, () => LooksElsewhere.Find(slice, thresholds, objects, cancel));
        if (ConfusedPairs.CanBeFound(slice))
        {
            yield return (IssueKind.ConfusedPair, () => ConfusedPairs.Find(slice, thresholds, contrast, cancel));
        }
        yield return (IssueKind.Duplicate, () => Duplicates.Find(slice, thresholds, cancel));
        yield return (IssueKind.Background, () => Backgrounds.Find(slice, thresholds, objects));
        yield return (IssueKind.OddOneOut, () => OddOnesOut.Find(slice, thresholds, cancel));
    }
}
