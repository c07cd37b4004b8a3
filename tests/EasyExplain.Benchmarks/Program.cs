using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using EasyExplain.Benchmarks;
using EasyExplain.Benchmarks.Faithfulness;
using EasyExplain.Benchmarks.Scaling;
using EasyExplain.Benchmarks.Shards;
using EasyExplain.Benchmarks.Soak;
using EasyExplain.Models;
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
if (args is [SoakRun.Argument, string list, string results, string model, string precision])
{
    foreach (Reading reading in SoakEngine.Run(File.ReadAllLines(list), results, model, Enum.Parse<Precision>(precision)))
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
if (given.Faithfulness is { } photos)
{
    FaithfulnessRun.Measure(photos);
    return 0;
}
if (given.Shards)
{
    return ShardsRun.Measure();
}

bool Wanted(string what) => what.Contains(given.Only, StringComparison.OrdinalIgnoreCase);
// By the headings of docs/performance.md.
(string Heading, IEnumerable<Row>[] Families)[] sections = given.Soak is { } images
    ? [("Memory", [SoakRows.Measure(images, Wanted)])]
    :
    [
        ("Explanations", [ExplanationRows.Measure(Wanted), PassesRows.Measure(Wanted), ProbeRows.Measure(Wanted),
            RelevanceRows.Measure(Wanted), DetectionRows.Measure(Wanted)]),
        ("Int8", [QuantisedRows.Measure(Wanted)]),
        ("Start, import and folders", [StartRows.Measure(Wanted), FolderRows.Measure(Wanted), ImportRows.Measure(Wanted)]),
        ("Audits and reports", [StoreRows.Measure(Wanted), IssueRows.Measure(Wanted), ReportTimes.Measure(Wanted)]),
    ];
string measuredOn = FormattableString.Invariant($"Measured on {DateTime.Now:yyyy-MM-dd}: {Machine.Line}.");
Console.Error.WriteLine(measuredOn);
var rows = new List<Row>();
var page = new StringBuilder($"{measuredOn}\n");
foreach ((string heading, IEnumerable<Row>[] families) in sections)
{
    int before = rows.Count;
    foreach (Row row in families.SelectMany(family => family))
    {
        rows.Add(row with { Machine = Machine.Line });
        Console.Error.WriteLine($"{row.What}: {RowTable.Measured(row)}");
    }
    if (rows.Count > before)
    {
        page.Append($"\n## {heading}\n\n{RowTable.Head}\n").AppendJoin('\n', rows.Skip(before).Select(RowTable.Line)).Append('\n');
    }
}
if (rows.Count == 0)
{
    Console.Error.WriteLine($"No row has '{given.Only}' in its name.");
    return 2;
}
Console.Write(page);
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
return rows.Exists(row => row.Held == false) ? 1 : 0;
