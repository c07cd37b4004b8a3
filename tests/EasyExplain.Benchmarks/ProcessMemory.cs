using System.Diagnostics;
using System.Globalization;

namespace EasyExplain.Benchmarks;

/// <summary>The memory of this process that is in the machine's RAM, in bytes.</summary>
internal static class ProcessMemory
{
    /// <summary>Now.</summary>
    public static long Resident() => OperatingSystem.IsLinux() ? Status("VmRSS:") : Self().WorkingSet64;

    /// <summary>At its highest, since the start or, on Linux, since <see cref="ForgetPeak"/>.</summary>
    public static long Peak() => OperatingSystem.IsLinux() ? Status("VmHWM:") : Self().PeakWorkingSet64;

    /// <summary>Lets the peak start again from what is resident now.</summary>
    public static void ForgetPeak()
    {
        if (OperatingSystem.IsLinux())
        {
            File.WriteAllText("/proc/self/clear_refs", "5"); // proc(5): resets VmHWM
        }
    }

    private static Process Self() => Process.GetCurrentProcess();

    private static long Status(string name)
    {
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
