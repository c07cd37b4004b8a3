using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using EasyExplain.Tests;

namespace EasyExplain.Pester;

/// <summary>The pwsh of the tool manifest, running tests/Pester; disposed, it is gone.</summary>
internal sealed class PesterProcess : IDisposable
{
    private const string Mark = "##pester ";
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Pester");
    private readonly StringBuilder _said = new();
    private readonly Process _process;

    /// <param name="options">More arguments for Invoke-Suite.ps1.</param>
    public PesterProcess(IEnumerable<string> options)
    {
        string script = Path.Combine(AppContext.BaseDirectory, "Invoke-Suite.ps1");
        string[] pwsh = ["tool", "run", "pwsh", "--", "-NoProfile", "-NonInteractive", "-File", script, Folder];
        var start = new ProcessStartInfo("dotnet", [.. pwsh, .. options])
        {
            WorkingDirectory = Repository.Root, // where the manifest is found from
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A pwsh that the tests start finds the runtime that runs this.
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        _process = Process.Start(start)!;
        _process.StandardInput.Close();
        _process.ErrorDataReceived += (_, e) => Remember(e.Data);
        _process.BeginErrorReadLine();
    }

    /// <summary>The tests as they come; one more, failed, if Pester found none or did not come to its end.</summary>
    public IEnumerable<PesterTest> Tests()
    {
        int count = 0;
        bool whole = false;
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            if (!line.StartsWith(Mark, StringComparison.Ordinal))
            {
                Remember(line);
            }
            else if (line.Length == Mark.Length)
            {
                whole = true;
            }
            else
            {
                count++;
                yield return JsonSerializer.Deserialize<PesterTest>(line.AsSpan(Mark.Length), JsonSerializerOptions.Web)!;
            }
        }
        _process.WaitForExit();
        if (!whole)
        {
            yield return PesterTest.Failure("The suite comes to its end",
                $"pwsh ended with {_process.ExitCode} after {count} tests. It said:\n{_said}");
        }
        else if (count == 0)
        {
            yield return PesterTest.Failure("The suite has tests", $"Pester found none in {Folder}. It said:\n{_said}");
        }
    }

    public void Stop() => _process.Kill(entireProcessTree: true);

    public void Dispose()
    {
        Stop();
        _process.Dispose();
    }

    private void Remember(string? line)
    {
        if (line is null)
        {
            return; // the end of the stream
        }
        lock (_said)
        {
            _said.AppendLine(line);
        }
    }
}
