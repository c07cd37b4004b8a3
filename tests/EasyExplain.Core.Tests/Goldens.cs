using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace EasyExplain.Tests;

/// <summary>One stored reference tensor: float32 or uint8, row-major.</summary>
internal sealed record Golden(long[] Shape, byte[] Bytes)
{
    public float[] Floats => MemoryMarshal.Cast<byte, float>(Bytes).ToArray();
}

/// <summary>
/// The reference numbers of tests/data/goldens, and the formulas that rebuild their models and inputs without a download.
/// </summary>
internal static class Goldens
{
    private static readonly ConcurrentDictionary<(string Suite, string Folder), Dictionary<string, Golden>> Suites = new();

    /// <summary>
    /// All tensors of a suite (architectures, methods, pipeline) by name. Read here without the product's reader, which they check.
    /// </summary>
    public static Dictionary<string, Golden> Load(string suite, string folder = "goldens") =>
        Suites.GetOrAdd((suite, folder), static file =>
    {
        byte[] bytes = File.ReadAllBytes(Repository.Data(file.Folder, file.Suite + ".safetensors"));
        int header = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        using JsonDocument table = JsonDocument.Parse(bytes.AsMemory(8, header - 8));
        return table.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__").ToDictionary(entry => entry.Name, entry =>
        {
            int[] range = [.. entry.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt32())];
            return new Golden([.. entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())],
                bytes[(header + range[0])..(header + range[1])]);
        });
    });

    /// <summary>The cases of a suite's index.</summary>
    public static JsonElement Index(string suite, string folder = "goldens") =>
        JsonDocument.Parse(File.ReadAllBytes(Repository.Data(folder, suite + ".json"))).RootElement;

    /// <summary>The golden inputs: RGB bytes <c>[height, width, 3]</c>.</summary>
    public static byte[] PatternImage(int height, int width, int variant = 0)
    {
        byte[] rgb = new byte[height * width * 3];
        for (int y = 0, i = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                for (int c = 0; c < 3; c++, i++)
                {
                    rgb[i] = (byte)((x * (3 + c) + y * (7 - c) * 2 + ((x * y) >> (4 + c)) + 37 * variant * (c + 1)) & 255);
                }
            }
        }
        return rgb;
    }

    /// <summary>The golden weights: the values of the tensor that stands under this name in every golden model.</summary>
    public static float[] FormulaWeights(string name, IReadOnlyList<long> shape)
    {
        float[] values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        double fanIn = shape.Skip(1).Aggregate(1.0, (product, size) => product * size);
        bool weight = name.EndsWith("weight", StringComparison.Ordinal);
        (double offset, double scale) =
            name.EndsWith("running_var", StringComparison.Ordinal) ? (1.0, 0.5)
            : name.EndsWith("running_mean", StringComparison.Ordinal) ? (0.0, 0.1)
            : weight && shape.Count >= 2 ? (0.0, Math.Sqrt(4.0 / fanIn))
            : weight ? (0.8, 0.2)
            : name.EndsWith("layer_scale", StringComparison.Ordinal) ? (0.5, 0.1)
            : (0.0, 0.1);
        ulong start = Fnv1a64(name);
        Parallel.ForEach(Partitioner.Create(0, Math.Max(1, values.Length)), range =>
        {
            for (int i = range.Item1; i < Math.Min(range.Item2, values.Length); i++)
            {
                values[i] = (float)(offset + scale * SplitMixUnit(start, (ulong)i));
            }
        });
        return values;
    }

    /// <summary>So many numbers in [-1, 1) that stand under a name: the goldens' noise, masks and maps.</summary>
    public static double[] SplitMix(string name, int count) =>
        [.. Enumerable.Range(0, count).Select(i => SplitMixUnit(Fnv1a64(name), (ulong)i))];

    private static ulong Fnv1a64(string text) =>
        Encoding.UTF8.GetBytes(text).Aggregate(0xCBF29CE484222325UL, (hash, letter) => (hash ^ letter) * 0x100000001B3UL);

    /// <summary>splitmix64's i-th value, its top 24 bits as a number in [-1, 1).</summary>
    private static double SplitMixUnit(ulong start, ulong i)
    {
        ulong z = start + (i + 1) * 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        z ^= z >> 31;
        return (z >> 40) / (double)(1 << 24) * 2.0 - 1.0;
    }
}
