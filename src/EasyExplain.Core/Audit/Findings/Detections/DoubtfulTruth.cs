namespace EasyExplain.Audit.Findings.Detections;

/// <summary>
/// Detections at least as certain as the median right one of their class, and of which nearly all that are as certain are right, that the
/// ground truth does not have, or has under another label: annotations that are probably missing or wrong. One finding a detection.
/// </summary>
internal static class DoubtfulTruth
{
    private const int FewestAsCertain = 10;

    // As for images: what is claimed of one is right in three of four cases.
    private const double SureOfOne = 0.75;

    /// <summary>Goes through all detections.</summary>
    public static IEnumerable<CamIssue> Find(DetectionTally tally, IssueThresholds thresholds)
    {
        foreach (int @class in tally.Classes)
        {
            CamAuditRow[] ordered = [.. tally.Found(@class).OrderByDescending(row => row.Probability)];
            double median = Statistics.Median(
                ordered.Where(row => row.Verdict == DetectionVerdict.Right).Select(row => row.Probability));
            int right = 0, wrong = 0;
            for (int at = 0; at < ordered.Length; at++)
            {
                CamAuditRow row = ordered[at];
                if (row.Verdict is DetectionVerdict.False or DetectionVerdict.Mislabelled)
                {
                    int asCertain = right + wrong;
                    double share = (double)right / Math.Max(1, asCertain);
                    if (row.Probability >= median && asCertain >= FewestAsCertain && share >= thresholds.LabelError)
                    {
                        yield return Issue(tally, row, @class, right, asCertain, share);
                    }
                    wrong++;
                }
                else
                {
                    right += row.Verdict == DetectionVerdict.Right ? 1 : 0;
                    wrong += row.Verdict == DetectionVerdict.Misplaced ? 1 : 0;
                }
            }
        }
    }

    private static CamIssue Issue(DetectionTally tally, CamAuditRow row, int @class, int right, int asCertain, double share)
    {
        string label = tally.Slice.LabelOf(@class);
        string what = row.Truth is { } truth ? $"is annotated as {truth} but looks like {label}"
            : $"looks like {label} but is not annotated";
        return new CamIssue
        {
            Kind = IssueKind.LabelError,
            Class = row.Truth ?? label,
            Share = 1.0 / Math.Max(1, tally.Things(@class)),
            Severity = Severities.OneWrong,
            Confidence = SureOfOne * share,
            Where = "",
            Summary = $"What {Wording.Name(row)} has at {row.Box} {what} ({Wording.Percent(row.Probability)}; of {asCertain} that are " +
                $"as certain, {right} are right).",
            Members = [row],
            Evidence = new()
            {
                ["Expected"] = row.Truth ?? "",
                ["Predicted"] = label,
                ["AsCertain"] = asCertain,
                ["RightOfThem"] = right,
            },
        };
    }
}
