using System.Text.Encodings.Web;
using System.Text.Json;
using EasyExplain.Benchmarks;
using EasyExplain.Benchmarks.Soak;

// Measurements of memory need a process of their own: this program calls itself.
if (args is [PeakMemory.Argument, string work, string argument])
{
    PeakMemory.Measure(work, argument);
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
if (BenchmarkArguments.Parse(args) is not { } arguments)
{
    Console.Error.WriteLine(BenchmarkArguments.Usage);
    return 2;
}

var rows = new List<Row>();
foreach (Row row in arguments.Soak is { } images ? SoakRows.Measure(images) : ImportRows.Measure())
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
if (arguments.Json is { } file)
{
    var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    File.WriteAllText(file, JsonSerializer.Serialize(rows, options));
}
return rows.TrueForAll(row => row.Held) ? 0 : 1;
