using EasyExplain.Audit;
using EasyExplain.Audit.Findings;

namespace EasyExplain.Reports;

/// <summary>What a report is about, in the order of its gallery.</summary>
/// <param name="Slices">What cannot be compared, apart: models, methods, layers.</param>
/// <param name="Rows">
/// A row for each image of each slice. Within a slice by what was expected, then predicted, then the file: what one looks at together lies
/// together in the report's packs.
/// </param>
/// <param name="Failures">The images that could not be explained, in the order of their files.</param>
internal sealed record ReportRows(
    IReadOnlyList<ReportSlice> Slices, IReadOnlyList<ReportRow> Rows, IReadOnlyList<ReportFailure> Failures)
{
    private Dictionary<(AuditSliceKind Slice, string File, string Thing), int>? _places;

    /// <summary>Reads what is needed of all rows. Several rows of an image and slice are one, as in findings.</summary>
    public static ReportRows Read(ReportSource source, CancellationToken cancel = default)
    {
        var slices = new Dictionary<AuditSliceKind, (CamAuditRow Any, Dictionary<string, (ExplanationRank Rank, ReportRow Row)> Images)>();
        var things = new Dictionary<AuditSliceKind, List<CamAuditRow>>(); // of detectors; no maps, no features
        var failures = new Dictionary<string, ReportFailure>(StringComparer.Ordinal);
        foreach ((long key, CamAuditRow row) in source.All)
        {
            cancel.ThrowIfCancellationRequested();
            if (row.ErrorId is not null)
            {
                failures[row.File] =
                    new ReportFailure(ReportName.Of(row.File), row.ErrorId, ReportName.WithoutFolders(row));
                continue;
            }
            AuditSliceKind kind = AuditSliceKind.Of(row);
            if (!slices.TryGetValue(kind, out var slice))
            {
                slices.Add(kind, slice = (row with { StoredMaps = [], Channels = null }, new(StringComparer.Ordinal)));
            }
            ExplanationRank rank = ExplanationRank.Of(row);
            string place = PlaceName(row);
            if (!slice.Images.TryGetValue(place, out (ExplanationRank Rank, ReportRow Row) other) || rank.CompareTo(other.Rank) < 0)
            {
                slice.Images[place] = (rank, Light(key, row));
            }
            if (row.IsOfDetector)
            {
                things.TryAdd(kind, []);
                things[kind].Add(row with { StoredMaps = [], Channels = null });
            }
        }
        var all = new List<ReportRow>();
        var ordered = new List<ReportSlice>();
        foreach (AuditSliceKind kind in slices.Keys.Order())
        {
            (CamAuditRow any, var images) = slices[kind];
            HashSet<string> again = things.TryGetValue(kind, out List<CamAuditRow>? found) ? [.. FoundAgain(found)] : [];
            ordered.Add(new ReportSlice(kind, any.Model, any.Method, any.Layers, all.Count, images.Count)
            {
                Detections = found is null ? null : DetectionCounts.Of(found),
            });
            all.AddRange(images.Select(one => one.Value.Row with { Slice = ordered.Count - 1, IsAgain = again.Contains(one.Key) })
                .OrderBy(row => row.ExpectedClass < 0 ? int.MaxValue : row.ExpectedClass)
                .ThenBy(row => row.Expected, StringComparer.Ordinal)
                .ThenBy(row => row.Predicted)
                .ThenBy(row => row.File, StringComparer.Ordinal)
                .ThenBy(row => row.Thing, StringComparer.Ordinal));
        }
        return new ReportRows(ordered, all, [.. failures.Values.OrderBy(failure => failure.File, StringComparer.Ordinal)]);
    }

    /// <summary>The place of a finding's image in <see cref="Rows"/>; −1 where the report lacks it.</summary>
    public int PlaceOf(CamAuditRow row)
    {
        _places ??= Enumerable.Range(0, Rows.Count)
            .ToDictionary(place => (Slices[Rows[place].Slice].Kind, Rows[place].Image, Rows[place].Thing));
        return _places.GetValueOrDefault((AuditSliceKind.Of(row), row.File, ReportRow.ThingOf(row)), -1);
    }

    /// <summary>These rows alone, in their order; what is said of numbers must be said of all rows.</summary>
    public ReportRows Only(IReadOnlyCollection<int> places)
    {
        ReportRow[] rows = [.. places.Order().Select(place => Rows[place])];
        int first = 0;
        var slices = new List<ReportSlice>();
        for (int slice = 0; slice < Slices.Count; slice++)
        {
            int count = rows.Count(row => row.Slice == slice);
            slices.Add(Slices[slice] with { First = first, Count = count });
            first += count;
        }
        return this with { Slices = slices, Rows = rows, _places = null };
    }

    /// <summary>Where it is among a slice's rows.</summary>
    private static string PlaceName(CamAuditRow row) => row.File + '\0' + ReportRow.ThingOf(row);

    /// <summary>The places of those whose thing another one speaks for.</summary>
    private static IEnumerable<string> FoundAgain(IEnumerable<CamAuditRow> rows) => rows
        .Where(row => row.TruthBox is not null)
        .GroupBy(row => (row.File, row.TruthBox))
        .SelectMany(one => one.OrderByDescending(row => row.Verdict == DetectionVerdict.Right)
            .ThenByDescending(row => row.Probability).Skip(1))
        .Select(PlaceName);

    // What was found is to a thing what a prediction is to an image, and what is there in truth what is expected of it.
    private static ReportRow Light(long key, CamAuditRow row) => row.IsOfDetector
        ? new(0, key, row.File, ReportName.Of(row.File), row.Truth, row.Detected!.TruthClass, row.Class, row.Label, row.Label,
            row.Verdict is { } verdict ? verdict == DetectionVerdict.Right : null, row.Probability, null)
        {
            Thing = ReportRow.ThingOf(row),
            Verdict = row.Verdict,
        }
        : new(
        0, key, row.File, ReportName.Of(row.File), row.Expected, row.ExpectedClass, row.PredictedClass, row.Label,
        row.PredictedLabel, row.Correct, row.PredictedProbability, row.ExpectedProbability);
}
