using EasyExplain.Architectures;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using EasyExplain.Weights;

namespace EasyExplain.Benchmarks;

/// <summary>Importing a ResNet-50 against reading its file and building its network, in time; against its weights, in memory.</summary>
internal static class ImportRows
{
    private const int Rounds = 25;

    public static IEnumerable<Row> Measure(Func<string, bool> wanted)
    {
        (string What, string File)[] times = [.. ResNet50Files.Names.Where(name => name != ResNet50Files.Half)
            .Select(name => ($"importing ResNet-50 from {name} / reading the file + building the network", name))];
        (string What, string File)[] peaks =
            [.. ResNet50Files.Names.Select(name => ($"peak memory of importing ResNet-50 from {name} / its weights as float32", name))];
        const string InBytes = "importing ResNet-50 from a .pth with -Precision Int8, its scales not yet found / without";
        if (!wanted(InBytes) && !times.Concat(peaks).Any(row => wanted(row.What)))
        {
            yield break;
        }
        DirectoryInfo folder = Directory.CreateTempSubdirectory("easyexplain-benchmarks-");
        try
        {
            IReadOnlyDictionary<string, string> files = ResNet50Files.Write(folder.FullName);
            foreach ((string what, string file) in times.Where(row => wanted(row.What)))
            {
                yield return new Row(what, 1.5, Time(files[file]));
            }
            if (wanted(InBytes))
            {
                yield return new Row(InBytes, 1.05, TimeInBytes(files[ResNet50Files.Full]));
            }
            foreach ((string what, string file) in peaks.Where(row => wanted(row.What)))
            {
                yield return new Row(what, 1.3, PeakMemory.OfImport(files[file]) / WeightBytes(files[ResNet50Files.Full]));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static double Time(string path)
    {
        // All start with memory that the system has yet to give: what was freed before would make the next round look faster than a first
        // one.
        double[] medians = SideBySide.Medians(Rounds, NativeHeap.Trim,
            () => ModelImporter.Import(path, new ModelOptions(), _ => { }), () =>
                new Built(new PlainRead(ResNet50Files.WeightsOf(path)), ArchitectureCatalog.Find("resnet50").Build(1000)));
        return medians[0] / medians[1];
    }

    /// <summary>
    /// What is found out with pictures is no part of it: without a folder of them, that comes with the first ones of a run.
    /// </summary>
    private static double TimeInBytes(string path)
    {
        var bytes = new ModelOptions { Precision = Precision.Int8 };
        double[] medians = SideBySide.Medians(Rounds, NativeHeap.Trim,
            () => ModelImporter.Import(path, bytes, _ => { }), () => ModelImporter.Import(path, new ModelOptions(), _ => { }));
        return medians[0] / medians[1];
    }

    private static double WeightBytes(string path)
    {
        using WeightFile file = WeightFile.Open(path);
        return file.Entries.Sum(entry => sizeof(float) * entry.Shape.Aggregate(1.0, (product, size) => product * size));
    }

    private sealed record Built(PlainRead Bytes, Network Network) : IDisposable
    {
        public void Dispose()
        {
            Bytes.Dispose();
            Network.Dispose();
        }
    }
}
