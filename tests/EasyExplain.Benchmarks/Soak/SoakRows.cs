using EasyExplain.Models;
using EasyExplain.Tests;

namespace EasyExplain.Benchmarks.Soak;

/// <summary>Whether the last image of many takes what the first ones took: through the engine, and through the cmdlets.</summary>
internal static class SoakRows
{
    // What is flat may still waver: the C library gives memory back in its own time.
    private const double Flat = 1.02;
    private const int WarmPercent = 10;

    private static readonly Part[] Parts =
    [
        new("through the engine", Precision.Float32, SoakRun.ThroughEngine),
        new("through the cmdlets", Precision.Float32, SoakRun.ThroughCmdlets),
        new("in Int8 through the engine", Precision.Int8, SoakRun.ThroughEngine),
        new("in Int8 through the cmdlets", Precision.Int8, SoakRun.ThroughCmdlets),
    ];

    private static readonly (string What, double Reach, Func<Reading, double> Of)[] Rows =
    [
        ("resident memory", Flat, reading => reading.Resident),
        ("native tensors", 1, reading => reading.Tensors),
        ("open handles", Flat, reading => reading.Handles),
    ];

    /// <summary>Runs both, in float32 and in Int8, and prints what was read on the way.</summary>
    /// <param name="count">How many images each explains.</param>
    /// <param name="wanted">Tells by its name whether a row is asked for; a run takes place for any of its rows.</param>
    public static IEnumerable<Row> Measure(int count, Func<string, bool> wanted)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("easyexplain-soak-");
        try
        {
            string[] files = SoakPhotos.Write(
                folder.CreateSubdirectory("photos").FullName, Path.Combine(Repository.Root, "examples", "photos"), count);
            string list = Path.Combine(folder.FullName, "files.txt");
            File.WriteAllLines(list, files);
            Console.WriteLine($"{count} images, {files.Distinct().Count()} files; {string.Join(", ", SoakEngine.Methods)} at three " +
                "layers, in Int8 at one, overlays as JPEG.");
            Console.WriteLine();
            Console.WriteLine("| through | done | resident MB | highest MB since | managed MB | native heap in use MB | tensors | " +
                "handles | explained | refused |");
            Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
            foreach (Part part in Parts.Where(part => Rows.Any(row => wanted(What(row.What, part, count)))))
            {
                string model = SoakModel.Path(part.Precision, folder.FullName);
                IReadOnlyList<Reading> readings = part.Run(list, folder.CreateSubdirectory(part.Through).FullName, model, part.Precision);
                foreach (Reading reading in readings)
                {
                    Console.WriteLine(FormattableString.Invariant(
                        $"| {part.Through} | {reading.Percent} % | {reading.Resident / 1e6:f0} | {reading.Highest / 1e6:f0} | ") +
                        FormattableString.Invariant($"{reading.Managed / 1e6:f1} | {reading.Native / 1e6:f1} | {reading.Tensors} | ") +
                        FormattableString.Invariant($"{reading.Handles} | {reading.Done} | {reading.Refused} |"));
                }
                Reading warm = readings.First(reading => reading.Percent == WarmPercent);
                foreach ((string what, double reach, Func<Reading, double> of) in Rows)
                {
                    yield return new Row(What(what, part, count), reach, of(readings[^1]) / of(warm));
                }
            }
            foreach (Row row in PeakRows.Measure(folder.FullName, wanted))
            {
                yield return row;
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string What(string row, Part part, int count) =>
        $"{row} after {count} images {part.Through} / after {count * WarmPercent / 100}";

    private sealed record Part(
        string Through, Precision Precision, Func<string, string, string, Precision, IReadOnlyList<Reading>> Run);
}
