using EasyExplain.Runtime;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Weights;

/// <summary>The files of tests/data/weights (see make_fixtures.py there) and what is in them.</summary>
internal static class WeightFixtures
{
    public static readonly ScalarType[] AllTypes =
    [
        ScalarType.Float32, ScalarType.Float64, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Byte,
        ScalarType.Int8, ScalarType.Int16, ScalarType.Int32, ScalarType.Int64, ScalarType.Bool,
    ];

    static WeightFixtures() => NativeLibraries.LoadTorch();

    /// <summary>The folder of the fixtures.</summary>
    public static string Folder => Repository.Data("weights");

    public static string File(string name) => Path.Combine(Folder, name);

    /// <summary>
    /// Element i is (37 i + 11) mod 101 - 50; quarters for floating types, plus 50 for bytes, the test for &gt; 0 for bool.
    /// </summary>
    public static double[] Ramp(int count, ScalarType type = ScalarType.Float32) =>
        [.. Enumerable.Range(0, count).Select(i => (37.0 * i + 11) % 101 - 50).Select(v => type switch
        {
            ScalarType.Bool => v > 0 ? 1 : 0,
            ScalarType.Byte => v + 50,
            ScalarType.Int8 or ScalarType.Int16 or ScalarType.Int32 or ScalarType.Int64 => v,
            _ => v / 4,
        })];

    /// <summary>The values of the entry called <paramref name="name"/>, row by row.</summary>
    public static double[] Values(this WeightFile file, string name)
    {
        using DisposeScope scope = NewDisposeScope();
        WeightEntry entry = file.Entries.Single(e => e.Name == name);
        Tensor tensor = file.Read(entry);
        Assert.Equal(entry.Shape, tensor.shape);
        Assert.Equal(entry.Type, tensor.dtype);
        Assert.True(tensor.is_contiguous());
        return tensor.NumberOfElements == 0 ? [] : tensor.to(ScalarType.Float64).data<double>().ToArray();
    }
}

/// <summary>A folder for one test, removed with everything in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string FullName { get; } = Directory.CreateTempSubdirectory("easyexplain-").FullName;

    /// <summary>Writes a file and gives its path.</summary>
    public string Write(string name, byte[] content)
    {
        string path = Path.Combine(FullName, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(FullName, recursive: true);
}
