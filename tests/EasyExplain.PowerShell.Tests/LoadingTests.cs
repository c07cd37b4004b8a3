using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace EasyExplain.PowerShell.Tests;

/// <summary>When libtorch is loaded, and how its threads are told to wait: seen from outside, in a process of the host.</summary>
public sealed class LoadingTests
{
    private static readonly string Host = BuiltAssembly.Of("src/EasyExplain.Host", "EasyExplain.Host.dll");

    [LinuxFact]
    public void ImportModule_LoadsNoLibtorch_ImportCamModelDoes()
    {
        const string loaded = "[IO.File]::ReadAllText('/proc/self/maps').Contains('libtorch')";

        Assert.Equal("False\nTrue\n", Run([], $"{loaded}; $m = Import-CamModel; {loaded}").Output);
    }

    /// <summary>libgomp says what it found in the environment while it was loaded, if OMP_DISPLAY_ENV asks it to.</summary>
    [LinuxTheory]
    [InlineData("GOMP_SPINCOUNT = '100'", "")]
    [InlineData("GOMP_SPINCOUNT = '77'", "", "GOMP_SPINCOUNT=77")]
    [InlineData("OMP_WAIT_POLICY = 'ACTIVE'", "GOMP_SPINCOUNT = '100'", "OMP_WAIT_POLICY=ACTIVE")]
    public void Libgomp_SpinsShortly_UnlessTheUserHasChosen(string said, string notSaid, params string[] environment)
    {
        string display = Run(["OMP_DISPLAY_ENV=VERBOSE", .. environment], "$m = Import-CamModel").Error;

        Assert.Contains(said, display, StringComparison.Ordinal);
        Assert.True(notSaid.Length == 0 || !display.Contains(notSaid, StringComparison.Ordinal), display);
    }

    [LinuxFact]
    public void AUsersChoice_MayBeMadeInPowerShell_BeforeTheFirstModel() =>
        Assert.Contains("GOMP_SPINCOUNT = '77'", Run(["OMP_DISPLAY_ENV=VERBOSE"], "$env:GOMP_SPINCOUNT = '77'; $m = Import-CamModel").Error,
            StringComparison.Ordinal);

    /// <summary>Where a system has a libtorch of its own, or LD_LIBRARY_PATH leads to one, the loader finds that one by name.</summary>
    [LinuxTheory]
    [InlineData("$m = Import-CamModel")]
    [InlineData("$three = [TorchSharp.torch]::ones(3).sum().ToString(); $m = Import-CamModel")] // TorchSharp asks for it by name
    public void AnotherLibtorchOnTheLoadersPath_DoesNotTakeThePlaceOfOurs(string first)
    {
        string folder = Directory.CreateTempSubdirectory("decoy [1] ").FullName;
        foreach (string library in new[] { "torch_cpu", "torch", "c10" })
        {
            File.Copy(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "libSystem.Native.so"),
                Path.Combine(folder, $"lib{library}.so"));
        }
        const string loaded = "[IO.File]::ReadAllLines('/proc/self/maps') -match '/lib(torch|torch_cpu|c10)[.]so' -replace '^[^/]*' | " +
            "Sort-Object -Unique";

        ChildProcess run = Run([$"LD_LIBRARY_PATH={folder}"],
            $"{first}; (Invoke-CamExplanation examples/photos/cat.jpg -Model $m -Method ShapleyCAM).Label; {loaded}");
        Directory.Delete(folder, recursive: true);

        string ours = Path.Combine(Repository.Root, "bin", "runtimes", "linux-x64", "native");
        Assert.Equal("", run.Error);
        Assert.Equal(["cat", $"{ours}/libc10.so", $"{ours}/libtorch.so", $"{ours}/libtorch_cpu.so"],
            run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.False(Directory.Exists(Path.Combine(Repository.Root, "bin", "cpu"))); // where TorchSharp would copy another to
    }

    /// <summary>What was chosen for the machine is said with -Verbose, once.</summary>
    [LinuxFact]
    public void AMachineThatTellsNoCaches_IsNamedOnce_AndAnyOtherNever()
    {
        const string command = "$told = 1..2 | ForEach-Object { Import-CamModel -Verbose 4>&1 } | Where-Object { " +
            "\"$_\".Contains('ONEDNN_MAX_CPU_ISA') }; @($told).Count";

        Assert.Equal(TellsNoCaches ? "1\n" : "0\n", Run(["-u", "ONEDNN_MAX_CPU_ISA"], command).Output);
        Assert.Equal("0\n", Run(["ONEDNN_MAX_CPU_ISA=AVX"], command).Output); // the user has chosen
    }

    /// <summary>Wrong numbers are an error, and no map: here, by a choice that is wrong on such a machine.</summary>
    [TellsNoCachesFact]
    public void AChoiceThatMakesLibtorchWrong_IsAnError_ThatNamesIt()
    {
        ChildProcess run = Run(["ONEDNN_MAX_CPU_ISA=AVX2"],
            "try { Import-CamModel } catch { $_.FullyQualifiedErrorId; $_.Exception.Message }");

        Assert.StartsWith("WrongConvolutions,", run.Output, StringComparison.Ordinal);
        Assert.Contains("'AVX2'", run.Output, StringComparison.Ordinal);
    }

    /// <summary>AMD's CPUs have a leaf of caches, or zeros there.</summary>
    internal static bool TellsNoCaches =>
        X86Base.IsSupported && X86Base.CpuId(0, 0) is { Ecx: 0x444D4163 } && X86Base.CpuId(unchecked((int)0x8000001D), 0).Eax == 0;

    private static ChildProcess Run(string[] environment, string command) =>
        ChildProcess.Run("env", ["-u", "GOMP_SPINCOUNT", "-u", "OMP_WAIT_POLICY", .. environment, "dotnet", Host, "-Command", command],
            Repository.Root);
}

/// <summary>A test of what only Linux has: its libtorch computes with libgomp.</summary>
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip = LinuxTheoryAttribute.Reason;
}

/// <inheritdoc cref="LinuxFactAttribute"/>
internal sealed class LinuxTheoryAttribute : TheoryAttribute
{
    public LinuxTheoryAttribute() => Skip = Reason;

    public static string? Reason => OperatingSystem.IsLinux() ? null : "looks at Linux' own OpenMP runtime";
}

/// <summary>A test that needs a machine whose CPUID tells no caches.</summary>
internal sealed class TellsNoCachesFactAttribute : FactAttribute
{
    public TellsNoCachesFactAttribute() =>
        Skip = OperatingSystem.IsLinux() && LoadingTests.TellsNoCaches ? null
        : "this machine tells the sizes of its caches, so that every choice is right";
}
