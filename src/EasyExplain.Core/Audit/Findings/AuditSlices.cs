namespace EasyExplain.Audit.Findings;

/// <summary>Takes the rows of an audit apart into what can be compared.</summary>
internal static class AuditSlices
{
    /// <summary>The slices, in the order of their models, methods and layers.</summary>
    /// <param name="rows">Rows in any order.</param>
    /// <param name="notes">Gets a sentence about whatever was left out or told apart.</param>
    public static IReadOnlyList<AuditSlice> Of(IEnumerable<CamAuditRow> rows, ICollection<string> notes)
    {
        var slices = new Dictionary<AuditSliceKind, Dictionary<string, CamAuditRow>>();
        var things = new Dictionary<AuditSliceKind, List<CamAuditRow>>();
        int errors = 0;
        foreach (CamAuditRow row in rows)
        {
            if (row.ErrorId is not null)
            {
                errors++;
                continue;
            }
            AuditSliceKind kind = AuditSliceKind.Of(row);
            if (!slices.TryGetValue(kind, out Dictionary<string, CamAuditRow>? images))
            {
                slices.Add(kind, images = new Dictionary<string, CamAuditRow>(StringComparer.Ordinal));
                things.Add(kind, []);
            }
            if (row.IsOfDetector)
            {
                things[kind].Add(row);
            }
            if (row.Verdict == DetectionVerdict.Missed && images.ContainsKey(row.File))
            {
                continue; // what was found stands for the image
            }
            if (!images.TryGetValue(row.File, out CamAuditRow? other) || other.Verdict == DetectionVerdict.Missed
                || ExplanationRank.Of(row).CompareTo(ExplanationRank.Of(other)) < 0)
            {
                images[row.File] = row;
            }
        }
        if (errors > 0)
        {
            notes.Add(errors == 1 ? "One image of the audit could not be explained; it was left out."
                : FormattableString.Invariant($"{errors:N0} images of the audit could not be explained; they were left out."));
        }
        AuditSliceKind[] kinds = [.. slices.Keys.Order()];
        if (kinds.Length > 1)
        {
            notes.Add("The rows were looked at apart: " + string.Join("; ", kinds.Select(kind => $"{slices[kind].Count} of {kind}")) + ".");
        }
        return
        [
            .. kinds.Select(kind => (Sorted: Sorted(slices[kind].Values), Things: Sorted(things[kind])))
                .Select(one => new AuditSlice(one.Sorted[0].Model, one.Sorted[0].Method, one.Sorted[0].Layers, one.Sorted)
                {
                    Things = one.Things,
                }),
        ];
    }

    private static CamAuditRow[] Sorted(IEnumerable<CamAuditRow> rows) =>
    [
        .. rows.OrderBy(row => row.File, StringComparer.Ordinal).ThenBy(row => row.Detection ?? int.MaxValue).ThenBy(row => row.Id),
    ];
}

/// <summary>What a row must share with others to be compared with them.</summary>
internal readonly record struct AuditSliceKind(string Model, string Hash, string Method, string Layers) : IComparable<AuditSliceKind>
{
    private string Key => $"{Model}\0{Hash}\0{Method}\0{Layers}";

    /// <summary>The kind of a row.</summary>
    public static AuditSliceKind Of(CamAuditRow row) => new(row.Model.Name, row.Model.Hash, row.Method, row.Layers.ToString());

    /// <inheritdoc/>
    public int CompareTo(AuditSliceKind other) => string.CompareOrdinal(Key, other.Key);

    /// <inheritdoc/>
    public override string ToString() => $"{Model} by {Method} at {Layers}";
}

/// <summary>Of several rows of an image, that of the predicted class counts, then the most probable, then the first.</summary>
internal readonly record struct ExplanationRank(bool IsPredicted, double Probability, long Id) : IComparable<ExplanationRank>
{
    /// <summary>The rank of a row.</summary>
    public static ExplanationRank Of(CamAuditRow row) => new(row.Class == row.PredictedClass, row.Probability, row.Id);

    /// <inheritdoc/>
    public int CompareTo(ExplanationRank other) => IsPredicted != other.IsPredicted ? (IsPredicted ? -1 : 1)
        : other.Probability.CompareTo(Probability) is var order and not 0 ? order
        : Id.CompareTo(other.Id);
}
