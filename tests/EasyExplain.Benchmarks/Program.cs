using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using EasyExplain.Benchmarks;
using EasyExplain.Benchmarks.Scaling;
using EasyExplain.Benchmarks.Shards;
using EasyExplain.Benchmarks.Soak;
using EasyExplain.Runtime;

NativeLibraries.Register(); // rows may make tensors before they import a model

// Measurements of memory need a process of their own, and so does a neighbour: this program calls itself.
if (args is [BusyNeighbour.Argument])
{
    BusyNeighbour.Burn();
    return 0;
}
if (args is [PeakMemory.Argument, string work, string argument])
{
    PeakMemory.Measure(work, argument);
    return 0;
}
if (args is [IssueRows.Argument, string count])
{
    IssueRows.Find(int.Parse(count, System.Globalization.CultureInfo.InvariantCulture));
    return 0;
}
if (args is [SoakRun.Argument, string list, string results])
{
    foreach (Reading reading in SoakEngine.Run(File.ReadAllLines(list), results))
    {
        Console.WriteLine(reading.ToLine());
    }
    return 0;
}
if (BenchmarkArguments.Parse(args) is not { } given)
{
    Console.Error.WriteLine(BenchmarkArguments.Usage);
    return 2;
}

if (given.Scaling is { } rounds)
{
    ScalingRun.Measure(rounds);
    return 0;
}
if (given.Shards)
{
    return ShardsRun.Measure();
}

bool Wanted(string what) => what.Contains(given.Only, StringComparison.OrdinalIgnoreCase);
IEnumerable<Row>[] families = given.Soak is { } images
    ? [SoakRows.Measure(images)]
    : [ExplanationRows.Measure(Wanted), QuantisedRows.Measure(Wanted), PassesRows.Measure(Wanted), ProbeRows.Measure(Wanted),
    RelevanceRows.Measure(Wanted), DetectionRows.Measure(Wanted), StartRows.Measure(Wanted), FolderRows.Measure(Wanted), ImportRows.Measure(Wanted),
    StoreRows.Measure(Wanted), IssueRows.Measure(Wanted), ReportTimes.Measure(Wanted)];
var rows = new List<Row>();
foreach (Row row in families.SelectMany(family => family))
{
    rows.Add(row);
    Console.Error.WriteLine(FormattableString.Invariant($"{row.What}: {Measured(row)}"));
}
if (rows.Count == 0)
{
    Console.Error.WriteLine($"No row has '{given.Only}' in its name.");
    return 2;
}
Console.WriteLine("| what | reach | measured | held |");
Console.WriteLine("| --- | --- | --- | --- |");
foreach (Row row in rows)
{
    Console.WriteLine(FormattableString.Invariant(
        $"| {row.What} | {(row.AtLeast ? '≥' : '≤')} {row.Reach}{Unit(row)} | {Measured(row)} | {(row.Held ? "yes" : "no")} |"));
}
if (given.Json is { } file)
{
    var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
    File.WriteAllText(file, JsonSerializer.Serialize(rows, options));
}
return rows.TrueForAll(row => row.Held) ? 0 : 1;

static string Unit(Row row) => row.Unit is null ? "" : " " + row.Unit;

static string Measured(Row row) => FormattableString.Invariant($"{Math.Round(row.Measured, row.Reach < 0.1 ? 4 : 2)}{Unit(row)}");
