using System.Diagnostics;
using EasyExplain.Tests;

namespace EasyExplain.Benchmarks;

/// <summary>Scripts in a process of their own, as users run them.</summary>
internal static class PowerShellProcess
{
    /// <summary>The built module, quoted for a script.</summary>
    public static string Module { get; } = Quoted(Path.Combine(Repository.Root, "EasyExplain.psd1"));

    /// <summary>What a script prints, in a process of pwsh or, where there is none, of this project's host.</summary>
    public static string Run(string script)
    {
        string[] command = OnPath("pwsh") is { } pwsh ? [pwsh, "-NoProfile", "-NonInteractive", "-File", script] : ["dotnet", BuiltHost(), script];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true };
        start.Environment["NO_COLOR"] = "1";
        using Process process = Process.Start(start)!;
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? text : throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}: {text}");
    }

    /// <summary>A text as a script has it.</summary>
    public static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>Writes a script; gives its path.</summary>
    public static string Write(DirectoryInfo folder, string name, string script)
    {
        string path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, script);
        return path;
    }

    private static string? OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program))
        .FirstOrDefault(File.Exists);

    /// <summary>The host, built beside this program in the same configuration.</summary>
    public static string BuiltHost() => Path.Combine(Repository.Root, "src", "EasyExplain.Host",
        Path.GetRelativePath(Path.Combine(Repository.Root, "tests", "EasyExplain.Benchmarks"), AppContext.BaseDirectory), "EasyExplain.Host.dll");
}
