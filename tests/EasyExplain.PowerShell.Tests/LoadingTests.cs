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

    private static ChildProcess Run(string[] environment, string command) =>
        ChildProcess.Run("env", ["-u", "GOMP_SPINCOUNT", "-u", "OMP_WAIT_POLICY", .. environment, "dotnet", Host, "-Command", command], Repository.Root);
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
