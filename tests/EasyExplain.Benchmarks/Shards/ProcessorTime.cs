namespace EasyExplain.Benchmarks.Shards;

/// <summary>
/// Seconds of processor time: with one thread that is the time on a core of one's own, and what else the machine does hardly matters.
/// </summary>
internal static class ProcessorTime
{
    private const int Blocks = 5;
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(0.4); // the clock goes by hundredths

    /// <summary>
    /// Of one time each: the least of several blocks of many, which come in turn. Whatever else the machine does makes a block longer,
    /// never shorter.
    /// </summary>
    public static double[] Of(params IReadOnlyList<Action> works)
    {
        double[] least = [.. works.Select(_ => double.PositiveInfinity)];
        for (int block = 0; block <= Blocks; block++) // the first, in which things are compiled, is the longest
        {
            for (int work = 0; work < works.Count; work++)
            {
                least[work] = Math.Min(least[work], Block(works[work]));
            }
        }
        return least;
    }

    private static double Block(Action work)
    {
        TimeSpan start = Environment.CpuUsage.TotalTime, took = TimeSpan.Zero;
        int times = 0;
        for (; took < Least; times++)
        {
            work();
            took = Environment.CpuUsage.TotalTime - start;
        }
        return took.TotalSeconds / times;
    }
}
