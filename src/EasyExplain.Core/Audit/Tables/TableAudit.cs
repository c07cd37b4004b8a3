using EasyExplain.Audit.Store;
using EasyExplain.Explanation;

namespace EasyExplain.Audit.Tables;

/// <summary>An audit as a table, and on request its maps as arrays; both appear in the end, or not at all.</summary>
/// <param name="table">Takes the rows.</param>
/// <param name="root">The folder that paths of explanations are written down from; rows have theirs.</param>
/// <param name="maps">Takes their maps; null where nobody wants them.</param>
internal sealed class TableAudit(ITableFile table, AuditRoot root, MapFolder? maps) : IAuditTarget
{
    /// <inheritdoc/>
    public void Add(CamExplanation explanation)
    {
        CamAuditRow row = AuditRows.Of(explanation, root);
        Add(row with { Hash = FileHash.Of(row.Path) });
    }

    /// <inheritdoc/>
    public void Add(CamAuditRow row)
    {
        table.Add(row);
        maps?.Add(row);
    }

    /// <inheritdoc/>
    public void Add(FailedImage failed) => Add(failed.ToRow() with { File = root.FileOf(failed.Path) });

    /// <inheritdoc/>
    public void Finish()
    {
        maps?.Finish();
        table.Finish();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        maps?.Dispose();
        table.Dispose();
    }
}
