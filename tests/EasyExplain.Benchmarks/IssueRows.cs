using System.Diagnostics;
using System.Globalization;
using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Tests.Audit.Findings;

namespace EasyExplain.Benchmarks;

/// <summary>
/// All findings but proofs in made-up rows: ten classes, three maps of 14 × 14 cells and a fused one, 128 numbers of channels. Each in a
/// process of its own, whose memory holds the rows, too.
/// </summary>
internal static class IssueRows
{
    public const string Argument = "--issues";

    private static readonly (int Count, double Seconds, double Megabytes)[] Sizes =
        [(1_000, 2, 250), (10_000, 15, 500), (100_000, 150, 2_500)];

    public static IEnumerable<Row> Measure(Func<string, bool> wanted)
    {
        foreach ((int count, double seconds, double megabytes) in Sizes)
        {
            string time = string.Create(CultureInfo.InvariantCulture, $"findings in {count:N0} rows with 3 maps, processor time");
            string memory = string.Create(CultureInfo.InvariantCulture, $"findings in {count:N0} rows with 3 maps, peak memory");
            if (wanted(time) || wanted(memory))
            {
                using Process child = ThisProgram.Start(Argument, $"{count}");
                string[] said = child.StandardOutput.ReadToEnd().Split(' ');
                child.WaitForExit();
                yield return new Row(time, seconds, double.Parse(said[0], CultureInfo.InvariantCulture), "s");
                yield return new Row(memory, megabytes, double.Parse(said[1], CultureInfo.InvariantCulture) / 1e6, "MB");
            }
        }
    }

    /// <summary>The child's side: prints the seconds of processor time and the bytes.</summary>
    public static void Find(int count)
    {
        CamAuditRow[] rows = PlantedRows.Make(count, PlantedRows.Model(10), maps: 3, side: 14, channels: 128);
        var finder = new IssueFinder(new IssueThresholds(), Enum.GetValues<IssueKind>());
        using Process self = Process.GetCurrentProcess();
        TimeSpan before = self.TotalProcessorTime;
        int found = finder.Find(rows).Issues.Count;
        self.Refresh();
        double seconds = (self.TotalProcessorTime - before).TotalSeconds;
        Console.Error.WriteLine($"{found} findings in {count} rows");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds} {ProcessMemory.Peak()}"));
    }
}
