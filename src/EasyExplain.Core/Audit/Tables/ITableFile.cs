namespace EasyExplain.Audit.Tables;

/// <summary>A file that takes rows as a table, one after the other.</summary>
internal interface ITableFile : IDisposable
{
    /// <summary>Takes one more row.</summary>
    void Add(CamAuditRow row);

    /// <summary>Gives the file its name; without this, nothing is left of it.</summary>
    void Finish();
}
