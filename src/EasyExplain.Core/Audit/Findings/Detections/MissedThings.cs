namespace EasyExplain.Audit.Findings.Detections;

/// <summary>Classes whose things a detector misses more often than those of other classes: one finding a class.</summary>
internal static class MissedThings
{
    private const double MuchSmaller = 0.5; // of the usual size

    /// <summary>Goes through all classes.</summary>
    public static IEnumerable<CamIssue> Find(DetectionTally tally)
    {
        foreach (int @class in tally.Classes)
        {
            if (tally.More(@class, one => tally.Missed(one).Count, tally.Things) is not var (share, low, high, others))
            {
                continue;
            }
            CamAuditRow[] missed = [.. tally.Missed(@class).OrderByDescending(row => DetectionTally.AreaOf(row, row.TruthBox!))
                .ThenBy(row => row.File, StringComparer.Ordinal)];
            double size = Statistics.Median(missed.Select(row => DetectionTally.AreaOf(row, row.TruthBox!)));
            double usual = Statistics.Median(tally.Slice.Things.Where(row => row.Verdict == DetectionVerdict.Right
                && row.Detected!.TruthClass == @class).Select(row => DetectionTally.AreaOf(row, row.TruthBox!)));
            string label = tally.Slice.LabelOf(@class);
            yield return new CamIssue
            {
                Kind = IssueKind.Missed,
                Class = label,
                Share = share,
                Severity = Severities.Wrong(share),
                Confidence = low / share,
                Where = DetectionTally.WhereAre(missed.Select(row => (row, row.TruthBox!))),
                Summary = $"{missed.Length} of {tally.Things(@class)} {label} ({Wording.Percent(share)}) were not found" +
                    (others is { } rest ? $", where {Wording.Percent(rest)} of all other things were not" : "") +
                    (size < MuchSmaller * usual
                        ? $"; the median one missed fills {Wording.Percent(size)} of its image, the median one found " +
                            Wording.Percent(usual)
                        : "") + ".",
                Members = [.. missed],
                Evidence = new()
                {
                    ["Things"] = tally.Things(@class),
                    ["ShareLow"] = Wording.Rounded(low),
                    ["ShareHigh"] = Wording.Rounded(high),
                    ["ShareOfOthers"] = Wording.Rounded(others ?? double.NaN),
                    ["Recall"] = Wording.Rounded((double)tally.Right(@class) / tally.Things(@class)),
                    ["MedianSize"] = Wording.Rounded(size),
                    ["MedianSizeFound"] = Wording.Rounded(usual),
                },
            };
        }
    }
}
