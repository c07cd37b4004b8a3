using System.Globalization;

namespace EasyExplain.Benchmarks.Scaling;

/// <summary>The measurements as a table in a page whose other words stay.</summary>
internal static class ScalingTable
{
    private const string Start = "<!-- measured: written by --scaling -->", End = "<!-- end -->";

    /// <summary>Replaces what stands between the page's two marks.</summary>
    public static void WriteInto(string page, IEnumerable<Series> all)
    {
        string text = File.ReadAllText(page);
        int start = text.IndexOf(Start, StringComparison.Ordinal), end = text.IndexOf(End, StringComparison.Ordinal);
        if (start < 0 || end < start)
        {
            throw new InvalidDataException($"'{page}' has no '{Start}' followed by '{End}'.");
        }
        File.WriteAllText(page, $"{text[..start]}{Start}\n{Of(all)}{text[end..]}");
    }

    /// <summary>The table.</summary>
    public static string Of(IEnumerable<Series> all) =>
        "| quantity | value | time | relative to linear | of which, timed alone |\n| --- | --- | --- | --- | --- |\n" + string.Concat(
        all.SelectMany(series => series.Points.Select((point, index) => string.Create(CultureInfo.InvariantCulture,
            $"| {(index == 0 ? $"{series.Quantity}: {series.Work}" : "")} | {point.Value} | {Seconds(point.Seconds)} | " +
            $"{series.Relative(point):0.###} | {(index == 0 ? series.Part + ": " : "")}{Seconds(point.PartSeconds)} |\n"))));

    private static string Seconds(double seconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{(seconds < 1 ? $"{1000 * seconds:0.#} ms" : $"{seconds:0.##} s")}");
}
