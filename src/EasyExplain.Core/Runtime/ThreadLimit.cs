using System.Globalization;
using TorchSharp;

namespace EasyExplain.Runtime;

/// <summary>
/// With how many threads a network is computed: no more than this process was given. libtorch counts the machine's cores, of which a job of
/// Slurm or a container may have been given a few; ONNX Runtime takes libtorch's number.
/// </summary>
internal static class ThreadLimit
{
    /// <summary>What Slurm tells each task.</summary>
    public const string Slurm = "SLURM_CPUS_PER_TASK";

    /// <summary>What a user sets to decide otherwise; libtorch reads it when it is loaded.</summary>
    public const string Users = "OMP_NUM_THREADS";

    private static readonly object Gate = new();
    private static string? _why;

    /// <summary>How many threads, and why.</summary>
    /// <param name="usual">As many as libtorch has chosen.</param>
    /// <param name="processors">As many processors as this process may use at a time.</param>
    /// <param name="slurm">What <see cref="Slurm"/> says; null for nothing.</param>
    /// <param name="users">What <see cref="Users"/> says; null for nothing.</param>
    public static (int Threads, string Why) For(int usual, int processors, string? slurm, string? users)
    {
        if (Number(users) is { } wanted)
        {
            return (usual, wanted == usual ? $"{Users} says so" : $"libtorch has made that of {Users}={wanted}");
        }
        if (Number(slurm) is { } allocated && allocated <= processors && allocated <= usual)
        {
            return (allocated, $"{Slurm} says so");
        }
        return processors < usual ? (processors, "this process may use no more processors, by its affinity or its CPU quota")
            : (usual, "that is what libtorch has chosen for the processors of this process");
    }

    /// <summary>Tells libtorch, which must be loaded; only once, so that whoever chooses later has chosen.</summary>
    public static void Set()
    {
        lock (Gate)
        {
            if (_why is not null)
            {
                return;
            }
            int usual = torch.get_num_threads();
            // The runtime knows the affinity, and the quotas of control groups of both versions.
            (int threads, _why) = For(usual, Environment.ProcessorCount, Environment.GetEnvironmentVariable(Slurm),
                Environment.GetEnvironmentVariable(Users));
            if (threads < usual)
            {
                torch.set_num_threads(threads);
            }
            _why = string.Create(CultureInfo.InvariantCulture, $"{threads} thread{(threads == 1 ? "" : "s")}: {_why}");
        }
    }

    /// <summary>Says what was chosen for this process.</summary>
    public static void Tell(Action<string> explain)
    {
        if (_why is not null)
        {
            explain(string.Create(CultureInfo.InvariantCulture,
                $"Networks are computed with {_why}. Further passes take up to {MemoryBudget.Bytes >> 20} MiB at a time."));
        }
    }

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : null;
}
