using EasyExplain.Explanation.Metrics;

namespace EasyExplain.Audit.Findings;

/// <summary>
/// Maps that were measured and are no better than chance: what goes by them alone is to be doubted, and is half as sure as it would be.
/// </summary>
internal static class DoubtfulMaps
{
    private const double Trust = 0.5;

    private static readonly IssueKind[] ByMaps = [IssueKind.LooksElsewhere, IssueKind.Background];

    /// <summary>
    /// What the figures of a slice come to where they speak against its maps; null where they do not, or nothing was measured.
    /// </summary>
    public static CamMethodSummary? Of(AuditSlice slice)
    {
        CamMeasure[] measures = [.. slice.Rows.Select(row => row.Measure).OfType<CamMeasure>()];
        return measures.Length == 0 ? null : MethodSummaries.Of(measures, seed: 0).FirstOrDefault(one => one.IsBetterThanChance == false);
    }

    /// <summary>A caution, if a kind was asked for that goes by maps.</summary>
    public static string? Caution(CamMethodSummary? doubtful, IReadOnlyCollection<IssueKind> kinds) =>
        doubtful is null || !ByMaps.Any(kinds.Contains) ? null
        : $"{doubtful.Method} at {string.Join(", ", doubtful.Layers)} was measured on {Wording.Images(doubtful.Images)}. " +
            $"{doubtful.Verdict} What goes by its maps is half as sure for it; another method or layer may do better: " +
            "Measure-CamExplanation -Method * -Summary.";

    /// <summary>A finding, as sure as its maps allow.</summary>
    public static CamIssue Weigh(CamIssue issue, CamMethodSummary? doubtful) =>
        doubtful is null || !ByMaps.Contains(issue.Kind) ? issue : issue with { Confidence = issue.Confidence * Trust };
}
