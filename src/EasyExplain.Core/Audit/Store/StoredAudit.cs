using EasyExplain.Explanation;

namespace EasyExplain.Audit.Store;

/// <summary>An audit file that takes rows.</summary>
/// <param name="path">The file.</param>
/// <param name="root">The folder that images' paths are written down from, if the file has none yet.</param>
internal sealed class StoredAudit(string path, string root) : IAuditTarget
{
    private readonly AuditWriter _writer = new(path, root);

    /// <inheritdoc/>
    public void Add(CamExplanation explanation) => _writer.Add(explanation);

    /// <inheritdoc/>
    public void Add(CamAuditRow row) => _writer.Add(row, row.Request?.Id ?? "", row.Request?.Index ?? 0, row.Request?.Count ?? 1);

    /// <inheritdoc/>
    public void Add(FailedImage failed) => Add(failed.ToRow());

    /// <inheritdoc/>
    public void Finish() => _writer.Finish();

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();
}
