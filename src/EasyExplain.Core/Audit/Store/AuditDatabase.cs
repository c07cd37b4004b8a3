using System.Globalization;
using EasyExplain.Runtime;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace EasyExplain.Audit.Store;

/// <summary>An open audit file.</summary>
/// <remarks>
/// Only SQLite ever opens the file: on Unix, closing it anywhere else in the process would drop SQLite's locks.
/// </remarks>
internal sealed class AuditDatabase : IDisposable
{
    private const int LongestValue = 64 << 20; // bytes of a text or a blob: a map of 8192×8192
    private const int LimitLength = 0; // SQLITE_LIMIT_LENGTH
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss'Z'";

    private AuditDatabase(string path, SqliteConnection connection) => (Path, Connection) = (path, connection);

    /// <summary>The file's full path.</summary>
    public string Path { get; }

    /// <summary>The connection.</summary>
    public SqliteConnection Connection { get; }

    /// <summary>Whether the file has no tables yet.</summary>
    public bool IsNew { get; private set; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="write">Whether rows are to be written; then a file that does not exist is made, empty so far.</param>
    /// <exception cref="AuditFileException">It is something else, of a newer version, or cannot be opened.</exception>
    /// <exception cref="FileNotFoundException">There is no such file to read.</exception>
    public static AuditDatabase Open(string path, bool write)
    {
        if (Directory.Exists(path))
        {
            throw new AuditFileException(AuditFileFault.Unusable, path, "is a folder, not an audit file. Name a file in it.");
        }
        if (FileKind.Other(path) is { } kind)
        {
            throw new AuditFileException(AuditFileFault.Unusable, path, $"is {kind}, not an audit file.");
        }
        if (!write && !File.Exists(path))
        {
            throw new FileNotFoundException($"There is no audit file '{path}'.", path);
        }
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            // A reader, too, may have to undo what a killed writer left half done.
            Mode = write ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite,
            Pooling = false,
        }.ToString());
        var database = new AuditDatabase(path, connection);
        try
        {
            return AuditFileException.Wrap(path, () =>
            {
                connection.Open();
                raw.sqlite3_limit(connection.Handle, LimitLength, LongestValue);
                database.Run("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;");
                database.Check(write);
                if (!write)
                {
                    database.Run(AuditSchema.AsNow(database.Version) + "PRAGMA query_only = ON;");
                }
                return database;
            });
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>The version of its format; 0 of a file that has no tables yet.</summary>
    public long Version { get; private set; }

    /// <summary>Runs statements that give nothing back.</summary>
    public void Run(string sql)
    {
        using SqliteCommand command = Connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>The first value of what a statement finds; null where it finds nothing.</summary>
    public object? Ask(string sql)
    {
        using SqliteCommand command = Connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() is { } found and not DBNull ? found : null;
    }

    /// <summary>A statement that is asked again and again.</summary>
    public Statement Prepare(string sql) => new(Connection, sql);

    /// <summary>What a setting is; null where it is none.</summary>
    public string? Setting(string name)
    {
        using Statement ask = Prepare("SELECT value FROM setting WHERE name = $1");
        return StoredText.From(ask.Ask(name));
    }

    /// <summary>Says when what writes the file came to its end; null where it has not.</summary>
    public void SetFinished(DateTime? time)
    {
        Run("DELETE FROM setting WHERE name = 'finished'");
        if (time is { } ended)
        {
            using Statement set = Prepare("INSERT INTO setting VALUES ('finished', $1)");
            set.Run(ended.ToString(TimeFormat, CultureInfo.InvariantCulture));
        }
    }

    /// <summary>When what wrote the file came to its end, UTC; null where it has not.</summary>
    public DateTime? Finished() => DateTime.TryParseExact(Setting("finished"), TimeFormat, CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime time) ? time : null;

    /// <summary>The root that the file remembers; the file's own folder where it remembers none.</summary>
    public AuditRoot Root()
    {
        string folder = System.IO.Path.GetDirectoryName(Path)!;
        return AuditRoot.Remembered(Path, Setting("root_from_here"), Setting("root") ?? folder);
    }

    /// <inheritdoc/>
    public void Dispose() => Connection.Dispose();

    private void Check(bool write)
    {
        long application = (long)Ask("PRAGMA application_id")!, version = (long)Ask("PRAGMA user_version")!;
        Version = version;
        if (application != AuditSchema.ApplicationId)
        {
            IsNew = application == 0 && version == 0 && (long)Ask("SELECT count(*) FROM sqlite_schema")! == 0;
            if (!IsNew || !write)
            {
                throw new AuditFileException(AuditFileFault.NotAnAudit, Path, IsNew ? "is empty: no audit was written to it."
                    : "is no audit file: it is an SQLite database of something else. Give another name; it was left as it is.");
            }
            return;
        }
        if (version > AuditSchema.Version)
        {
            throw new AuditFileException(AuditFileFault.NewerVersion, Path, string.Create(CultureInfo.InvariantCulture,
                $"was written by a newer EasyExplain: its format is version {version}, and this one knows {AuditSchema.Version}. Update " +
                $"EasyExplain, or name another file; it was left as it is."));
        }
        string[] wanted = [.. AuditSchema.TablesOf(version)];
        string names = string.Join(", ", wanted.Select(name => $"'{name}'"));
        long tables = (long)Ask($"SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ({names})")!;
        if (version < 1 || tables != wanted.Length)
        {
            throw AuditFileException.Damaged(Path, "tables are missing");
        }
    }
}
