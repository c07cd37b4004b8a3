using EasyExplain.Tests;

namespace EasyExplain.Benchmarks.Soak;

/// <summary>Whether the last image of many takes what the first ones took: through the engine, and through the cmdlets.</summary>
internal static class SoakRows
{
    // What is flat may still waver: the C library gives memory back in its own time.
    private const double Flat = 1.02;
    private const int WarmPercent = 10;

    /// <summary>Runs both, and prints what was read on the way.</summary>
    /// <param name="count">How many images each explains.</param>
    public static IEnumerable<Row> Measure(int count)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("easyexplain-soak-");
        try
        {
            string[] files = SoakPhotos.Write(folder.CreateSubdirectory("photos").FullName, Path.Combine(Repository.Root, "examples", "photos"), count);
            string list = Path.Combine(folder.FullName, "files.txt");
            File.WriteAllLines(list, files);
            Console.WriteLine($"{count} images, {files.Distinct().Count()} files; {string.Join(", ", SoakEngine.Methods)} at three layers, overlays as JPEG.");
            Console.WriteLine();
            Console.WriteLine("| through | done | resident MB | highest MB since | managed MB | native heap in use MB | tensors | handles | explained | refused |");
            Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
            foreach (var (through, run) in new (string, Func<string, string, IReadOnlyList<Reading>>)[] { ("the engine", SoakRun.ThroughEngine), ("the cmdlets", SoakRun.ThroughCmdlets) })
            {
                IReadOnlyList<Reading> readings = run(list, folder.CreateSubdirectory(through).FullName);
                foreach (Reading reading in readings)
                {
                    Console.WriteLine(FormattableString.Invariant(
                        $"| {through} | {reading.Percent} % | {reading.Resident / 1e6:f0} | {reading.Highest / 1e6:f0} | {reading.Managed / 1e6:f1} | {reading.Native / 1e6:f1} | {reading.Tensors} | {reading.Handles} | {reading.Done} | {reading.Refused} |"));
                }
                Reading warm = readings.First(reading => reading.Percent == WarmPercent);
                Row Grown(string what, double reach, Func<Reading, double> of) =>
                    new($"{what} after {count} images through {through} / after {count * WarmPercent / 100}", reach, of(readings[^1]) / of(warm));
                yield return Grown("resident memory", Flat, reading => reading.Resident);
                yield return Grown("native tensors", 1, reading => reading.Tensors);
                yield return Grown("open handles", Flat, reading => reading.Handles);
            }
            foreach (Row row in PeakRows.Measure(folder.FullName))
            {
                yield return row;
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
