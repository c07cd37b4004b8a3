using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EasyExplain.PowerShell.Tests;

/// <summary>SIGTERM, as schedulers send it before they end a process: the image in work comes out, and what was done is kept.</summary>
public sealed class TerminationTests : IDisposable
{
    private const int SigTerm = 15;

    private static readonly string Host = BuiltAssembly.Of("src/EasyExplain.Host", "EasyExplain.Host.dll");
    private readonly ModuleSession _session = new();
    private readonly List<bool> _kept = []; // of each signal, whether somebody had kept it from the system
    private int _awaited; // how many of them somebody has waited for
    private readonly PosixSignalRegistration? _last;

    public TerminationTests()
    {
        for (int i = 0; i < 6; i++)
        {
            File.Copy(Repository.Photo("cat.jpg"), Path.Combine(_session.Folder, $"{i}.jpg"));
        }
        // Whoever registers first is told last: when this one hears it, the module has heard it.
        _last = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            // The runtime calls this on a thread of its own, which may still be here when the test is over: there is nothing to dispose.
            lock (_kept)
            {
                _kept.Add(context.Cancel);
                context.Cancel = true;
                Monitor.PulseAll(_kept);
            }
        });
    }

    public void Dispose()
    {
        _last?.Dispose();
        _session.Dispose();
    }

    /// <summary>Also of images that were named together, of which the next ones have been read already.</summary>
    [UnixTheory]
    [InlineData("(0..5).ForEach({ \"$_.jpg\" }) | Invoke-CamExplanation @explain")]
    [InlineData("Invoke-CamExplanation -LiteralPath (0..5).ForEach({ \"$_.jpg\" }) @explain")]
    [InlineData("Invoke-CamExplanation ?.jpg @explain")]
    public void TheImageInWork_ComesOut_AndTheNextRunGoesOn(string images)
    {
        ModuleSession.Result first = Run($$"""
            $explain = @{ Model = Import-CamModel; SkipExisting = 'audit.db' }
            {{images}} | Export-CamAudit audit.db -PassThru | ForEach-Object { $_.Path; if (++$global:out -eq 2) { $terminate.Invoke() } }
            """);

        Assert.Equal("Interrupted,EasyExplain.PowerShell.Cmdlets.InvokeCamExplanationCommand", first.Terminated?.FullyQualifiedErrorId);
        Assert.Equal("OperationStopped", first.Terminated!.CategoryInfo.Category.ToString());
        Assert.Contains("-SkipExisting", first.Terminated.Exception.Message, StringComparison.Ordinal);
        Assert.Equal("2 2", Count());
        Assert.Equal([true], _kept);

        ModuleSession.Result second = Run($"$explain = @{{ Model = Import-CamModel; SkipExisting = 'audit.db'; Verbose = $true }}\n" +
            $"$global:out = 0; {images} | Export-CamAudit audit.db -PassThru | ForEach-Object {{ $global:out++ }}");
        Assert.Empty(second.OrThrow());
        Assert.Contains("2 of the photos were passed over: 'audit.db' has them.", second.Verbose);
        Assert.Equal("6 6", Count());

        string Count() => _session.Run("\"$out $(@(Get-CamAudit audit.db).Count)\"").OrThrow().Single().ToString();
    }

    /// <summary>It comes while the command waits for its next image.</summary>
    [UnixFact]
    public void NoImageIsBegun_AfterTheSignal()
    {
        ModuleSession.Result result = Run("""
            0..5 | ForEach-Object { if ($_ -eq 3) { $terminate.Invoke() }; "$_.jpg" } | Invoke-CamExplanation -Model (Import-CamModel) |
                ForEach-Object { $global:out++ }
            """);
        Assert.StartsWith("Interrupted,", result.Terminated?.FullyQualifiedErrorId);
        Assert.Equal("3", _session.Run("\"$out\"").OrThrow().Single().ToString());
    }

    /// <summary>It comes in the end: nobody asks twice, so that it is not lost.</summary>
    [UnixFact]
    public void AfterTheLastImage_TheCommandStillEndsWithIt()
    {
        ModuleSession.Result result = Run("""
            & { '0.jpg'; $null = $terminate.Invoke() } | Invoke-CamExplanation -Model (Import-CamModel) | ForEach-Object { $global:out++ }
            """);
        Assert.StartsWith("Interrupted,", result.Terminated?.FullyQualifiedErrorId);
        Assert.Equal("1", _session.Run("\"$out\"").OrThrow().Single().ToString());
    }

    [UnixTheory]
    [InlineData("Invoke-CamExplanation ?.jpg $model | Measure-CamExplanation -Metric Insertion -StepCount 2 -PassThru")]
    [InlineData("Measure-CamExplanation -LiteralPath 0.jpg, 1.jpg, 2.jpg $model -Metric Insertion -StepCount 2 -PassThru")]
    [InlineData("Get-CamConcept ?.jpg $model")]
    public void TheOthersThatTakeImages_EndInTheSameWay(string command)
    {
        ModuleSession.Result result = Run($$"""
            $model = Import-CamModel
            {{command}} | ForEach-Object { $global:out++; $terminate.Invoke() }
            """);
        Assert.StartsWith("Interrupted,", result.Terminated?.FullyQualifiedErrorId);
        Assert.Equal("1", _session.Run("\"$out\"").OrThrow().Single().ToString());
    }

    /// <summary>What is measured is the explanation that was in work when the signal came, further up.</summary>
    [UnixFact]
    public void TheExplanationInWork_IsMeasured()
    {
        ModuleSession.Result result = Run("""
            Invoke-CamExplanation ?.jpg (Import-CamModel) | ForEach-Object { $terminate.Invoke(); $_ } |
                Measure-CamExplanation -Metric Insertion -StepCount 2 -PassThru | ForEach-Object { $global:out += $_.Measure.Insertion }
            """);
        Assert.StartsWith("Interrupted,", result.Terminated?.FullyQualifiedErrorId);
        Assert.NotEqual("", _session.Run("\"$out\"").OrThrow().Single().ToString());
    }

    [UnixFact]
    public void ASecondOne_AndOneWhenNothingRuns_AreTheSystems()
    {
        Run("Invoke-CamExplanation ?.jpg (Import-CamModel) | ForEach-Object { $terminate.Invoke(); $terminate.Invoke() }");
        Assert.Equal([true, false], _kept);
        Run("$terminate.Invoke(); $null = Import-CamModel; $terminate.Invoke()").OrThrow();
        Assert.Equal([true, false, false, false], _kept);
    }

    /// <summary>Another error ends the pipeline first: whoever wanted the process to end still gets it.</summary>
    [UnixFact]
    public void OneThatNobodyHeeds_IsGivenBack()
    {
        ModuleSession.Result result = Run("Invoke-CamExplanation ?.jpg (Import-CamModel) | ForEach-Object { $terminate.Invoke(); throw 'other' }");
        Assert.Equal("other", result.Terminated?.Exception.Message);
        Assert.True(Heard(), "it is gone");
        Assert.Equal([true, false], _kept);
    }

    /// <summary>A process as a scheduler has it; it says each image, and goes on when it is told to.</summary>
    [UnixFact]
    public void AProcess_EndsWithItsRowsWritten_AndTheNextGoesOn()
    {
        using Process first = Start();
        string? line = first.StandardOutput.ReadLine();
        Terminate(first);
        var done = new List<string>();
        for (; line is not null && !line.StartsWith("Interrupted", StringComparison.Ordinal); line = first.StandardOutput.ReadLine())
        {
            done.Add(line);
            first.StandardInput.WriteLine();
        }
        Assert.Equal(new ChildProcess(75, "", ""), ChildProcess.End(first));
        Assert.InRange(done.Count, 1, 5);
        Assert.Equal(done, Rows());

        using Process second = Start();
        second.StandardInput.Write("\n\n\n\n\n\n");
        Assert.Equal(0, ChildProcess.End(second).ExitCode);
        Assert.Equal(6, Rows().Length);
    }

    /// <summary>The image in work never ends here: a further signal ends the process, and the file is whole.</summary>
    [UnixFact]
    public void AProcessThatIsAskedAgain_EndsAtOnce()
    {
        using Process first = Start();
        Assert.NotNull(first.StandardOutput.ReadLine());
        do
        {
            Terminate(first);
        }
        while (!first.WaitForExit(100));
        Assert.Equal(128 + SigTerm, first.ExitCode);
        Assert.InRange(Rows().Length, 0, 1);
    }

    private Process Start()
    {
        File.WriteAllText(Path.Combine(_session.Folder, "job.ps1"), """
            param($Module)
            $ErrorActionPreference = 'Stop'
            Import-Module $Module
            $explain = @{ Model = Import-CamModel; SkipExisting = 'audit.db' }
            try {
                0..5 | ForEach-Object { "$_.jpg" } | Invoke-CamExplanation @explain | Export-CamAudit audit.db -PassThru | ForEach-Object {
                    [Console]::Out.WriteLine($_.Path)
                    $null = [Console]::In.ReadLine()
                }
            }
            catch {
                [Console]::Out.WriteLine($_.FullyQualifiedErrorId)
                exit 75
            }
            """);
        return ChildProcess.Start("dotnet", [Host, "job.ps1", Path.Combine(Repository.Root, "EasyExplain.psd1")], _session.Folder);
    }

    private string[] Rows() => [.. _session.Run("if ([IO.File]::Exists(\"$PWD/audit.db\")) { Get-CamAudit audit.db | ForEach-Object Path }")
        .OrThrow().Select(path => path.ToString())];

    private ModuleSession.Result Run(string script)
    {
        Action terminate = () =>
        {
            Assert.Equal(0, Kill(Environment.ProcessId, SigTerm));
            Assert.True(Heard(), "nobody heard the signal");
        };
        return _session.Run($"$terminate = $args[0]\n{script}", terminate);
    }

    /// <summary>Waits for the next signal; false where none comes within a minute.</summary>
    private bool Heard()
    {
        lock (_kept)
        {
            _awaited++;
            while (_kept.Count < _awaited)
            {
                if (!Monitor.Wait(_kept, TimeSpan.FromMinutes(1)))
                {
                    return false;
                }
            }
            return true;
        }
    }

    private static void Terminate(Process process) => _ = Kill(process.Id, SigTerm);

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
