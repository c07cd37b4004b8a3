using EasyExplain.Detectors;

namespace EasyExplain.Audit.Findings.Detections;

/// <summary>What detections and the ground truth come to, class by class.</summary>
internal sealed class DetectionTally
{
    private readonly Dictionary<int, List<CamAuditRow>> _found = [], _missed = [], _false = [];
    private readonly Dictionary<int, HashSet<(string, DetectionBox)>> _things = [];

    private DetectionTally(AuditSlice slice) => Slice = slice;

    /// <summary>What is counted.</summary>
    public AuditSlice Slice { get; }

    /// <summary>Whether the ground truth was asked.</summary>
    public bool IsJudged { get; private set; }

    /// <summary>The classes that were found or are there, in their order.</summary>
    public IEnumerable<int> Classes => _found.Keys.Union(_things.Keys).Order();

    /// <summary>Counts the things of a slice.</summary>
    public static DetectionTally Of(AuditSlice slice)
    {
        var tally = new DetectionTally(slice);
        foreach (CamAuditRow row in slice.Things)
        {
            tally.IsJudged |= row.Verdict is not null;
            if (row is { Truth: not null, TruthBox: { } box, Detected.TruthClass: >= 0 and var truth })
            {
                if (!tally._things.TryGetValue(truth, out HashSet<(string, DetectionBox)>? things))
                {
                    tally._things.Add(truth, things = []);
                }
                things.Add((row.File, box));
            }
            if (row.Verdict == DetectionVerdict.Missed)
            {
                Add(tally._missed, row.Detected!.TruthClass, row);
            }
            else if (row is { Class: >= 0, Verdict: not null })
            {
                Add(tally._found, row.Class, row);
                if (row.Verdict == DetectionVerdict.False)
                {
                    Add(tally._false, row.Class, row);
                }
            }
        }
        return tally;

        static void Add(Dictionary<int, List<CamAuditRow>> to, int @class, CamAuditRow row)
        {
            if (!to.TryGetValue(@class, out List<CamAuditRow>? rows))
            {
                to.Add(@class, rows = []);
            }
            rows.Add(row);
        }
    }

    /// <summary>How many things of a class are there.</summary>
    public int Things(int @class) => _things.GetValueOrDefault(@class)?.Count ?? 0;

    /// <summary>The things of a class that were missed.</summary>
    public IReadOnlyList<CamAuditRow> Missed(int @class) => _missed.GetValueOrDefault(@class) ?? [];

    /// <summary>The detections of a class that the truth was asked about.</summary>
    public IReadOnlyList<CamAuditRow> Found(int @class) => _found.GetValueOrDefault(@class) ?? [];

    /// <summary>Those of them where nothing is.</summary>
    public IReadOnlyList<CamAuditRow> False(int @class) => _false.GetValueOrDefault(@class) ?? [];

    /// <summary>How many detections of a class are right.</summary>
    public int Right(int @class) => Found(@class).Count(row => row.Verdict == DetectionVerdict.Right);

    /// <summary>
    /// The share of something in a class, and in all others together, if it is so surely more there that the low end of its 95 % interval
    /// is over the others' share, and over a tenth where there are no others.
    /// </summary>
    /// <returns>Null where it is not more.</returns>
    public (double Share, double Low, double High, double? Others)? More(int @class, Func<int, int> count, Func<int, int> of)
    {
        const double AloneShare = 0.1;
        const int Fewest = 3;
        int own = count(@class), all = of(@class);
        int others = Classes.Where(other => other != @class).Sum(count), othersOf = Classes.Where(other => other != @class).Sum(of);
        double? usual = othersOf > 0 ? (double)others / othersOf : null;
        (double low, double high) = Statistics.Wilson(own, all);
        return own >= Fewest && low > (usual ?? AloneShare) ? ((double)own / all, low, high, usual) : null;
    }

    /// <summary>Where boxes are in their photos, in words.</summary>
    public static string WhereAre(IEnumerable<(CamAuditRow Row, DetectionBox Box)> boxes)
    {
        const int Side = 12;
        var covered = new double[Side * Side];
        foreach ((CamAuditRow row, DetectionBox box) in boxes)
        {
            if (row.ImageSize is not [var height, var width])
            {
                continue;
            }
            double cellWidth = (double)width / Side, cellHeight = (double)height / Side, area = Math.Max(box.Width * box.Height, 1e-9);
            for (int cell = 0; cell < covered.Length; cell++)
            {
                var part = new DetectionBox(cell % Side * cellWidth, cell / Side * cellHeight, cellWidth, cellHeight);
                covered[cell] += part.ShareIn(box) * cellWidth * cellHeight / area; // each box counts as much, however large it is
            }
        }
        return Places.Of(covered, Side, Side);
    }

    /// <summary>The share of a photo that a box fills, 0 to 1.</summary>
    public static double AreaOf(CamAuditRow row, DetectionBox box) =>
        row.ImageSize is [var height, var width] ? box.Width * box.Height / ((double)height * width) : 0;
}
