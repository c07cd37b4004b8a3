using System.Globalization;
using EasyExplain.Explanation.Methods;
using EasyExplain.Explanation.Metrics;
using EasyExplain.Models;
using EasyExplain.Tests;

namespace EasyExplain.Benchmarks.Faithfulness;

/// <summary>Measures what each method costs and how faithful it is, and leaves the table and the plot in <c>docs/</c>.</summary>
internal static class FaithfulnessRun
{
    private const int MostPhotos = 80;

    /// <summary>With the bundled model, in float32 and in Int8.</summary>
    /// <param name="photos">A folder or an archive of images.</param>
    public static void Measure(string photos)
    {
        string docs = Path.Combine(Repository.Root, "docs");
        string[] files = FaithfulnessPhotos.Find(photos, MostPhotos);
        using CamModel full = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });
        using CamModel bytes = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions { Precision = Precision.Int8 }, _ => { });
        PictureCalibration.ByRun(
            bytes, FaithfulnessPhotos.Spread(files, PictureCalibration.OfRun), Console.Error.WriteLine, default);
        var inFull = new FaithfulnessFigures(full, files);
        var inBytes = new FaithfulnessFigures(bytes, files);

        MethodPoint[] points = Points(inFull, inFull.Methods, inFull);
        // A method that asks for gradients of the input, say, has nothing in 8 bits: its map is the same to the bit.
        CamMethod[] changed = [.. inFull.Methods.Where(method =>
            !inFull.MapOf(method).Cast<float>().SequenceEqual(inBytes.MapOf(method).Cast<float>()))];
        MethodPoint[] others = changed.Length == 0 ? [] : Points(inBytes, changed, inFull);

        string table = string.Create(CultureInfo.InvariantCulture,
            $"Measured on {DateTime.Now:yyyy-MM-dd}, with {files.Length} images: {Machine.Line}.\n\n") +
            FaithfulnessTable.Of(points, others.ToDictionary(point => point.Method));
        MeasuredBlock.WriteInto(Path.Combine(docs, "performance.md"), "--faithfulness", table);
        FaithfulnessPlot.Write(Path.Combine(docs, "faithfulness.png"), points, others);
        Console.WriteLine(table);
    }

    private static MethodPoint[] Points(FaithfulnessFigures figures, IReadOnlyList<CamMethod> methods, FaithfulnessFigures plain)
    {
        IReadOnlyDictionary<CamMethod, CamInterval> over = figures.OverChance(methods);
        return [.. methods.Select(method =>
        {
            var point = new MethodPoint(method.Name, figures.CostOf(method, plain), over[method]);
            Console.Error.WriteLine($"{point.Method}: {point.OverChance}, {point.Cost:f2} predictions");
            return point;
        })];
    }
}
