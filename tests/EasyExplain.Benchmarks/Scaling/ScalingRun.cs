using EasyExplain.Tests;

namespace EasyExplain.Benchmarks.Scaling;

/// <summary>Measures how time grows, and leaves the table and the plot in <c>docs/</c>.</summary>
internal static class ScalingRun
{
    public static void Measure(int rounds)
    {
        string docs = Path.Combine(Repository.Root, "docs");
        var all = new List<Series>();
        foreach (Series series in ScalingSeries.Measure(rounds))
        {
            Console.Error.WriteLine($"{series.Quantity}: measured");
            all.Add(series);
        }
        MeasuredBlock.WriteInto(Path.Combine(docs, "scaling.md"), "--scaling", ScalingTable.Of(all));
        ScalingPlot.Write(Path.Combine(docs, "scaling.png"), all);
        Console.WriteLine(ScalingTable.Of(all));
    }
}
