namespace EasyExplain.Benchmarks;

/// <summary>Rows as docs/performance.md has them.</summary>
internal static class RowTable
{
    /// <summary>What stands above the rows.</summary>
    public const string Head = "| what | target | measured |\n| --- | --- | --- |";

    /// <summary>A line of the table.</summary>
    public static string Line(Row row) => FormattableString.Invariant($"| {row.What} | {(row.AtLeast ? '≥' : '≤')} {row.Reach}{Unit(row)} ")
        + $"| {Measured(row)}{(row.Held == false ? " (not held)" : "")} |";

    /// <summary>The number with its unit, or what the machine lacks.</summary>
    public static string Measured(Row row) => row.Measured is { } measured
        ? FormattableString.Invariant($"{Math.Round(measured, row.Reach < 0.1 ? 4 : 2)}{Unit(row)}")
        : $"needs {row.Lacks}, which this CPU lacks";

    private static string Unit(Row row) => row.Unit is null ? "" : " " + row.Unit;
}
