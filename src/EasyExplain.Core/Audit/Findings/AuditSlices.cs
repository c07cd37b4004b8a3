namespace EasyExplain.Audit.Findings;

/// <summary>Takes the rows of an audit apart into what can be compared.</summary>
internal static class AuditSlices
{
    /// <summary>The slices, in the order of their models, methods and layers.</summary>
    /// <param name="rows">Rows in any order.</param>
    /// <param name="notes">Gets a sentence about whatever was left out or told apart.</param>
    public static IReadOnlyList<AuditSlice> Of(IEnumerable<CamAuditRow> rows, ICollection<string> notes)
    {
        var slices = new Dictionary<Kind, Dictionary<string, CamAuditRow>>();
        int errors = 0;
        foreach (CamAuditRow row in rows)
        {
            if (row.ErrorId is not null)
            {
                errors++;
                continue;
            }
            var kind = new Kind(row.Model.Name, row.Model.Hash, row.Method, row.Layers.ToString());
            if (!slices.TryGetValue(kind, out Dictionary<string, CamAuditRow>? images))
            {
                slices.Add(kind, images = new Dictionary<string, CamAuditRow>(StringComparer.Ordinal));
            }
            if (!images.TryGetValue(row.File, out CamAuditRow? other) || IsBefore(row, other))
            {
                images[row.File] = row;
            }
        }
        if (errors > 0)
        {
            notes.Add(errors == 1 ? "One image of the audit could not be explained; it was left out."
                : FormattableString.Invariant($"{errors:N0} images of the audit could not be explained; they were left out."));
        }
        Kind[] kinds = [.. slices.Keys.Order()];
        if (kinds.Length > 1)
        {
            notes.Add("The rows were looked at apart: " + string.Join("; ", kinds.Select(kind => $"{slices[kind].Count} of {kind}")) + ".");
        }
        return
        [
            .. kinds.Select(kind => Sorted(slices[kind].Values))
                .Select(sorted => new AuditSlice(sorted[0].Model, sorted[0].Method, sorted[0].Layers, sorted)),
        ];
    }

    /// <summary>Of several rows of an image, that of the predicted class counts, then the most probable, then the first.</summary>
    private static bool IsBefore(CamAuditRow row, CamAuditRow other)
    {
        bool predicted = row.Class == row.PredictedClass, otherPredicted = other.Class == other.PredictedClass;
        return predicted != otherPredicted ? predicted
            : row.Probability.CompareTo(other.Probability) is var order and not 0 ? order > 0
            : row.Id < other.Id;
    }

    private static CamAuditRow[] Sorted(IEnumerable<CamAuditRow> rows) => [.. rows.OrderBy(row => row.File, StringComparer.Ordinal)];

    private readonly record struct Kind(string Model, string Hash, string Method, string Layers) : IComparable<Kind>
    {
        public int CompareTo(Kind other) => string.CompareOrdinal(Key, other.Key);

        public override string ToString() => $"{Model} by {Method} at {Layers}";

        private string Key => $"{Model}\0{Hash}\0{Method}\0{Layers}";
    }
}
