using System.Globalization;
using System.Text.Json;
using EasyExplain.Audit.Store;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace EasyExplain.Audit.Merging;

/// <summary>
/// Makes one audit file of many, inside of SQLite: rows are copied with the numbers of models, questions and images that they have in the
/// merged file. It is written beside its place, and moved there in the end.
/// </summary>
/// <param name="destination">The merged audit's full path. One that exists is added to.</param>
/// <param name="anew">Whether one that exists gives way instead.</param>
internal sealed class AuditMerge(string destination, bool anew)
{
    private const int Full = 13, Interrupted = 9; // https://sqlite.org/rescode.html
    private const int NamedShards = 10; // of those that are missing

    private readonly List<string> _notes = [];

    /// <summary>What a user should know, a sentence each.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Merges files. The order in which they are given does not count; of the same rows, the last by name are kept.</summary>
    /// <param name="paths">Their full paths; the destination may be among them.</param>
    /// <param name="progress">Is told the file whose turn it is, how many are done, and of how many.</param>
    /// <param name="stop">Ends it; then all is as it was.</param>
    /// <returns>How many rows the merged audit has.</returns>
    /// <exception cref="ArgumentException">They are shards of different counts.</exception>
    /// <exception cref="FileNotFoundException">One is not there.</exception>
    /// <exception cref="AuditFileException">One cannot be read, or the destination cannot be written.</exception>
    /// <exception cref="IOException">The same.</exception>
    public long Merge(IReadOnlyList<string> paths, Action<string, int, int> progress, CancellationToken stop)
    {
        string[] files = [.. paths.Distinct().Where(path => anew || path != destination).Order(StringComparer.Ordinal)];
        DemandOneCount(files);
        MergeSource[] sources = [.. files.Where(file => file != destination).Select(file => MergeSource.Of(file, isOurs: false))];
        Directory.CreateDirectory(Path.GetDirectoryName(destination)!);
        using WriterLock held = WriterLock.Take(destination) ?? throw new AuditFileException(AuditFileFault.InUse, destination,
            "is being written by another command. Wait for it to end, or name another file.");
        if (sources.Length < files.Length || files.Length == 0 || !anew && File.Exists(destination))
        {
            sources = [MergeSource.Of(destination, isOurs: true), .. sources]; // first: its root stays
        }
        string unfinished = destination + "-merging";
        try
        {
            Delete(unfinished);
            long rows = Write(unfinished, sources, progress, stop);
            using (FileStream written = new(unfinished, FileMode.Open, FileAccess.ReadWrite))
            {
                written.Flush(flushToDisk: true);
            }
            File.Delete(destination + "-journal"); // of what gives way: it would be played back into the new file
            File.Move(unfinished, destination, overwrite: true);
            return rows;
        }
        finally
        {
            Delete(unfinished);
        }
    }

    private static void Delete(string path)
    {
        File.Delete(path);
        File.Delete(path + "-journal");
    }

    private long Write(string path, MergeSource[] sources, Action<string, int, int> progress, CancellationToken stop)
    {
        string reading = destination;
        try
        {
            using AuditDatabase merged = AuditDatabase.Open(path, write: true);
            using CancellationTokenRegistration interrupt = stop.Register(() => raw.sqlite3_interrupt(merged.Connection.Handle));
            // Nobody else has the file, and whatever goes wrong, it is thrown away.
            merged.Run(string.Create(CultureInfo.InvariantCulture, $"""
                PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -128000;
                PRAGMA application_id = {AuditSchema.ApplicationId}; PRAGMA user_version = {AuditSchema.Version};
                {AuditSchema.Tables} {MergeTables.Begin}
                """));
            AuditRoot root = sources[0].Root;
            for (int done = 0; done < sources.Length; done++)
            {
                progress(sources[done].Path, done, sources.Length);
                stop.ThrowIfCancellationRequested();
                reading = sources[done].Path;
                Add(merged, sources[done], root);
            }
            reading = destination;
            Finish(merged, sources, root);
            return (long)merged.Ask("SELECT count(*) FROM explanation")!;
        }
        catch (SqliteException e) when (e.SqliteErrorCode == Interrupted && stop.IsCancellationRequested)
        {
            throw new OperationCanceledException(stop);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == Full)
        {
            throw new AuditFileException(AuditFileFault.DiskFull, destination,
                "was not merged: the disk is full, or the one of temporary files. All files are as they were; the merged audit takes as " +
                "much room as its parts together. Make room and run the command again.", e);
        }
        catch (Exception e) when (e is SqliteException or InvalidCastException)
        {
            return AuditFileException.Wrap<long>(reading, () => throw e);
        }
    }

    private void Add(AuditDatabase merged, MergeSource source, AuditRoot root)
    {
        using (Statement attach = merged.Prepare("ATTACH $1 AS source"))
        {
            attach.Run(source.Path);
        }
        merged.Run("BEGIN");
        merged.Run(MergeTables.Clear + MergeTables.Names + MergeTables.Photos(FileColumn(merged, source, root)));
        merged.Run(MergeTables.Coming(source.Version));
        DemandSame(merged, source, "SELECT count(*) FROM source.explanation", "SELECT coalesce(sum(lines), 0) FROM temp.coming");
        merged.Run(MergeTables.Decide);
        merged.Run(MergeTables.Number);
        merged.Run(MergeTables.Images);
        merged.Run(MergeTables.Explanations);
        DemandSame(merged, source, "SELECT count(*) FROM temp.moved",
            "SELECT count(*) FROM temp.moved JOIN main.explanation ON explanation.id = moved.ours");
        merged.Run(MergeTables.Belongings(source.Version));
        merged.Run("COMMIT; DETACH source");
    }

    // A row that names what is not there is found by no join.
    private static void DemandSame(AuditDatabase merged, MergeSource source, string wanted, string found)
    {
        if (merged.Ask(wanted) is long rows && merged.Ask(found) is long taken && rows != taken)
        {
            throw AuditFileException.Damaged(source.Path, string.Create(CultureInfo.InvariantCulture,
                $"{rows - taken:N0} rows name an image, a model or another thing that is not there"));
        }
    }

    /// <summary>
    /// How a file's name comes from the source's column. Shards have one root, wherever each machine has mounted it; another audit's images
    /// lie where they lie.
    /// </summary>
    private string FileColumn(AuditDatabase merged, MergeSource source, AuditRoot root)
    {
        if (source.Root.Folder == root.Folder)
        {
            return "file";
        }
        string name = Path.GetFileName(source.Path);
        if (source.Shard is not null || !Directory.Exists(source.Root.Folder))
        {
            string why = source.Shard is not null ? "shards have one root" : "that folder is not here";
            _notes.Add($"The images of '{name}' were below '{source.Root.Folder}', those of the merged audit are below '{root.Folder}': " +
                $"they are taken for the same folder, as {why}.");
            return "file";
        }
        _notes.Add($"The images of '{name}' are below '{source.Root.Folder}', those of the merged audit below '{root.Folder}': files " +
            "of the former are named from the latter, or in full.");
        merged.Connection.CreateFunction("filed", (object?[] stored) =>
            StoredText.From(stored[0]) is { } file ? StoredText.Of(root.FileOf(source.Root.PathOf(file))) : null, isDeterministic: true);
        return "filed(file)";
    }

    private void Finish(AuditDatabase merged, MergeSource[] sources, AuditRoot root)
    {
        string[] shards = [.. sources.SelectMany(source => source.Shards ?? [])
            .Concat(sources.Where(source => source is { Shard: not null, Finished: not null }).Select(source => $"{source.Shard}"))
            .Distinct().Order(StringComparer.Ordinal)];
        bool isWhole = TellWhatLacks(sources, shards);
        using Statement set = merged.Prepare("INSERT INTO setting VALUES ($1, $2)");
        set.Run("root", root.Folder);
        set.Run("root_from_here", root.SeenFrom(destination));
        set.Run(MergeSource.ShardsSetting, JsonSerializer.Serialize(shards, AuditJson.Options));
        merged.SetFinished(isWhole ? sources.Max(source => source.Finished) : null);
    }

    /// <summary>Notes shards that are missing or unfinished; whether there are none.</summary>
    private bool TellWhatLacks(MergeSource[] sources, string[] shards)
    {
        bool isWhole = true;
        foreach (MergeSource source in sources.Where(source => source.Finished is null || source.IsInUse))
        {
            isWhole &= source.Path == destination && source.Shards is not null; // of that one, its shards say it
            if (source.IsInUse)
            {
                _notes.Add($"'{source.Path}' is still being written: what is there so far was merged. Merge again when it is finished.");
            }
            else if (source.Shard is not null)
            {
                _notes.Add($"'{source.Path}' was not finished: images may be missing. Run this shard again, then merge again.");
            }
        }
        IEnumerable<ShardName> known = shards.Select(ShardName.Of).OfType<ShardName>();
        foreach (IGrouping<(string, int), ShardName> one in sources.Select(source => source.Shard).OfType<ShardName>().Concat(known)
            .GroupBy(shard => (shard.Whole, shard.Count)))
        {
            int[] missing = [.. Enumerable.Range(1, one.Key.Item2).Except(one.Select(shard => shard.Number))];
            if (missing.Length > 0)
            {
                isWhole = false;
                string names = string.Join(", ", missing.Take(NamedShards).Select(one.First().Other));
                _notes.Add(string.Create(CultureInfo.InvariantCulture, $"Of {one.Key.Item2:N0} shards {missing.Length:N0} ") +
                    $"{(missing.Length == 1 ? "is" : "are")} missing: {names}{(missing.Length > NamedShards ? ", …" : "")}.");
            }
        }
        return isWhole;
    }

    private static void DemandOneCount(string[] files)
    {
        foreach (IGrouping<string, (string File, ShardName Shard)> whole in files
            .Select(file => (File: file, Shard: ShardName.Of(file)!)).Where(one => one.Shard is not null).GroupBy(one => one.Shard.Whole))
        {
            (string file, ShardName shard) = whole.First();
            if (whole.FirstOrDefault(one => one.Shard.Count != shard.Count) is { File: { } other } odd)
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                    $"'{file}' is one of {shard.Count:N0} shards and '{other}' one of {odd.Shard.Count:N0}: they do not belong ") +
                    $"together. Name shards of one count, such as *-of-{shard.Other(1).Split("-of-")[^1]}.");
            }
        }
    }
}
