namespace EasyExplain.Benchmarks.Shards;

/// <summary>
/// Seconds of processor time: with one thread that is the time on a core of one's own, and what else the machine does hardly matters.
/// </summary>
internal static class ProcessorTime
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1); // the clock goes by hundredths

    /// <summary>Of one time, as the mean of many; after some that are not counted.</summary>
    public static double Of(Action work)
    {
        Repeat(work, Least);
        (int times, TimeSpan took) = Repeat(work, Least);
        return took.TotalSeconds / times;
    }

    private static (int Times, TimeSpan Took) Repeat(Action work, TimeSpan least)
    {
        TimeSpan start = Environment.CpuUsage.TotalTime, took = TimeSpan.Zero;
        int times = 0;
        for (; took < least; times++)
        {
            work();
            took = Environment.CpuUsage.TotalTime - start;
        }
        return (times, took);
    }
}
