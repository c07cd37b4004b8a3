namespace EasyExplain.Runtime;

/// <summary>
/// How libtorch's threads wait for each other: asleep, so that a busy neighbour costs no more than its share of the machine.
/// </summary>
/// <remarks>
/// libgomp, with which libtorch's Linux build computes in parallel, lets a thread that is done spin for millions of rounds until the
/// others are. Where another process has the core of one of them, the spinning keeps the core from the very thread it waits for. libgomp
/// reads its environment once, when it is loaded.
/// </remarks>
internal static class WaitPolicy
{
    /// <summary>libgomp's name for the rounds a thread spins before it sleeps.</summary>
    internal const string SpinCount = "GOMP_SPINCOUNT";

    /// <summary>The general name of the same choice; whoever sets it has chosen too.</summary>
    internal const string Policy = "OMP_WAIT_POLICY";

    /// <summary>Long enough for threads that end together, too short to be felt; docs/scheduled-jobs.md has what was measured.</summary>
    internal const string Rounds = "100";

    /// <summary>Tells libgomp, which must not be loaded yet, to spin shortly; a choice that the user has made stays.</summary>
    public static void Set()
    {
        // Set before the process started, or in PowerShell as $env:OMP_WAIT_POLICY, which alone would not reach libgomp.
        string? count = Environment.GetEnvironmentVariable(SpinCount);
        string? policy = Environment.GetEnvironmentVariable(Policy);
        if (OperatingSystem.IsLinux())
        {
            NativeEnvironment.Put(SpinCount, count ?? (policy is null ? Rounds : null));
            NativeEnvironment.Put(Policy, policy);
        }
    }
}
