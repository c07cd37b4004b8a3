namespace EasyExplain.Audit.Findings.Detections;

/// <summary>Two classes whose things a detector takes for each other, well placed: one finding a pair.</summary>
internal static class MixedUpThings
{
    private const int Fewest = 5;

    /// <summary>The pairs of which so large a share is taken for the other one that it is over the threshold, sure to 95 %.</summary>
    public static IEnumerable<CamIssue> Find(DetectionTally tally, IssueThresholds thresholds) =>
        tally.Slice.Things.Where(row => row is { Verdict: DetectionVerdict.Mislabelled, Class: >= 0, Detected.TruthClass: >= 0 })
            // A thing that has several wrong labels of one class counts once.
            .DistinctBy(row => (row.File, row.TruthBox, row.Class))
            .GroupBy(row => (First: Math.Min(row.Class, row.Detected!.TruthClass), Second: Math.Max(row.Class, row.Detected!.TruthClass)))
            .Where(pair => pair.Count() >= Fewest
                && Statistics.Wilson(pair.Count(), Of(tally, pair.Key.First, pair.Key.Second)).Low >= thresholds.ConfusedShare)
            .OrderBy(pair => pair.Key)
            .Select(pair => Issue(tally, pair.Key.First, pair.Key.Second, [.. pair]));

    private static int Of(DetectionTally tally, int first, int second) => tally.Things(first) + tally.Things(second);

    private static CamIssue Issue(DetectionTally tally, int first, int second, CamAuditRow[] rows)
    {
        string one = tally.Slice.LabelOf(first), other = tally.Slice.LabelOf(second);
        int there = rows.Count(row => row.Detected!.TruthClass == first), back = rows.Length - there;
        double share = (double)rows.Length / Of(tally, first, second);
        (double low, double high) = Statistics.Wilson(rows.Length, Of(tally, first, second));
        return new CamIssue
        {
            Kind = IssueKind.ConfusedPair,
            Class = $"{one} ↔ {other}",
            Share = share,
            Severity = Severities.Wrong(share),
            Confidence = low / share,
            Where = DetectionTally.WhereAre(rows.Select(row => (row, row.Box!))),
            Summary = $"{there} of {tally.Things(first)} {one} are taken for {other}, and {back} of {tally.Things(second)} {other} for " +
                $"{one}, in the right place: {Wording.Percent(share)} of both ({Wording.Percent(low)} to {Wording.Percent(high)}).",
            Members =
            [
                .. rows.OrderByDescending(row => row.Probability).ThenBy(row => row.File, StringComparer.Ordinal)
                    .ThenBy(row => row.Detection),
            ],
            Evidence = new()
            {
                ["FirstAsSecond"] = there,
                ["SecondAsFirst"] = back,
                ["ShareLow"] = Wording.Rounded(low),
                ["ShareHigh"] = Wording.Rounded(high),
            },
        };
    }
}
