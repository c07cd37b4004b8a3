using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using EasyExplain.Benchmarks;

// A measurement of memory needs a process of its own, and so does a neighbour: this program calls itself.
if (args is [BusyNeighbour.Argument])
{
    BusyNeighbour.Burn();
    return 0;
}
if (args is [PeakMemory.Argument, string measured])
{
    PeakMemory.Measure(measured);
    return 0;
}
var given = new Dictionary<string, string>();
foreach (string[] option in args.Chunk(2))
{
    if (option is not ["--json" or "--only", _] || !given.TryAdd(option[0], option[1]))
    {
        Console.Error.WriteLine("usage: EasyExplain.Benchmarks [--json FILE] [--only TEXT]   (--only: the rows that have the text in their name)");
        return 2;
    }
}

string only = given.GetValueOrDefault("--only", "");
bool Wanted(string what) => what.Contains(only, StringComparison.OrdinalIgnoreCase);
IEnumerable<Row>[] families = [ExplanationRows.Measure(Wanted), PassesRows.Measure(Wanted), StartRows.Measure(Wanted), FolderRows.Measure(Wanted), ImportRows.Measure(Wanted)];
var rows = new List<Row>();
foreach (Row row in families.SelectMany(family => family))
{
    rows.Add(row);
    Console.Error.WriteLine(FormattableString.Invariant($"{row.What}: {Measured(row)}"));
}
if (rows.Count == 0)
{
    Console.Error.WriteLine($"No row has '{only}' in its name.");
    return 2;
}
Console.WriteLine("| what | reach | measured | held |");
Console.WriteLine("| --- | --- | --- | --- |");
foreach (Row row in rows)
{
    Console.WriteLine(FormattableString.Invariant($"| {row.What} | {(row.AtLeast ? '≥' : '≤')} {row.Reach}{Unit(row)} | {Measured(row)} | {(row.Held ? "yes" : "no")} |"));
}
if (given.TryGetValue("--json", out string? file))
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
