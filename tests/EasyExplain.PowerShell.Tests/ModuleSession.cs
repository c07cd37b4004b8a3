using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace EasyExplain.PowerShell.Tests;

/// <summary>A PowerShell session with the module imported from EasyExplain.psd1, in an empty folder of its own.</summary>
public sealed class ModuleSession : IDisposable
{
    private readonly Runspace _runspace;

    public ModuleSession()
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Bypass;
        }
        _runspace = RunspaceFactory.CreateRunspace(state);
        _runspace.Open();
        _runspace.SessionStateProxy.Path.SetLocation(WildcardPattern.Escape(Folder));
        Run("Import-Module -Name $args[0]", Path.Combine(Repository.Root, "EasyExplain.psd1")).OrThrow();
    }

    /// <summary>The session's folder, its current location; its name has brackets in it, as users' folders do.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("easyexplain [1] ").FullName;

    /// <summary>The session itself, for a test that wants more of it than <see cref="Run"/> shows.</summary>
    public Runspace Runspace => _runspace;

    /// <summary>Runs a script; <paramref name="arguments"/> are its $args.</summary>
    public Result Run(string script, params object[] arguments)
    {
        using var shell = System.Management.Automation.PowerShell.Create(_runspace);
        shell.AddScript("param($script, $arguments) try { & ([scriptblock]::Create($script)) @arguments } catch { throw }")
            .AddArgument(script).AddArgument(arguments);
        try
        {
            Collection<PSObject> output = shell.Invoke();
            return new Result(output, [.. shell.Streams.Error], [.. shell.Streams.Warning.Select(warning => warning.Message)],
                [.. shell.Streams.Verbose.Select(verbose => verbose.Message)], null);
        }
        catch (RuntimeException e)
        {
            return new Result([], [.. shell.Streams.Error], [.. shell.Streams.Warning.Select(warning => warning.Message)],
                [.. shell.Streams.Verbose.Select(verbose => verbose.Message)], e.ErrorRecord);
        }
    }

    /// <summary>Runs a script and stops it, as Ctrl+C does, when it has put out so many objects; how many there were in the end.</summary>
    public int Stop(string script, int afterOutputs, params object[] arguments)
    {
        using var shell = System.Management.Automation.PowerShell.Create(_runspace);
        shell.AddScript(script);
        foreach (object argument in arguments)
        {
            shell.AddArgument(argument);
        }
        using var output = new PSDataCollection<PSObject>();
        using var enough = new ManualResetEventSlim();
        output.DataAdded += (_, _) =>
        {
            if (output.Count >= afterOutputs)
            {
                enough.Set();
            }
        };
        IAsyncResult run = shell.BeginInvoke<PSObject, PSObject>(null, output);
        Assert.True(enough.Wait(TimeSpan.FromMinutes(2)), "no output");
        shell.Stop();
        Assert.Throws<PipelineStoppedException>(() => shell.EndInvoke(run));
        return output.Count;
    }

    public void Dispose()
    {
        _runspace.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>What a script left in its streams.</summary>
    public sealed record Result(Collection<PSObject> Output, IReadOnlyList<ErrorRecord> Errors, IReadOnlyList<string> Warnings,
        IReadOnlyList<string> Verbose, ErrorRecord? Terminated)
    {
        /// <summary>The output of a script that was to go well.</summary>
        public Collection<PSObject> OrThrow()
        {
            Assert.True(Terminated is null, Terminated?.ToString());
            Assert.Empty(Errors);
            return Output;
        }

        /// <summary>A property of the only output.</summary>
        public T Get<T>(string property) =>
            (T)LanguagePrimitives.ConvertTo(OrThrow().Single().Properties[property].Value, typeof(T),
            System.Globalization.CultureInfo.InvariantCulture);
    }
}
