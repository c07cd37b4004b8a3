using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EasyExplain.Benchmarks;

/// <summary>Times two things alternately in one run, so that what else the machine does meets both.</summary>
internal static class SideBySide
{
    /// <summary>The median time of <paramref name="work"/> over that of <paramref name="yardstick"/>.</summary>
    /// <param name="rounds">How often each is timed, after one time that is not counted.</param>
    /// <param name="work">What is measured; what it returns is disposed when the clock has stopped.</param>
    /// <param name="yardstick">What it is compared with.</param>
    public static double Ratio(int rounds, Func<IDisposable> work, Func<IDisposable> yardstick)
    {
        Time(work);
        Time(yardstick);
        (double Work, double Yardstick)[] times = [.. Enumerable.Range(0, rounds).Select(_ => (Time(work), Time(yardstick)))];
        return Median(times.Select(time => time.Work)) / Median(times.Select(time => time.Yardstick));
    }

    private static double Time(Func<IDisposable> action)
    {
        // Both start with memory that the system has yet to give: what was freed before would make the next round look faster than a first one.
        NativeMemoryPool.Trim();
        long start = Stopwatch.GetTimestamp();
        using IDisposable result = action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}

/// <summary>The C library's pool of freed memory.</summary>
internal static partial class NativeMemoryPool
{
    /// <summary>Gives it back to the system where that can be asked for (glibc); elsewhere nothing.</summary>
    public static void Trim()
    {
        if (OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out nint library) && NativeLibrary.TryGetExport(library, "malloc_trim", out _))
        {
            _ = MallocTrim(0);
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nint kept);
}
