namespace EasyExplain.Audit.Findings;

/// <summary>What findings are looked for in: rows of one model, one method and the same layers, one for each image, errors left out.</summary>
/// <param name="Model">The model.</param>
/// <param name="Method">The method.</param>
/// <param name="Layers">The layers' names.</param>
/// <param name="Rows">One row for each image: that of its predicted class, where there is one. In the order of their files.</param>
internal sealed record AuditSlice(AuditedModel Model, string Method, IReadOnlyList<string> Layers, IReadOnlyList<CamAuditRow> Rows)
{
    /// <summary>The rows by the class that they explain, classes in their order.</summary>
    public IEnumerable<IGrouping<int, CamAuditRow>> ByClass() => Rows.GroupBy(row => row.Class).OrderBy(rows => rows.Key);
}
