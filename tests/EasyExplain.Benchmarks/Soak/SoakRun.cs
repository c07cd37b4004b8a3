using System.Diagnostics;
using EasyExplain.Tests;

namespace EasyExplain.Benchmarks.Soak;

/// <summary>A long run in a process of its own, so that its memory is its own.</summary>
internal static class SoakRun
{
    /// <summary>The program calls itself with it: the list of files and the folder for the pictures follow.</summary>
    public const string Argument = "--soak-engine";

    /// <summary>Through the engine.</summary>
    /// <returns>Readings at 0 %, 10 %, 50 % and 100 %.</returns>
    public static IReadOnlyList<Reading> ThroughEngine(string list, string results) => Run(ThisProgram.Start(Argument, list, results));

    /// <summary>Through the cmdlets, in one pipeline of a pwsh.</summary>
    /// <returns>Readings at 0 %, 10 %, 50 % and 100 %.</returns>
    public static IReadOnlyList<Reading> ThroughCmdlets(string list, string results) => Run(Process.Start(PowerShellProcess.Start(
        Path.Combine(Repository.Root, "tests", "EasyExplain.Benchmarks", "Soak", "soak.ps1"),
        list, results, typeof(Reading).Assembly.Location, string.Join(',', SoakEngine.Methods)))!);

    private static Reading[] Run(Process child)
    {
        using (child)
        {
            string[] lines = child.StandardOutput.ReadToEnd()
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            child.WaitForExit();
            return child.ExitCode == 0
                ? [.. lines.Select(Reading.Parse)]
                : throw new InvalidOperationException(
                $"'{child.StartInfo.FileName} {string.Join(' ', child.StartInfo.ArgumentList)}' ended with {child.ExitCode}: " +
                $"{string.Join(" ", lines)}");
        }
    }
}
