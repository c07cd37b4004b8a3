using System.IO.Compression;
using System.Text.Json;
using EasyExplain.Imaging;
using EasyExplain.Models;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Import.Detectors;

/// <summary>The small detectors and segmenters of tests/data/torchvision, and what Python finds with them.</summary>
internal sealed class TorchvisionFiles : IDisposable
{
    private static readonly JsonElement Expected = JsonDocument.Parse(File.ReadAllBytes(Repository.Data("torchvision", "expected.json")))
        .RootElement;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("torchvision");

    /// <summary>Sentences of the import.</summary>
    public List<string> Said { get; } = [];

    /// <summary>What Python says of a network.</summary>
    public static JsonElement Of(string name) => Expected.GetProperty(name);

    /// <summary>Unpacks a file.</summary>
    public string Unpack(string file)
    {
        string path = Path.Combine(_folder.FullName, file);
        using ZipArchive archive = ZipFile.OpenRead(Repository.Data("torchvision", "models.zip"));
        archive.GetEntry(file)!.ExtractToFile(path, overwrite: true);
        return path;
    }

    /// <summary>Imports a file.</summary>
    public CamModel Import(string file, ModelOptions? options = null) => ModelImporter.Import(Unpack(file), options ?? new(), Said.Add);

    /// <summary>The picture of models.py: bytes of integer arithmetic.</summary>
    public static Photo Photo(int height, int width, int variant)
    {
        byte[] rgb = new byte[height * width * 3];
        for (int y = 0, at = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                for (int c = 0; c < 3; c++, at++)
                {
                    rgb[at] = (byte)((x * (3 + c) + y * (7 - c) * 2 + ((x * y) >> (4 + c)) + 37 * variant * (c + 1)) & 255);
                }
            }
        }
        return new Photo(width, height, rgb);
    }

    /// <summary>Numbers as a list, in their order.</summary>
    public static IEnumerable<float> Numbers(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().SelectMany(Numbers) : [element.GetSingle()];

    /// <summary>Numbers of a tensor.</summary>
    public static float[] Numbers(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();

    /// <summary>Pearson's correlation of a map with the one of Python.</summary>
    public static double Correlation(JsonElement expected, Tensor map)
    {
        double[] right = [.. Numbers(expected).Select(number => (double)number)];
        double[] found = [.. Numbers(map).Select(number => (double)number)];
        Assert.Equal(right.Length, found.Length);
        if (right.All(number => number == 0))
        {
            return found.All(number => number == 0) ? 1 : 0; // nothing speaks for it in either
        }
        double meanOfRight = right.Average(), meanOfFound = found.Average();
        double both = right.Zip(found, (a, b) => (a - meanOfRight) * (b - meanOfFound)).Sum();
        return both / Math.Sqrt(right.Sum(a => Math.Pow(a - meanOfRight, 2)) * found.Sum(b => Math.Pow(b - meanOfFound, 2)));
    }

    /// <summary>The two maps by their papers' formulas, of an activation and its gradient, [C, H, W].</summary>
    public static IEnumerable<(string Method, Tensor Map)> Maps(Tensor a, Tensor g) =>
        [("LayerCAM", (g.relu() * a).sum(dim: 0).relu()), ("GradCAM", (g.mean([1, 2], keepdim: true) * a).sum(dim: 0).relu())];

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);
}
