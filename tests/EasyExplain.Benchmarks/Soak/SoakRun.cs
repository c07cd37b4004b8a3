using System.Diagnostics;
using EasyExplain.Models;
using EasyExplain.Tests;

namespace EasyExplain.Benchmarks.Soak;

/// <summary>A long run in a process of its own, so that its memory is its own.</summary>
internal static class SoakRun
{
    /// <summary>
    /// The program calls itself with it: the list of files, the folder for the pictures, the model's file and the precision follow.
    /// </summary>
    public const string Argument = "--soak-engine";

    /// <summary>Through the engine.</summary>
    /// <returns>Readings at 0 %, 10 %, 50 % and 100 %.</returns>
    public static IReadOnlyList<Reading> ThroughEngine(string list, string results, string model, Precision precision) =>
        Run(ThisProgram.Start(Argument, list, results, model, $"{precision}"));

    /// <summary>Through the cmdlets, in one pipeline of a pwsh.</summary>
    /// <returns>Readings at 0 %, 10 %, 50 % and 100 %.</returns>
    public static IReadOnlyList<Reading> ThroughCmdlets(string list, string results, string model, Precision precision)
    {
        ProcessStartInfo start = PowerShellProcess.Start(
            Path.Combine(Repository.Root, "tests", "EasyExplain.Benchmarks", "Soak", "soak.ps1"),
            list, results, typeof(Reading).Assembly.Location, string.Join(',', SoakEngine.Methods),
            string.Join(',', SoakModel.Layers(precision)), model, $"{precision}", SoakModel.CalibrationPath(precision) ?? "");
        // After some minutes PowerShell's telemetry loads .NET's assemblies for HTTP, whose files stay open.
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        return Run(Process.Start(start)!);
    }

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
