namespace EasyExplain.PowerShell.Tests;

/// <summary>The console host as a user starts it: a process, its output, its errors and its exit code.</summary>
public sealed class HostTests : IDisposable
{
    private static readonly string Host = BuiltAssembly.Of("src/EasyExplain.Host", "EasyExplain.Host.dll");
    private readonly string _folder = Directory.CreateTempSubdirectory("host [1] ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void QuickStart_ShowsLayersAndLabel_AsPlainText_AndWritesItsPictures()
    {
        ChildProcess run = Run(Path.Combine(Repository.Root, "examples", "quickstart.ps1"), "-Destination",
            Path.Combine(_folder, "two words"));

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches(@"\n\s+60\s+layer3\.2 1×64×8×8\s+BasicBlock\s+73,984\n", run.Output);
        Assert.Matches(@"\n\s+3 cat\s+75\.5 %\n", run.Output);
        Assert.DoesNotContain('\e', run.Output);
        Assert.Equal(4, Directory.GetFiles(Path.Combine(_folder, "two words"), "cat_*.png").Length);
    }

    [Theory]
    [InlineData("'fine'", 0)]
    [InlineData("exit 3", 3)]
    [InlineData("throw 'no'", 1)]
    [InlineData("if (", 1)]
    public void ExitCode_IsTheScripts(string script, int expected)
    {
        Assert.Equal(expected, RunScript(script).ExitCode);
        Assert.Equal(expected, Run("-Command", script).ExitCode);
    }

    [Fact]
    public void Script_GetsItsArguments_FromTheCurrentDirectory_WhateverItsName()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "sub"));
        File.WriteAllText(Path.Combine(_folder, "sub", "a [1].ps1"), """
            param([Parameter(Position = 0)] [int] $Count, [string] $Name, [switch] $Loud, [switch] $Quiet, [double] $Alpha,
                [Parameter(Position = 1)] [string] $Path)
            "$Count|$Name|$Loud|$Quiet|$Alpha|$Path|$pwd"
            """);

        ChildProcess run = Run("sub/a [1].ps1", "7", "-Name:-x", "a b.jpg", "-Alpha", "-0.5", "-Loud", "-Quiet:$false");

        Assert.Equal($"7|-x|True|False|-0.5|a b.jpg|{_folder}\n", run.Output);
    }

    [Fact]
    public void TheModule_IsImported_ForScriptsCommandsAndWhatIsTyped()
    {
        const string Ask = "\"<$((Get-Module EasyExplain).ModuleBase)>\"";
        string expected = $"<{Repository.Root}>";

        Assert.Equal(new ChildProcess(0, expected + "\n", ""), RunScript(Ask));
        Assert.Equal(new ChildProcess(0, expected + "\n", ""), Run("-Command", Ask));
        Assert.Contains(expected, ChildProcess.Run("dotnet", [Host], _folder, Ask + "\n").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void StandardCmdlets_AreThere()
    {
        ChildProcess run = RunScript("""
            1..3 | Sort-Object -Descending | Select-Object @{ Name = 'N'; Expression = { $_ } } -First 2 | Export-Csv rows.csv
            Get-ChildItem *.csv | Get-Content
            Add-Type 'public static class Compiled { public static int Here => 5; }'
            [Compiled]::Here | ConvertTo-Json
            """);

        Assert.Equal(new ChildProcess(0, "\"N\"\n\"3\"\n\"2\"\n5\n", ""), run);
    }

    [Fact]
    public void Errors_GoToStandardError_AsPlainText_AndTheScriptGoesOn()
    {
        ChildProcess run = RunScript("'before'\nImport-CamModel nothing-like-this.pth\n'after'");

        Assert.Equal((0, "before\nafter\n"), (run.ExitCode, run.Output));
        Assert.Contains("script.ps1:2", run.Error, StringComparison.Ordinal);
        Assert.Contains("nothing-like-this.pth", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Error);
    }

    private ChildProcess RunScript(string script)
    {
        File.WriteAllText(Path.Combine(_folder, "script.ps1"), script);
        return Run("script.ps1");
    }

    private ChildProcess Run(params string[] arguments) => ChildProcess.Run("dotnet", [Host, .. arguments], _folder);
}
