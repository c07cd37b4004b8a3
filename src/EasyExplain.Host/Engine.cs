using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;

namespace EasyExplain.Host;

/// <summary>The PowerShell engine with one runspace: runs a script or a command line and says how it ended.</summary>
internal sealed class Engine : IDisposable
{
    private readonly ConsoleHost _host = new();
    private readonly Runspace _runspace;
    private readonly Lock _gate = new();
    private PowerShell? _running;
    private bool _interrupted;

    public Engine()
    {
        Console.CancelKeyPress += OnCancelKeyPress;
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            // Who starts this host names the script; the machine's policy is for what is double-clicked.
            state.ExecutionPolicy = ExecutionPolicy.Bypass;
        }
        _runspace = RunspaceFactory.CreateRunspace(_host, state);
        _runspace.Open();
        PSStyle.Instance.OutputRendering = Terminal.HasColours ? OutputRendering.Host : OutputRendering.PlainText;
    }

    /// <summary>Runs a script file, found from the current directory.</summary>
    public int RunScript(string path, IReadOnlyList<string> arguments)
    {
        string file = Path.GetFullPath(path);
        if (!File.Exists(file))
        {
            Console.Error.WriteLine($"There is no script '{path}' (looked for {file}).");
            return ExitCodes.BadUsage;
        }
        // Looked up as a literal path: as a command name, [brackets] in it would be wildcards.
        CommandInfo? script = _runspace.SessionStateProxy.InvokeCommand.GetCommand(file, CommandTypes.ExternalScript);
        if (script is null)
        {
            Console.Error.WriteLine($"'{path}' is not a PowerShell script: its name should end in .ps1.");
            return ExitCodes.BadUsage;
        }
        return Run(shell =>
        {
            shell.AddCommand(script);
            foreach (string argument in arguments)
            {
                ScriptArguments.Add(shell, argument);
            }
        });
    }

    /// <summary>Runs a command line with the module EasyExplain imported; fails, as in pwsh, when its last statement does.</summary>
    public int RunCommand(string command)
    {
        string manifest = ModuleManifest.Find(AppContext.BaseDirectory);
        int code = RunStatement(shell => shell.AddCommand("Import-Module").AddParameter("Name", WildcardPattern.Escape(manifest)));
        return code == ExitCodes.Success ? RunStatement(shell => shell.AddScript(command)) : code;
    }

    public void Dispose()
    {
        Console.CancelKeyPress -= OnCancelKeyPress;
        _runspace.Dispose();
    }

    private int RunStatement(Action<PowerShell> addCommand)
    {
        int code = Run(addCommand);
        bool failed = code == ExitCodes.Success && _host.ExitCode is null && _runspace.SessionStateProxy.GetVariable("?") is false;
        return failed ? ExitCodes.Failure : code;
    }

    /// <summary>Runs one pipeline; its output and its errors go to the console in the order they happen.</summary>
    private int Run(Action<PowerShell> addCommand)
    {
        using var shell = PowerShell.Create(_runspace);
        addCommand(shell);
        shell.Commands.AddCommand(new Command("Out-Default")
        {
            MergeUnclaimedPreviousCommandResults = PipelineResultTypes.Error | PipelineResultTypes.Output,
        });
        lock (_gate)
        {
            if (_interrupted)
            {
                return ExitCodes.Interrupted;
            }
            _running = shell;
        }
        try
        {
            shell.Invoke(null, new PSInvocationSettings { AddToHistory = true }); // $? is kept only of what goes into the history
            return _interrupted ? ExitCodes.Interrupted : _host.ExitCode ?? ExitCodes.Success; // a stopped script may end without an exception
        }
        catch (Exception) when (_interrupted)
        {
            return ExitCodes.Interrupted;
        }
        catch (IncompleteParseException e)
        {
            Console.Error.WriteLine(e.Message); // the engine's error view has nothing to show for it
            return ExitCodes.Failure;
        }
        catch (RuntimeException e)
        {
            Show(e.ErrorRecord);
            return ExitCodes.Failure;
        }
        finally
        {
            _host.UI.EndProgress();
            lock (_gate)
            {
                _running = null;
            }
        }
    }

    /// <summary>Shows an error that ended a pipeline, in the engine's own error view.</summary>
    private void Show(ErrorRecord error)
    {
        using PowerShell shell = PowerShell.Create(_runspace).AddCommand("Out-Default");
        // As an input object it is output like any other for Out-Default; only errors of a running command are known to be errors.
        _host.UI.Output = Console.Error;
        shell.Invoke(new[] { error });
        _host.UI.Output = Console.Out;
    }

    /// <summary>The first Ctrl+C stops the pipeline; another one, if that does not help, ends the process.</summary>
    private void OnCancelKeyPress(object? sender, ConsoleCancelEventArgs e)
    {
        lock (_gate)
        {
            e.Cancel = !_interrupted;
            _interrupted = true;
            _running?.BeginStop(null, null);
        }
    }
}
