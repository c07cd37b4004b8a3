namespace EasyExplain.PowerShell.Tests;

/// <summary>How many threads and how much memory a job takes: what its scheduler gave it, by what -Verbose says in a process of its own.</summary>
public sealed class AllocationTests
{
    private const string Script = "Import-CamModel -Verbose 4>&1 | ForEach-Object { if ($_ -is [Management.Automation.VerboseRecord]) " +
        "{ [Console]::Out.WriteLine($_.Message) } }";

    private static readonly string Host = BuiltAssembly.Of("src/EasyExplain.Host", "EasyExplain.Host.dll");

    [UnixTheory]
    [InlineData("1 thread: SLURM_CPUS_PER_TASK says so.", "SLURM_CPUS_PER_TASK=1")]
    [InlineData("2 threads: OMP_NUM_THREADS says so.", "SLURM_CPUS_PER_TASK=1", "OMP_NUM_THREADS=2")]
    [InlineData("2 threads: OMP_NUM_THREADS says so.", "OMP_NUM_THREADS=2", "DOTNET_PROCESSOR_COUNT=1")]
    [InlineData("1 thread: this process may use no more processors,", "DOTNET_PROCESSOR_COUNT=1")] // as under a CPU quota
    [InlineData("1 thread: that is what libtorch has chosen for", "SLURM_CPUS_PER_TASK=64", "taskset", "-c", "0")]
    public void Threads_AreThoseOfTheAllocation(string said, params string[] start) => Assert.Contains(said, Said(start));

    [UnixFact]
    public void AMemoryLimit_LimitsFurtherPasses()
    {
        Assert.Contains("Further passes take up to 128 MiB at a time.", Said("DOTNET_GCHeapHardLimit=0x20000000"));
        Assert.Contains("1 thread: ", Said("$env:OMP_NUM_THREADS"));
    }

    private static string Said(params string[] start)
    {
        // $env: is set by the script itself, after the process has started.
        string script = start is ["$env:OMP_NUM_THREADS"] ? $"$env:OMP_NUM_THREADS = 1; {Script}" : Script;
        string[] given = [.. start.Where(argument => !argument.StartsWith('$'))];
        ChildProcess run = ChildProcess.Run("env", ["-u", "OMP_NUM_THREADS", "-u", "SLURM_CPUS_PER_TASK", .. given, "dotnet", Host,
            "-Command", script], Path.GetTempPath());
        Assert.Equal("", run.Error);
        return run.Output;
    }
}
