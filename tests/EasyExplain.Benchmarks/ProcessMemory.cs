using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace EasyExplain.Benchmarks;

/// <summary>The memory of this process that is in the machine's RAM, in bytes.</summary>
internal static partial class ProcessMemory
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

    /// <summary>What of the C library's heap is in use, where it is glibc's; else 0.</summary>
    public static long NativeInUse()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libc.so.6", out nint library)
            || !NativeLibrary.TryGetExport(library, "mallinfo2", out _))
        {
            return 0;
        }
        HeapInfo info = MallInfo();
        return (long)(info.InUse + info.Mapped);
    }

    private static Process Self() => Process.GetCurrentProcess();

    private static long Status(string name)
    {
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallinfo2")]
    private static partial HeapInfo MallInfo();

    /// <summary>
    /// What mallinfo(3) says of all arenas together, in bytes: in use are <c>Mapped</c>, which are blocks of their own, and <c>InUse</c>.
    /// </summary>
    private readonly record struct HeapInfo(
        nuint Arena, nuint FreeChunks, nuint SmallChunks, nuint Blocks, nuint Mapped, nuint Unused, nuint SmallFree, nuint InUse,
        nuint Free, nuint Trimmable);
}
