using EasyExplain.Detectors;
using EasyExplain.Imaging;

namespace EasyExplain.Audit.Findings.Detections;

/// <summary>
/// Detections of a class that may be right for a wrong reason: their heat lies beside their box, or is nowhere. One finding a class and
/// sort.
/// </summary>
internal static class LooksBeside
{
    private const int Fewest = 3;

    /// <summary>
    /// The heat is beside the box where its peak is, and where the box holds no more of it than an even spread has there (or the gain that
    /// the threshold allows). Detections that are false or mislabelled have findings of their own.
    /// </summary>
    public static IEnumerable<CamIssue> Find(AuditSlice slice, IssueThresholds thresholds)
    {
        foreach (IGrouping<int, CamAuditRow> @class in slice.Things
            .Where(row => row is { Class: >= 0, Box: not null, Verdict: null or DetectionVerdict.Right, StoredMaps.Count: > 0 })
            .GroupBy(row => row.Class).OrderBy(rows => rows.Key))
        {
            CamAuditRow[] empty = [.. @class.Where(row => row.StoredMaps[^1].IsEmpty)];
            if (empty.Length > 0)
            {
                yield return Issue(slice, @class, empty, "has a map that is zero everywhere", "have maps that are zero everywhere", "",
                    new() { ["Sort"] = "empty" });
            }
            Measured[] measured = [.. @class.Where(row => row is { EnergyInBox: not null, PeakInBox: not null }).Select(Measure)];
            Measured[] beside =
            [
                .. measured.Where(one => one.Row.PeakInBox == false && one.Gain <= thresholds.OffObject)
                    .OrderBy(one => one.Gain).ThenBy(one => one.Row.File, StringComparer.Ordinal).ThenBy(one => one.Row.Detection),
            ];
            if (beside.Length >= Fewest && beside.Length >= thresholds.ElsewhereShare * @class.Count())
            {
                yield return Issue(slice, @class, [.. beside.Select(one => one.Row)],
                    "has its heat beside its box", "have their heat beside their boxes",
                    $": the peak is outside, and {Wording.Percent(beside.Average(one => one.Energy))} of the heat is in the box, which " +
                    $"fills {Wording.Percent(beside.Average(one => one.Area))} of what the model sees", new()
                    {
                        ["Sort"] = "beside the box",
                        ["PeakInBox"] = Wording.Rounded((double)measured.Count(one => one.Row.PeakInBox == true) / measured.Length),
                        ["EnergyInBox"] = Wording.Rounded(measured.Average(one => one.Energy)),
                        ["BoxArea"] = Wording.Rounded(measured.Average(one => one.Area)),
                    });
            }
        }
    }

    private static CamIssue Issue(AuditSlice slice, IGrouping<int, CamAuditRow> @class, CamAuditRow[] rows, string ofOne, string ofSeveral,
        string more, System.Collections.Specialized.OrderedDictionary evidence)
    {
        int of = @class.Count();
        double share = (double)rows.Length / of;
        (double low, double high) = Statistics.Wilson(rows.Length, of);
        (evidence["ShareLow"], evidence["ShareHigh"]) = (Wording.Rounded(low), Wording.Rounded(high));
        var heat = HeatTable.Of(rows);
        return new CamIssue
        {
            Kind = IssueKind.LooksElsewhere,
            Class = slice.LabelOf(@class.Key),
            Share = share,
            Severity = Severities.WrongReason(share),
            Confidence = low / share,
            Where = heat.Mean(Enumerable.Range(0, rows.Length)) is { } mean ? Places.Of(mean, heat.Height, heat.Width) : "",
            Summary = $"{rows.Length} of {of} detections of {slice.LabelOf(@class.Key)} ({Wording.Percent(share)}) " +
                $"{Wording.Verb(rows.Length, ofOne, ofSeveral)}{more}.",
            Members = [.. rows],
            Evidence = evidence,
        };
    }

    private static Measured Measure(CamAuditRow row)
    {
        PixelRegion seen = row.Model.Preprocessing.RegionOf(row.ImageSize[1], row.ImageSize[0]);
        double area = new DetectionBox(seen.X, seen.Y, seen.Width, seen.Height).ShareIn(row.Box!), energy = row.EnergyInBox!.Value;
        return new Measured(row, energy, area, area < 1 ? (energy - area) / (1 - area) : 0);
    }

    private readonly record struct Measured(CamAuditRow Row, double Energy, double Area, double Gain);
}
