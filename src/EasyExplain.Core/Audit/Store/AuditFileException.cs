using EasyExplain.Runtime;
using Microsoft.Data.Sqlite;

namespace EasyExplain.Audit.Store;

/// <summary>What is wrong with an audit file.</summary>
public enum AuditFileFault
{
    /// <summary>It is no SQLite database, or a database of something else.</summary>
    NotAnAudit,

    /// <summary>A newer EasyExplain wrote it.</summary>
    NewerVersion,

    /// <summary>Somebody else is writing it, or does not let go of it.</summary>
    InUse,

    /// <summary>There is no room for more rows.</summary>
    DiskFull,

    /// <summary>What it says makes no sense.</summary>
    Damaged,

    /// <summary>It cannot be opened, read or written.</summary>
    Unusable,
}

/// <summary>An audit file cannot be used; the message names it and says why.</summary>
/// <param name="fault">What is wrong.</param>
/// <param name="path">The file.</param>
/// <param name="message">What is wrong with it, without its name.</param>
/// <param name="inner">What SQLite or the system said.</param>
public sealed class AuditFileException(AuditFileFault fault, string path, string message, Exception? inner = null)
    : UserFaultException($"'{path}' {message}", inner)
{
    /// <summary>What is wrong.</summary>
    public AuditFileFault Fault { get; } = fault;

    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>Runs <paramref name="work"/> on the file at <paramref name="path"/>; errors of SQLite come as this exception.</summary>
    internal static T Wrap<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException e)
        {
            throw Of(path, e);
        }
        catch (Exception e) when (e is InvalidCastException or OverflowException or FormatException)
        {
            throw Damaged(path, "a value is of another kind than it should be", e);
        }
    }

    /// <summary>Says that the file makes no sense, and where.</summary>
    internal static AuditFileException Damaged(string path, string what, Exception? inner = null) =>
        new(AuditFileFault.Damaged, path, $"is damaged: {what}. Make a new audit file, or take an older copy of this one.", inner);

    // https://sqlite.org/rescode.html
    private static AuditFileException Of(string path, SqliteException e) => e.SqliteErrorCode switch
    {
        5 or 6 => new AuditFileException(AuditFileFault.InUse, path,
            "is in use: another program reads or writes it and does not let go. Close it there and try again.", e),
        7 => new AuditFileException(AuditFileFault.Unusable, path, "takes more memory than there is.", e),
        11 or 18 => Damaged(path, Said(e), e),
        13 => new AuditFileException(AuditFileFault.DiskFull, path,
            "was not written to its end: the disk is full. What it holds is whole; make room and run the command again.", e),
        26 => new AuditFileException(AuditFileFault.NotAnAudit, path,
            "is no audit file: it is no SQLite database at all. Give another name; it was left as it is.", e),
        _ => new AuditFileException(AuditFileFault.Unusable, path, $"cannot be used: {Said(e)}.", e),
    };

    // SQLite's own words stand between quotes in what its library says: SQLite Error 10: 'disk I/O error'.
    private static string Said(SqliteException e) =>
        e.Message.Split('\'') is [_, .. var words, _] && words.Length > 0 ? string.Join('\'', words).TrimEnd('.') : e.Message.TrimEnd('.');
}
