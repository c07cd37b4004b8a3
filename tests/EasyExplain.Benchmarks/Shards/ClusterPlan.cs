namespace EasyExplain.Benchmarks.Shards;

/// <summary>An audit of many images on many nodes, computed from what one image costs.</summary>
/// <param name="Costs">What an image costs.</param>
/// <param name="Images">How many there are.</param>
/// <param name="Nodes">How many nodes, of <see cref="CoresOfNode"/> cores and as many tasks.</param>
internal sealed record ClusterPlan(AuditCosts Costs, double Images, int Nodes)
{
    /// <summary>What a node has. Cores are like the one that was measured.</summary>
    public const int CoresOfNode = 16;

    /// <summary>The memory of a node, for what one process does with the merged audit.</summary>
    public const double MemoryOfNode = 64e9;

    /// <summary>What the storage that all nodes share gives: a link of 10 Gbit/s.</summary>
    public const double SharedBytesPerSecond = 10e9 / 8;

    /// <summary>How many new files it makes in a second. This is assumed; ask yours.</summary>
    public const double SharedFilesPerSecond = 5000;

    /// <summary>After how long people ask when it will be done.</summary>
    public const double Patience = 7 * 24 * 3600;

    /// <summary>How many tasks run at a time.</summary>
    public int Slots => Nodes * CoresOfNode;

    /// <summary>The time, on cores of their own.</summary>
    public double Seconds => Images * Costs.Image / Slots;

    /// <summary>Images a second, of all.</summary>
    public double Rate => Slots / Costs.Image;

    /// <summary>What is read and written in a second.</summary>
    public double BytesPerSecond => Rate * (Costs.PhotoBytes + Costs.RowBytes + Costs.PictureBytes);

    /// <summary>Of all shards, and so about of the merged one.</summary>
    public double RowBytes => Images * Costs.RowBytes;

    /// <summary>Of all pictures.</summary>
    public double PictureBytes => Images * Costs.PictureBytes;

    /// <summary>What is too much, the worst first, each as a multiple of what there is.</summary>
    /// <param name="finding">What Find-CamIssue takes of memory for a row.</param>
    public IEnumerable<(string What, double Times)> Broken(double finding) => new (string What, double Times)[]
    {
        ("time", Seconds / Patience),
        ("bytes a second", BytesPerSecond / SharedBytesPerSecond),
        ("new pictures a second", Rate / SharedFilesPerSecond),
        ("memory of Find-CamIssue", Images * finding / MemoryOfNode),
    }.Where(limit => limit.Times > 1).OrderByDescending(limit => limit.Times);
}
