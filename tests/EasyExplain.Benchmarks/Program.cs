using System.Text.Encodings.Web;
using System.Text.Json;
using EasyExplain.Benchmarks;

// A measurement of memory needs a process of its own: this program calls itself.
if (args is [PeakMemory.Argument, string measured])
{
    PeakMemory.Measure(measured);
    return 0;
}
if (args is not ([] or ["--json", _]))
{
    Console.Error.WriteLine("usage: EasyExplain.Benchmarks [--json FILE]");
    return 2;
}

var rows = new List<Row>();
foreach (Row row in ImportRows.Measure())
{
    rows.Add(row);
    Console.Error.WriteLine($"{row.What}: {row.Measured:f2}");
}
Console.WriteLine("| what | reach | measured | held |");
Console.WriteLine("| --- | --- | --- | --- |");
foreach (Row row in rows)
{
    Console.WriteLine(FormattableString.Invariant($"| {row.What} | ≤ {row.Reach} | {row.Measured:f2} | {(row.Held ? "yes" : "no")} |"));
}
if (args is [_, string file])
{
    var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    File.WriteAllText(file, JsonSerializer.Serialize(rows, options));
}
return rows.TrueForAll(row => row.Held) ? 0 : 1;
