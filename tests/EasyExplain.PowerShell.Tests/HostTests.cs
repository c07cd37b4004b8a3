using System.Diagnostics;

namespace EasyExplain.PowerShell.Tests;

/// <summary>The console host as a user starts it: a process, its output, its errors and its exit code.</summary>
public sealed class HostTests : IDisposable
{
    private static readonly string Host = BuiltAssembly.Of("src/EasyExplain.Host", "EasyExplain.Host.dll");
    private readonly string _folder = Directory.CreateTempSubdirectory("host [1] ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Script_ShowsTextAndTables_AsPlainTextWhenRedirected()
    {
        ChildProcess run = RunScript("""
            'before'
            [pscustomobject]@{ Label = 'cat'; Probability = 0.5 }
            """);

        Assert.Equal("before\n\nLabel Probability\n----- -----------\ncat          0.50\n", run.Output.TrimEnd('\n') + "\n");
        Assert.DoesNotContain('\e', run.Output);
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
    }

    [Theory]
    [InlineData("'fine'", 0)]
    [InlineData("exit 3", 3)]
    [InlineData("& { exit 4 }", 4)]
    [InlineData("throw 'no'", 1)]
    [InlineData("Get-Nonsense", 0)] // an error that does not end the script, as in pwsh
    [InlineData("if (", 1)]
    [InlineData("$Host.SetShouldExit(5)", 5)]
    public void Script_ExitCode(string script, int expected) => Assert.Equal(expected, RunScript(script).ExitCode);

    [Fact]
    public void ExitOfAnInnerScript_EndsOnlyThatScript()
    {
        File.WriteAllText(Path.Combine(_folder, "inner.ps1"), "exit 4");

        ChildProcess run = RunScript("& ([IO.Path]::Combine($PSScriptRoot, 'inner.ps1')); \"inner $LASTEXITCODE\"");

        Assert.Equal(("inner 4\n", 0), (run.Output, run.ExitCode));
    }

    [Theory]
    [InlineData("'fine'", 0)]
    [InlineData("exit 3", 3)]
    [InlineData("throw 'no'", 1)]
    [InlineData("'a'; Get-Nonsense", 1)] // the last statement failed, as in pwsh
    [InlineData("Get-Nonsense; 'a'", 0)]
    [InlineData("if (", 1)]
    public void Command_ExitCode(string command, int expected) => Assert.Equal(expected, Run("-Command", command).ExitCode);

    [Fact]
    public void Command_HasTheModuleImported()
    {
        ChildProcess run = Run("-c", "$m = Get-Module EasyExplain;", "\"$($m.Name) $($m.Version)\"; $m.ModuleBase");

        Assert.Equal($"EasyExplain 0.1.0\n{Repository.Root}\n", run.Output);
        Assert.Equal("", run.Error);
    }

    [Fact]
    public void Script_GetsItsArguments()
    {
        const string script = """
            param([Parameter(Position = 0)] [int] $Count, [string] $Name, [switch] $Loud, [switch] $Quiet, [double] $Alpha,
                [Parameter(Position = 1)] [string] $Path)
            "$Count|$Name|$Loud|$Quiet|$Alpha|$Path"
            """;

        ChildProcess run = RunScript(script, "7", "-Name:-x", "a b.jpg", "-Alpha", "-0.5", "-Loud", "-Quiet:$false");

        Assert.Equal("7|-x|True|False|-0.5|a b.jpg\n", run.Output);
    }

    [Fact]
    public void Script_WrongArgument_IsNamed()
    {
        ChildProcess run = RunScript("param([int] $Count) 'ran'", "-Count", "many");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.Contains("'Count'", run.Error);
        Assert.Contains("\"many\"", run.Error);
    }

    [Fact]
    public void TerminatingError_ShowsMessageAndPlace_NotAStackTrace()
    {
        ChildProcess run = RunScript("'before'\nthrow 'went wrong'\n'after'");

        Assert.Equal("before\n", run.Output);
        Assert.Contains("script.ps1:2", run.Error);
        Assert.Contains("throw 'went wrong'", run.Error);
        Assert.Contains("| went wrong", run.Error);
        Assert.DoesNotContain("   at ", run.Error);
        Assert.DoesNotContain('\e', run.Error);
    }

    [Fact]
    public void NonTerminatingError_GoesToStandardError_AndTheScriptGoesOn()
    {
        ChildProcess run = RunScript("[pscustomobject]@{ A = 1 }\nImport-Module nothing-like-this\n'after'");

        Assert.EndsWith("after\n\n", run.Output);
        Assert.Contains("script.ps1:2", run.Error);
        Assert.Contains("nothing-like-this", run.Error);
    }

    [Fact]
    public void ParseError_SaysWhere()
    {
        ChildProcess run = RunScript("'fine'\nif ) 3");

        Assert.Equal("", run.Output);
        Assert.Contains("script.ps1:2", run.Error);
        Assert.Contains("Missing '(' after 'if'", run.Error);
    }

    [Fact]
    public void WarningsVerboseAndDebug_HavePrefixes_AndLeaveTheOutputAlone()
    {
        ChildProcess run = RunScript("""
            [CmdletBinding()] param()
            $DebugPreference = 'Continue'
            $PSCmdlet.WriteWarning('careful'); $PSCmdlet.WriteVerbose('chosen'); $PSCmdlet.WriteDebug('detail'); 'result'
            """, "-Verbose");

        Assert.Equal("result\n", run.Output);
        Assert.Equal("WARNING: careful\nVERBOSE: chosen\nDEBUG: detail\n", run.Error);
    }

    [Fact]
    public void Progress_IsNotWritten_WhenRedirected()
    {
        ChildProcess run = RunScript("$Host.UI.WriteProgress(0, [Management.Automation.ProgressRecord]::new(1, 'Explaining', 'cat.jpg')); 'done'");

        Assert.Equal(("done\n", ""), (run.Output, run.Error));
    }

    [Fact]
    public void Script_WithBracketsInItsName_IsFoundFromTheCurrentDirectory()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "sub"));
        File.WriteAllText(Path.Combine(_folder, "sub", "a [1].ps1"), "\"$PSScriptRoot|$pwd\"");

        Assert.Equal($"{Path.Combine(_folder, "sub")}|{_folder}\n", Run("sub/a [1].ps1").Output);
    }

    [Theory]
    [InlineData("There is no script 'missing.ps1'", "missing.ps1")]
    [InlineData("its name should end in .ps1", "notes.txt")]
    [InlineData("nothing to run")]
    [InlineData("'-Comand' is not an option", "-Comand", "1")]
    [InlineData("-Command needs a command line", "-Command")]
    public void WrongCommandLine_IsExplained(string message, params string[] arguments)
    {
        File.WriteAllText(Path.Combine(_folder, "notes.txt"), "");

        ChildProcess run = Run(arguments);

        Assert.Equal(64, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.Contains(message, run.Error);
    }

    [Fact]
    public void NativeCommands_ShowTheirOutput_AndTheirExitCode()
    {
        ChildProcess run = RunScript("& dotnet --version; \"code $LASTEXITCODE\"; & dotnet no-such-command; \"failed $($LASTEXITCODE -ne 0)\"");

        Assert.Matches(@"^\d+\.\d+\.\S+\ncode 0\n", run.Output);
        Assert.EndsWith("failed True\n", run.Output);
        Assert.Contains("no-such-command", run.Output + run.Error);
        Assert.Equal(0, run.ExitCode);
    }

    [Theory]
    [InlineData("y\n", "did it\n", 0)]
    [InlineData("Yes\n", "did it\n", 0)]
    [InlineData("\n", "did it\n", 0)] // the default
    [InlineData("what\nn\n", "", 0)]
    [InlineData("", "", 1)]           // the input ends: no answer, and no endless loop
    public void Confirm_AsksOnStandardError_AndTakesTheAnswer(string input, string output, int exitCode)
    {
        const string script = """
            [CmdletBinding(SupportsShouldProcess)] param()
            $ErrorActionPreference = 'Stop'
            if ($PSCmdlet.ShouldProcess('cat.png', 'write')) { 'did it' }
            """;
        File.WriteAllText(Path.Combine(_folder, "script.ps1"), script);

        ChildProcess run = ChildProcess.Run("dotnet", [Host, "script.ps1", "-Confirm"], _folder, input);

        Assert.Equal((output, exitCode), (run.Output, run.ExitCode));
        Assert.Contains("\"write\" on target \"cat.png\"", run.Error);
        Assert.Contains("[Y] Yes  [A] Yes to All  [N] No", run.Error);
    }

    [Fact]
    public void ReadLine_AndMandatoryParameters_ComeFromStandardInput()
    {
        File.WriteAllText(Path.Combine(_folder, "script.ps1"),
            "param([Parameter(Mandatory)] [int] $Count, [Parameter(Mandatory)] [string[]] $Name) \"$Count $Name $($Host.UI.ReadLine())\"");

        ChildProcess run = ChildProcess.Run("dotnet", [Host, "script.ps1"], _folder, "3\na\nb\n\nlast\n");

        Assert.Equal("3 a b last\n", run.Output);
    }

    [SigIntFact]
    public void CtrlC_StopsTheScript_RunsItsFinally_AndExitsWith130()
    {
        File.WriteAllText(Path.Combine(_folder, "script.ps1"),
            "try { 'ready'; while ($true) { [Threading.Thread]::Sleep(20) } } finally { $Host.UI.WriteLine('tidied') }");
        using Process process = ChildProcess.Start("dotnet", [Host, "script.ps1"], _folder);
        Assert.Equal("ready", process.StandardOutput.ReadLine());

        ChildProcess.Run("kill", ["-INT", process.Id.ToString()], _folder);
        ChildProcess run = ChildProcess.End(process);

        Assert.Equal((130, "tidied\n", ""), (run.ExitCode, run.Output, run.Error));
    }

    private ChildProcess RunScript(string script, params string[] arguments)
    {
        File.WriteAllText(Path.Combine(_folder, "script.ps1"), script);
        return Run(["script.ps1", .. arguments]);
    }

    private ChildProcess Run(params string[] arguments) => ChildProcess.Run("dotnet", [Host, .. arguments], _folder);
}

/// <summary>A test that sends SIGINT to a child process.</summary>
internal sealed class SigIntFactAttribute : FactAttribute
{
    private const long SigInt = 1 << (2 - 1);

    public SigIntFactAttribute() => Skip =
        OperatingSystem.IsWindows() ? "signals are sent with Unix' kill"
        : IsIgnored() ? "SIGINT is ignored here, as in a shell's background job, and so it would be by every child"
        : null;

    private static bool IsIgnored() => File.Exists("/proc/self/status") && File.ReadLines("/proc/self/status")
        .Where(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))
        .Any(line => (long.Parse(line.AsSpan(7).Trim(), System.Globalization.NumberStyles.HexNumber) & SigInt) != 0);
}

/// <summary>A test of what only Unix has.</summary>
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "a file that a program can wait at is Unix' mkfifo" : null;
}
