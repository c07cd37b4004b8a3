using System.Globalization;
using EasyExplain.Tests;

namespace EasyExplain.Benchmarks.Shards;

/// <summary>What scheduled-audit.ps1 costs with one model, in a pwsh of its own.</summary>
/// <param name="Model">The model's name, and its images.</param>
/// <param name="Image">Seconds of processor time for an image, all in all.</param>
/// <param name="Start">Seconds of processor time from the start of pwsh to the first image, and from the last one to the end.</param>
/// <param name="Memory">At its highest, in bytes.</param>
/// <param name="PhotoBytes">Of an image's file.</param>
/// <param name="RowBytes">Of an image in the audit, with map and log.</param>
/// <param name="MapBytes">Of its map, in that.</param>
/// <param name="PictureBytes">Of its overlay.</param>
internal sealed record AuditCosts(
    string Model, double Image, double Start, double Memory, double PhotoBytes, double RowBytes, double MapBytes, double PictureBytes)
{
    private const int Few = 10, Rounds = 3;

    /// <summary>Measures it: what many images cost more than a few.</summary>
    /// <param name="name">The model's name, and its images.</param>
    /// <param name="weights">The model's file; null for the bundled one.</param>
    /// <param name="photo">One image, of which copies are made.</param>
    /// <param name="cells">How many cells its map has.</param>
    /// <param name="many">How many images at most.</param>
    /// <param name="folder">An empty folder.</param>
    public static AuditCosts Measure(string name, string? weights, string photo, int cells, int many, DirectoryInfo folder)
    {
        Reading[] few = [.. Runs(Few)], all = [.. Runs(many)];
        double Middle(Reading[] readings, Func<Reading, double> of) => SideBySide.Median(readings.Select(of));
        double PerImage(Func<Reading, double> of) => (Middle(all, of) - Middle(few, of)) / (many - Few);
        double image = PerImage(reading => reading.Seconds);
        return new AuditCosts(name, image, Middle(few, reading => reading.Seconds) - Few * image, Middle(all, reading => reading.Memory),
            new FileInfo(photo).Length, PerImage(reading => reading.Rows), cells, PerImage(reading => reading.Pictures));

        IEnumerable<Reading> Runs(int count) => Enumerable.Range(0, Rounds).Select(round =>
        {
            DirectoryInfo here = folder.CreateSubdirectory($"{count}-{round}");
            string photos = here.CreateSubdirectory("photos").FullName, audit = Path.Combine(here.FullName, "audit");
            for (int number = 0; number < count; number++)
            {
                File.Copy(photo, Path.Combine(photos, $"{number:D6}.jpg"));
            }
            string script = Path.Combine(Repository.Root, "examples", "scheduled-audit.ps1");
            string model = weights is null ? "" : $"; ModelPath = {PowerShellProcess.Quoted(weights)}";
            string[] said = PowerShellProcess.Run(PowerShellProcess.Write(here, "run.ps1", $$"""
                $audit = @{ Path = {{PowerShellProcess.Quoted(photos)}}; Destination = {{PowerShellProcess.Quoted(audit)}}{{model}} }
                & {{PowerShellProcess.Quoted(script)}} @audit
                $self = [Diagnostics.Process]::GetCurrentProcess()
                $said = $LASTEXITCODE, $self.TotalProcessorTime.TotalSeconds, $self.PeakWorkingSet64
                [string]::Format([cultureinfo]::InvariantCulture, '{0} {1} {2}', $said)
                """)).Split(' ');
            if (said[0] != "0")
            {
                throw new InvalidOperationException($"The audit in '{audit}' ended with {said[0]}.");
            }
            double Said(int place) => double.Parse(said[place], CultureInfo.InvariantCulture);
            var reading = new Reading(Said(1), Said(2), Bytes(audit, "audit.*"),
                Bytes(audit, "*.png"));
            here.Delete(recursive: true);
            return reading;
        });
    }

    private static long Bytes(string folder, string files) =>
        Directory.EnumerateFiles(folder, files, SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);

    private readonly record struct Reading(double Seconds, double Memory, double Rows, double Pictures);
}
