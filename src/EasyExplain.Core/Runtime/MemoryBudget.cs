namespace EasyExplain.Runtime;

/// <summary>
/// What further passes through a network may take beside the model: little enough for a small machine, and far more than a CPU needs to be
/// busy.
/// </summary>
internal static class MemoryBudget
{
    private const long Most = 1L << 30;

    // The rest is for the model, its copies in both engines, and photos.
    private const int Share = 4;

    /// <summary>In bytes.</summary>
    public static long Bytes => Of(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <summary>The same of a process that may use so much: the machine's memory, or three quarters of its control group's limit.</summary>
    internal static long Of(long available) => available > 0 ? Math.Min(Most, available / Share) : Most;
}
