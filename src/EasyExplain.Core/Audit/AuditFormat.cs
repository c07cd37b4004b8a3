using EasyExplain.Audit.Store;
using EasyExplain.Audit.Tables;

namespace EasyExplain.Audit;

/// <summary>What audits are written as; the ending of a file's name says it.</summary>
internal static class AuditFormat
{
    private static readonly string[] OfStore = [".db", ".sqlite", ".sqlite3", ""];

    private static readonly Dictionary<string, Func<string, bool, ITableFile>> OfTables = new(StringComparer.OrdinalIgnoreCase)
    {
        [".csv"] = (path, overwrite) => new CsvFile(path, overwrite),
        [".jsonl"] = (path, overwrite) => new JsonLinesFile(path, overwrite),
        [".parquet"] = (path, overwrite) => new ParquetFile(path, overwrite),
    };

    /// <summary>The endings that there are, for messages.</summary>
    public const string Endings = ".db, .sqlite or none for an audit file; .csv, .jsonl or .parquet for a table";

    /// <summary>Whether a file of this name is an audit file, the only kind that can be read again and continued.</summary>
    public static bool IsStore(string path) => OfStore.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a file of this name is a table.</summary>
    public static bool IsTable(string path) => OfTables.ContainsKey(Path.GetExtension(path));

    /// <summary>Opens a file to write to, or begins it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="root">The folder that images' paths are written down from; a row, and an audit file that exists, has its own.</param>
    /// <param name="overwrite">Whether a table that is there gives way in the end.</param>
    /// <param name="mapFolder">Where a table's maps go; null where nobody wants them.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="AuditFileException">The same of an audit file.</exception>
    public static IAuditTarget Open(string path, AuditRoot root, bool overwrite, string? mapFolder)
    {
        if (IsStore(path))
        {
            return new StoredAudit(path, root.Folder);
        }
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (mapFolder is not null)
        {
            Directory.CreateDirectory(mapFolder);
        }
        ITableFile table = OfTables[Path.GetExtension(path)](path, overwrite);
        try
        {
            return new TableAudit(table, root, mapFolder is null ? null : new MapFolder(mapFolder, overwrite));
        }
        catch
        {
            table.Dispose();
            throw;
        }
    }
}
