namespace EasyExplain.Audit.Findings;

/// <summary>
/// What findings are looked for in: rows of one model, one method and the same layers, one for each image, errors left out.
/// </summary>
/// <param name="Model">The model.</param>
/// <param name="Method">The method.</param>
/// <param name="Layers">The layers' names.</param>
/// <param name="Rows">One row for each image: that of its predicted class, where there is one. In the order of their files.</param>
internal sealed record AuditSlice(AuditedModel Model, string Method, IReadOnlyList<string> Layers, IReadOnlyList<CamAuditRow> Rows)
{
    private FeatureTable? _features;
    private HeatTable? _heat;

    /// <summary>
    /// Of a detector, all that it found and missed, in the order of their files and then of their numbers; empty of other models.
    /// </summary>
    public IReadOnlyList<CamAuditRow> Things { get; init; } = [];

    /// <summary>Such as "resnet50 by LayerCAM at layer4".</summary>
    public string Name => $"{Model.Name} by {Method} at {string.Join(", ", Layers)}";

    /// <summary>What the channels say of each row; made at the first question.</summary>
    public FeatureTable Features => _features ??= FeatureTable.Of(Rows);

    /// <summary>The map of each row, all on one grid; made at the first question.</summary>
    public HeatTable Heat => _heat ??= HeatTable.Of(Rows);

    /// <summary>The rows by the class that they explain, classes in their order.</summary>
    public IEnumerable<IGrouping<int, CamAuditRow>> ByClass() => Rows.GroupBy(row => row.Class).OrderBy(rows => rows.Key);

    /// <summary>The places of the rows in <see cref="Rows"/>, by the class that they explain, classes in their order.</summary>
    public IEnumerable<IGrouping<int, int>> PlacesByClass() => Enumerable.Range(0, Rows.Count)
        .Where(place => Rows[place].Class >= 0).GroupBy(place => Rows[place].Class).OrderBy(places => places.Key);

    /// <summary>The label of a class.</summary>
    public string LabelOf(int @class) => Model.LabelOf(@class);
}
