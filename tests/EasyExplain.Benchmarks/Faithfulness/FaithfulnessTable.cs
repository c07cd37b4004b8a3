using System.Globalization;

namespace EasyExplain.Benchmarks.Faithfulness;

/// <summary>The measurements as a table, the most faithful method first.</summary>
internal static class FaithfulnessTable
{
    /// <summary>The table.</summary>
    /// <param name="full">In float32.</param>
    /// <param name="bytes">In Int8, of the methods that have anything in it.</param>
    public static string Of(IEnumerable<MethodPoint> full, IReadOnlyDictionary<string, MethodPoint> bytes) =>
        "| method | time / a prediction | over chance | in Int8: time / a prediction | over chance |\n| --- | --- | --- | --- | --- |\n" +
        string.Concat(full.OrderByDescending(point => point.OverChance.Mean).Select(point =>
            $"| {point.Method} | {Cells(point)} | {(bytes.TryGetValue(point.Method, out MethodPoint? other) ? Cells(other) : " | ")} |\n"));

    private static string Cells(MethodPoint point) => $"{Number(point.Cost)} | {point.OverChance}";

    /// <summary>Three digits.</summary>
    private static string Number(double cost) =>
        cost.ToString(cost < 10 ? "0.00" : cost < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
