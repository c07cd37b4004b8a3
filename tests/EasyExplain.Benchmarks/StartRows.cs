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
            string picture = Path.Combine(folder.FullName, "cat_Overlay.png");
            string import = PowerShellProcess.Write(folder, "import.ps1",
                $"$watch = [Diagnostics.Stopwatch]::StartNew(); Import-Module {PowerShellProcess.Module}; $watch.Elapsed.TotalSeconds");
            string first = PowerShellProcess.Write(folder, "first.ps1", $"""
                Import-Module {PowerShellProcess.Module}
                Invoke-CamExplanation -LiteralPath {PowerShellProcess.Quoted(Repository.Photo("cat.jpg"))} -Model (Import-CamModel) |
                    Export-CamOverlay {PowerShellProcess.Quoted(folder.FullName)} -FileName cat_Overlay
                """);
            if (wanted(Import))
            {
                yield return new Row(Import, 0.5, Median(() => double.Parse(PowerShellProcess.Run(import), CultureInfo.InvariantCulture)),
                    "s");
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
    private static double Median(Func<double> measure) =>
        SideBySide.Median([.. Enumerable.Range(0, 1 + Rounds).Select(_ => measure()).Skip(1)]);

    private static double SecondsToFile(string script, string picture)
    {
        File.Delete(picture);
        long start = Stopwatch.GetTimestamp();
        string said = PowerShellProcess.Run(script);
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        return File.Exists(picture) ? took.TotalSeconds : throw new InvalidOperationException($"'{script}' wrote no '{picture}': {said}");
    }
}
