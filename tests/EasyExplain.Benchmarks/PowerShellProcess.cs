using System.Diagnostics;
using EasyExplain.Tests;

namespace EasyExplain.Benchmarks;

/// <summary>Scripts in a process of their own, as users run them.</summary>
internal static class PowerShellProcess
{
    /// <summary>The built module, quoted for a script.</summary>
    public static string Module { get; } = Quoted(Path.Combine(Repository.Root, "EasyExplain.psd1"));

    /// <summary>The pwsh of the tool manifest itself: `dotnet tool run`, which finds it, would count in what is measured.</summary>
    private static readonly Lazy<string> Pwsh = new(() =>
    {
        Tool("restore");
        return Path.Combine(Tool("run", "pwsh", "--", "-NoProfile", "-Command", "$PSHOME").Trim(), "pwsh.dll");
    });

    /// <summary>How a script is started; what it prints is to be read.</summary>
    public static ProcessStartInfo Start(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet",
            [Pwsh.Value, "-NoProfile", "-NonInteractive", "-File", script, .. arguments])
        { RedirectStandardOutput = true };
        start.Environment["NO_COLOR"] = "1";
        return start;
    }

    /// <summary>What a script prints, in a process of its own.</summary>
    public static string Run(string script) => Output(Start(script));

    /// <summary>A text as a script has it.</summary>
    public static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>Writes a script; gives its path.</summary>
    public static string Write(DirectoryInfo folder, string name, string script)
    {
        string path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, script);
        return path;
    }

    private static string Tool(params string[] arguments) =>
        Output(new ProcessStartInfo("dotnet", ["tool", .. arguments]) { WorkingDirectory = Repository.Root });

    private static string Output(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        using Process process = Process.Start(start)!;
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? text
            : throw new InvalidOperationException(
            $"{start.FileName} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}: {text}");
    }
}
