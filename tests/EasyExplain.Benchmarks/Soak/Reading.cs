using System.Diagnostics;
using System.Globalization;
using TorchSharp;

namespace EasyExplain.Benchmarks.Soak;

/// <summary>What a process holds at one moment of a long run.</summary>
/// <param name="Percent">How much of the run was done.</param>
/// <param name="Resident">Bytes in RAM, after a garbage collection.</param>
/// <param name="Highest">The most bytes in RAM since the reading before; on Linux alone, elsewhere since the start.</param>
/// <param name="Managed">Bytes of .NET objects that something still refers to.</param>
/// <param name="Native">Bytes of the C library's heap that are in use, without what it keeps for later; 0 where it does not say.</param>
/// <param name="Tensors">Native tensors alive, as TorchSharp counts them.</param>
/// <param name="Handles">Open handles: file descriptors on Linux.</param>
/// <param name="Done">Images explained until then.</param>
/// <param name="Refused">Images refused until then.</param>
public sealed record Reading(int Percent, long Resident, long Highest, long Managed, long Native, long Tensors, int Handles, int Done,
    int Refused)
{
    /// <summary>After how many images of <paramref name="count"/> a reading is taken, and how much of the run that is.</summary>
    public static IReadOnlyDictionary<int, int> Moments(int count) =>
        new Dictionary<int, int> { [0] = 0, [count / 10] = 10, [count / 2] = 50, [count] = 100 };

    /// <summary>Reads this process.</summary>
    public static Reading Take(int percent, int done, int refused)
    {
        long highest = ProcessMemory.Peak();
        // What nobody refers to any more is no growth, whenever the collector would have come by and given its pages back.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var reading = new Reading(percent, ProcessMemory.Resident(), highest, GC.GetTotalMemory(forceFullCollection: false),
            ProcessMemory.NativeInUse(), torch.Tensor.TotalCount, OpenHandles(), done, refused);
        ProcessMemory.ForgetPeak();
        return reading;
    }

    /// <summary>As one line that <see cref="Parse"/> reads.</summary>
    public string ToLine() => string
        .Create(CultureInfo.InvariantCulture, $"{Percent} {Resident} {Highest} {Managed} {Native} {Tensors} {Handles} {Done} {Refused}");

    /// <summary>A reading that another process has written.</summary>
    public static Reading Parse(string line)
    {
        long[] n = [.. line.Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
        return new Reading((int)n[0], n[1], n[2], n[3], n[4], n[5], (int)n[6], (int)n[7], (int)n[8]);
    }

    private static int OpenHandles() =>
        OperatingSystem.IsLinux() ? Directory.GetFiles("/proc/self/fd").Length : Process.GetCurrentProcess().HandleCount;
}
