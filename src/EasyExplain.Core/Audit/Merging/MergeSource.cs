using System.Text.Json;
using EasyExplain.Audit.Store;

namespace EasyExplain.Audit.Merging;

/// <summary>What is known of an audit file before its rows are merged.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Version">The version of its format.</param>
/// <param name="Root">The folder that its images lie below.</param>
/// <param name="Finished">When what wrote it came to its end, UTC; null where it has not.</param>
/// <param name="IsInUse">Whether somebody is writing it.</param>
/// <param name="Shards">Of a merged audit, the finished shards that it is made of; null of others.</param>
internal sealed record MergeSource(
    string Path, long Version, AuditRoot Root, DateTime? Finished, bool IsInUse, IReadOnlyList<string>? Shards)
{
    /// <summary>The setting that <see cref="Shards"/> stands in.</summary>
    public const string ShardsSetting = "shards";

    /// <summary>What its name says of a shard; null where that is nothing.</summary>
    public ShardName? Shard { get; } = ShardName.Of(Path);

    /// <summary>Looks at a file.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="isOurs">Whether we hold the lock of who writes it.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="AuditFileException">It is no audit file, damaged, or of a newer version.</exception>
    public static MergeSource Of(string path, bool isOurs)
    {
        using AuditDatabase database = AuditDatabase.Open(path, write: false);
        return AuditFileException.Wrap(path, () => new MergeSource(path, database.Version, database.Root(), database.Finished(),
            !isOurs && IsLocked(path), ShardsOf(database)));
    }

    private static IReadOnlyList<string>? ShardsOf(AuditDatabase database)
    {
        try
        {
            return database.Setting(ShardsSetting) is { } json ? JsonSerializer.Deserialize<string[]>(json, AuditJson.Options) : null;
        }
        catch (JsonException e)
        {
            throw AuditFileException.Damaged(database.Path, "its list of shards makes no sense", e);
        }
    }

    private static bool IsLocked(string path)
    {
        if (!File.Exists(path + "-writer"))
        {
            return false;
        }
        using WriterLock? taken = WriterLock.Take(path);
        return taken is null;
    }
}
