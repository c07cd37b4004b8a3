using EasyExplain.Audit.Shards;

namespace EasyExplain.Benchmarks.Shards;

/// <summary>What each start of a task pays for all images, those of others, too: their list is read and their paths are hashed.</summary>
internal static class ListCost
{
    private const int Lines = 1_000_000;

    /// <summary>Seconds of processor time for a line, with a path of 40 characters.</summary>
    public static double Measure(string folder)
    {
        string list = Path.Combine(folder, "photos.txt");
        File.WriteAllLines(list,
            Enumerable.Range(0, Lines).Select(number => $"train/n{number % 1000:D8}/n{number % 1000:D8}_{number:D8}.JPEG"));
        var shard = new CamShard(17, 128);
        int mine = 0;
        double seconds = ProcessorTime.Of(() => mine += PathList.Read(list).Count(shard.Has)) / Lines;
        File.Delete(list);
        return mine > 0 ? seconds : throw new InvalidOperationException("No path is in shard 17.");
    }
}
