using System.Diagnostics;
using System.Globalization;
using EasyExplain.Explanation;
using Microsoft.Data.Sqlite;

namespace EasyExplain.Audit.Store;

/// <summary>
/// Writes rows to an audit file as they come. They are there for good a second later at most, and whatever happens, the file is whole.
/// </summary>
/// <remarks>
/// A row is known by its request and by which of the request's explanations it is: one that is there already stays. Of one model's answers
/// to one question (<see cref="Choices.Question"/>) about one file only the last request's are kept: so an image that has changed takes the
/// place of what it was, and what comes after a failure takes its place. All members may be called from several threads.
/// </remarks>
internal sealed class AuditWriter : IDisposable
{
    private static readonly TimeSpan LongestTransaction = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private readonly Timer _timer;
    private readonly WriterLock _lock;
    private readonly AuditDatabase _database;
    private readonly AuditRoot _root;
    private readonly RowInserts _rows;
    private Stopwatch? _transaction;
    private Exception? _failure; // after which nothing more is written
    private bool _disposed;

    /// <summary>Opens an audit file, or begins one.</summary>
    /// <param name="path">The file; folders that lack are made.</param>
    /// <param name="root">
    /// The folder that images' paths are written down from; null for the current one. A file that was written before remembers its own,
    /// which stays as long as that folder exists.
    /// </param>
    /// <exception cref="AuditFileException">
    /// Another process is writing it, it is something else, of a newer version or damaged, or it cannot be written.
    /// </exception>
    public AuditWriter(string path, string? root = null)
    {
        Path = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AuditFileException(AuditFileFault.Unusable, Path, $"cannot be made: {e.Message.TrimEnd('.')}.", e);
        }
        _lock = WriterLock.Take(Path) ?? throw InUse();
        try
        {
            _database = AuditDatabase.Open(Path, write: true);
            try
            {
                _root = AuditFileException.Wrap(Path, () => Begin(new AuditRoot(root ?? Environment.CurrentDirectory)));
                _rows = new RowInserts(_database);
            }
            catch
            {
                _database.Dispose();
                throw;
            }
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
        _timer = new Timer(_ => CommitOld());
    }

    /// <summary>The file's full path.</summary>
    public string Path { get; }

    /// <summary>The folder that images' paths are written down from.</summary>
    public string Root => _root.Folder;

    /// <summary>Adds an explanation.</summary>
    /// <exception cref="ArgumentException">It is of a tensor, or nobody asked for it.</exception>
    /// <exception cref="AuditFileException">The file cannot be written.</exception>
    public void Add(CamExplanation explanation)
    {
        CamAuditRow row = AuditRows.Of(explanation, _root);
        Insert(row, row.Request ?? throw new ArgumentException("Nobody asked for this explanation.", nameof(explanation)));
    }

    /// <summary>Adds a row as it is, such as one of another file.</summary>
    public void Add(CamAuditRow row, string requestId, int index, int count) =>
        Add(row, new Request(requestId, index, count) { Question = row.Request?.Question ?? "" });

    /// <summary>Adds a row that answers a request; its path counts, wherever it was written down from.</summary>
    public void Add(CamAuditRow row, Request request) => Insert(row with { File = _root.FileOf(row.Path) }, request);

    /// <summary>Writes down all that was added.</summary>
    /// <exception cref="AuditFileException">The file cannot be written.</exception>
    public void Commit() => Do(EndTransaction);

    /// <summary>Commits, notes that what was to be written is all there, and lets others write.</summary>
    /// <exception cref="AuditFileException">The file cannot be written.</exception>
    public void Finish()
    {
        Do(() =>
        {
            EndTransaction();
            _database.SetFinished(DateTime.UtcNow);
        });
        Dispose();
    }

    /// <summary>Commits, and lets others write.</summary>
    /// <exception cref="AuditFileException">The file cannot be written, and nobody was told yet.</exception>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }
            _disposed = true;
            try
            {
                if (_failure is null)
                {
                    AuditFileException.Wrap(Path, () =>
                    {
                        _database.Run(_transaction is null ? "DELETE FROM writer" : "DELETE FROM writer; COMMIT");
                        return true;
                    });
                }
            }
            finally
            {
                _timer.Dispose();
                _rows.Dispose();
                _database.Dispose(); // what is not committed is undone
                _lock.Dispose();
            }
        }
    }

    private void Insert(CamAuditRow row, Request request) => Do(() =>
    {
        if (_transaction is null)
        {
            _database.Run("BEGIN IMMEDIATE");
            _transaction = Stopwatch.StartNew();
            _timer.Change(LongestTransaction, Timeout.InfiniteTimeSpan);
        }
        _rows.Add(row, request);
        if (_transaction.Elapsed >= LongestTransaction)
        {
            EndTransaction();
        }
    });

    private void Do(Action work)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_failure is not null)
            {
                throw _failure;
            }
            try
            {
                AuditFileException.Wrap(Path, () =>
                {
                    work();
                    return true;
                });
            }
            catch (Exception e)
            {
                _failure = e; // perhaps in the middle of a row
                throw;
            }
        }
    }

    private void EndTransaction()
    {
        if (_transaction is not null)
        {
            _database.Run("COMMIT");
            _transaction = null;
        }
    }

    /// <summary>Commits what a slow producer has left; whoever calls next is told what went wrong.</summary>
    private void CommitOld()
    {
        lock (_gate)
        {
            if (_disposed || _transaction is not { } transaction)
            {
                return;
            }
            TimeSpan left = LongestTransaction - transaction.Elapsed;
            if (left > TimeSpan.Zero)
            {
                _timer.Change(left, Timeout.InfiniteTimeSpan); // a younger one
                return;
            }
            try
            {
                Commit();
            }
            catch (Exception)
            {
                // Do has kept it.
            }
        }
    }

    /// <summary>Makes the tables where there are none, says who is writing, and finds the root.</summary>
    private AuditRoot Begin(AuditRoot given)
    {
        _database.Run("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_spill = OFF; PRAGMA cache_size = -16000;");
        _database.Run("BEGIN IMMEDIATE");
        if (_database.IsNew)
        {
            _database.Run(string.Create(CultureInfo.InvariantCulture,
                $"PRAGMA application_id = {AuditSchema.ApplicationId}; PRAGMA user_version = {AuditSchema.Version}; {AuditSchema.Tables}"));
        }
        else if (_database.Version < AuditSchema.Version)
        {
            _database.Run(AuditSchema.From(_database.Version));
        }
        AuditRoot root = _database.Root();
        if (_database.Setting("root") is null || !Directory.Exists(root.Folder))
        {
            root = given;
            using Statement set = _database.Prepare("INSERT OR REPLACE INTO setting VALUES ($1, $2)");
            set.Run("root", root.Folder);
            set.Run("root_from_here", root.SeenFrom(Path));
        }
        _database.SetFinished(null);
        _database.Run("DELETE FROM writer");
        using Statement write = _database.Prepare("INSERT INTO writer VALUES ($1, $2, $3)");
        write.Run(Environment.ProcessId, Environment.MachineName,
            DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        _database.Run("COMMIT");
        return root;
    }

    private AuditFileException InUse()
    {
        string who = "another process";
        try
        {
            using AuditDatabase database = AuditDatabase.Open(Path, write: false);
            using Statement ask = database.Prepare("SELECT process, machine, since FROM writer");
            using SqliteDataReader found = ask.Find();
            who = found.Read() ? $"process {found.GetInt64(0)} on {found.GetString(1)} since {found.GetString(2)}" : who;
        }
        catch (Exception e) when (e is AuditFileException or SqliteException or IOException or InvalidCastException)
        {
            // It has not come so far yet.
        }
        return new AuditFileException(AuditFileFault.InUse, Path,
            $"is being written by {who}, and two cannot write one audit file. Wait for it to end, or name another file.");
    }
}
