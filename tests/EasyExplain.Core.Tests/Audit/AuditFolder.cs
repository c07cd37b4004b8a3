using EasyExplain.Audit;
using EasyExplain.Audit.Store;
using Microsoft.Data.Sqlite;

namespace EasyExplain.Tests.Audit;

/// <summary>A folder for one test, with an audit file in it.</summary>
internal sealed class AuditFolder : IDisposable
{
    public AuditedModel Model { get; } = SyntheticRows.Model();

    public string Path { get; } = Directory.CreateTempSubdirectory("audit [1] ").FullName;

    public string File => System.IO.Path.Combine(Path, "an 'audit' [1].db");

    public CamAuditRow Row(int number) => SyntheticRows.Row(Model, number, Path);

    public void Write(params IEnumerable<CamAuditRow> rows) => Write(writer =>
    {
        foreach (CamAuditRow row in rows)
        {
            writer.Add(row, $"{row.Length:X16}", 0, 1);
        }
    });

    public void Write(Action<AuditWriter> write)
    {
        using var writer = new AuditWriter(File, Path);
        write(writer);
    }

    public CamAuditRow[] Read()
    {
        using var reader = new AuditReader(File);
        return [.. reader.Rows()];
    }

    /// <summary>Runs SQL on the file, as the sqlite3 shell would, and gives the first row's values.</summary>
    public object[] Run(string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = File, Pooling = false }.ToString());
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader found = command.ExecuteReader();
        object[] values = new object[found.FieldCount];
        return found.Read() && found.GetValues(values) > 0 ? values : [];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
