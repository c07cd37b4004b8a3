using EasyExplain.Models;
using EasyExplain.Models.Architectures;
using EasyExplain.Networks;
using EasyExplain.Weights;

namespace EasyExplain.Benchmarks;

/// <summary>Importing a ResNet-50 against reading its file and building its network, in time; against its weights, in memory.</summary>
internal static class ImportRows
{
    private const int Rounds = 25;

    public static IEnumerable<Row> Measure()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("easyexplain-benchmarks-");
        try
        {
            (string Name, string Path)[] files = ResNet50Files.Write(folder.FullName);
            foreach ((string name, string path) in files.Where(file => file.Name != ResNet50Files.Half))
            {
                yield return new Row($"importing ResNet-50 from {name} / reading the file + building the network", 1.5, Time(path));
            }
            foreach ((string name, string path) in files)
            {
                yield return new Row($"peak memory of importing ResNet-50 from {name} / its weights as float32", 1.3, PeakMemory.OfImport(path) / WeightBytes(path));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static double Time(string path) => SideBySide.Ratio(
        Rounds, () => ModelImporter.Import(path, new ModelOptions(), _ => { }), () => new Built(new PlainRead(path), Catalog.Find("resnet50").Build(1000)));

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
