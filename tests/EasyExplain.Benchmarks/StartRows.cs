using System.Diagnostics;
using System.Globalization;
using EasyExplain.Tests;

namespace EasyExplain.Benchmarks;

/// <summary>How long a user waits for the module, and for a first explanation by the bundled model in a process of its own.</summary>
internal static class StartRows
{
    private const int Rounds = 9;

    public static IEnumerable<Row> Measure(Func<string, bool> wanted)
    {
        const string Import = "Import-Module", First = "first explanation of the bundled model, cold process to file written";
        DirectoryInfo folder = Directory.CreateTempSubdirectory("easyexplain-benchmarks-");
        try
        {
            string module = Quoted(Path.Combine(Repository.Root, "EasyExplain.psd1")), picture = Path.Combine(folder.FullName, "cat_Overlay.png");
            string import = Write(folder, "import.ps1", $"$watch = [Diagnostics.Stopwatch]::StartNew(); Import-Module {module}; $watch.Elapsed.TotalSeconds");
            string first = Write(folder, "first.ps1", $"""
                Import-Module {module}
                Invoke-CamExplanation -LiteralPath {Quoted(Repository.Photo("cat.jpg"))} -Model (Import-CamModel) | Export-CamOverlay {Quoted(folder.FullName)} -FileName cat_Overlay
                """);
            if (wanted(Import))
            {
                yield return new Row(Import, 0.5, Median(() => double.Parse(Run(import), CultureInfo.InvariantCulture)), "s");
            }
            if (wanted(First))
            {
                yield return new Row(First, 3, Median(() => SecondsToFile(first, picture)), "s");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The first is not counted: it brings the files into the system's cache.</summary>
    private static double Median(Func<double> measure) => SideBySide.Median([.. Enumerable.Range(0, 1 + Rounds).Select(_ => measure()).Skip(1)]);

    private static double SecondsToFile(string script, string picture)
    {
        File.Delete(picture);
        long start = Stopwatch.GetTimestamp();
        string said = Run(script);
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        return File.Exists(picture) ? took.TotalSeconds : throw new InvalidOperationException($"'{script}' wrote no '{picture}': {said}");
    }

    /// <summary>What a script prints, in a process of pwsh or, where there is none, of this project's host.</summary>
    private static string Run(string script)
    {
        string[] command = OnPath("pwsh") is { } pwsh ? [pwsh, "-NoProfile", "-NonInteractive", "-File", script] : ["dotnet", BuiltHost(), script];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true };
        start.Environment["NO_COLOR"] = "1";
        using Process process = Process.Start(start)!;
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? text : throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}: {text}");
    }

    private static string? OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program))
        .FirstOrDefault(File.Exists);

    /// <summary>The host, built beside this program in the same configuration.</summary>
    private static string BuiltHost() => Path.Combine(Repository.Root, "src", "EasyExplain.Host",
        Path.GetRelativePath(Path.Combine(Repository.Root, "tests", "EasyExplain.Benchmarks"), AppContext.BaseDirectory), "EasyExplain.Host.dll");

    private static string Write(DirectoryInfo folder, string name, string script)
    {
        string path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, script);
        return path;
    }

    private static string Quoted(string path) => $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";
}
