namespace EasyExplain.Audit.Findings.Detections;

/// <summary>Classes that a detector finds where nothing is more often than others: one finding a class.</summary>
internal static class FalseAlarms
{
    /// <summary>Goes through all classes.</summary>
    public static IEnumerable<CamIssue> Find(DetectionTally tally)
    {
        foreach (int @class in tally.Classes)
        {
            if (tally.More(@class, one => tally.False(one).Count, one => tally.Found(one).Count) is not var (share, low, high, others))
            {
                continue;
            }
            CamAuditRow[] wrong =
            [
                .. tally.False(@class).OrderByDescending(row => row.Probability).ThenBy(row => row.File, StringComparer.Ordinal)
                    .ThenBy(row => row.Detection),
            ];
            int found = tally.Found(@class).Count;
            string label = tally.Slice.LabelOf(@class), where = DetectionTally.WhereAre(wrong.Select(row => (row, row.Box!)));
            yield return new CamIssue
            {
                Kind = IssueKind.FalseAlarm,
                Class = label,
                Share = share,
                Severity = Severities.Wrong(share),
                Confidence = low / share,
                Where = where,
                Summary = $"{wrong.Length} of {found} detections of {label} ({Wording.Percent(share)}) are of background" +
                    (others is { } rest ? $", where {Wording.Percent(rest)} of all others are" : "") +
                    $"; the detector is {Wording.Percent(wrong.Average(row => row.Probability))} certain of them on average.",
                Members = [.. wrong],
                Evidence = new()
                {
                    ["Detections"] = found,
                    ["ShareLow"] = Wording.Rounded(low),
                    ["ShareHigh"] = Wording.Rounded(high),
                    ["ShareOfOthers"] = Wording.Rounded(others ?? double.NaN),
                    ["Precision"] = Wording.Rounded((double)tally.Right(@class) / found),
                    ["MeanCertainty"] = Wording.Rounded(wrong.Average(row => row.Probability)),
                },
            };
        }
    }
}
