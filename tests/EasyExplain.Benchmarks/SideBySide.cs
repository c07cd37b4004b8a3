using System.Diagnostics;

namespace EasyExplain.Benchmarks;

/// <summary>Times several things in turn, round after round, so that what else the machine does meets all of them.</summary>
internal static class SideBySide
{
    /// <summary>
    /// Longer than ONNX Runtime's threads spin after their work, which was found to be 20 to 50 ms: else whatever follows it looks slower.
    /// </summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    /// <summary>The median time of each in seconds.</summary>
    /// <param name="rounds">How often each is timed, after one time that is not counted.</param>
    /// <param name="before">What comes before each timing, outside it.</param>
    /// <param name="contestants">What is timed; what they return is disposed when the clock has stopped.</param>
    public static double[] Medians(int rounds, Action before, params IReadOnlyList<Func<IDisposable?>> contestants)
    {
        double[][] times = [.. Enumerable.Range(0, 1 + rounds)
            .Select(_ => contestants.Select(contestant => Time(before, contestant)).ToArray())];
        return [.. contestants.Select((_, index) => Median(times.Skip(1).Select(round => round[index])))];
    }

    /// <summary>The middle one, or the upper of two.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private static double Time(Action before, Func<IDisposable?> action)
    {
        before();
        Thread.Sleep(Rest);
        long start = Stopwatch.GetTimestamp();
        using IDisposable? result = action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
