using System.Globalization;

namespace EasyExplain.Benchmarks.Scaling;

/// <summary>The measurements as a table.</summary>
internal static class ScalingTable
{
    /// <summary>The table.</summary>
    public static string Of(IEnumerable<Series> all) =>
        "| quantity | value | time | relative to linear | of which, timed alone |\n| --- | --- | --- | --- | --- |\n" + string.Concat(
        all.SelectMany(series => series.Points.Select((point, index) => string.Create(CultureInfo.InvariantCulture,
            $"| {(index == 0 ? $"{series.Quantity}: {series.Work}" : "")} | {point.Value} | {Seconds(point.Seconds)} | " +
            $"{series.Relative(point):0.###} | {(index == 0 ? series.Part + ": " : "")}{Seconds(point.PartSeconds)} |\n"))));

    private static string Seconds(double seconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{(seconds < 1 ? $"{1000 * seconds:0.#} ms" : $"{seconds:0.##} s")}");
}
