using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;
using EasyExplain.Architectures;
using EasyExplain.Models;
using EasyExplain.Tests.Weights;

namespace EasyExplain.Tests.Models.Folders;

/// <summary>
/// The configurations of tests/data/huggingface: what timm 1.0.29 and transformers 5.17 made of them, with the formula's weights under the
/// library's own names. A configuration more in the file is a test more.
/// </summary>
internal static class HubGoldens
{
    /// <summary>Names a folder with configurations.json.gz, be it tests/data/huggingface, to have all of them run, which takes minutes.</summary>
    public const string Variable = "EASYEXPLAIN_HUGGINGFACE";

    // One of a family, small: the others run where the folder is named.
    private static readonly string[] Usual =
    [
        "timm/mobilenetv3_small_100.lamb_in1k", "timm/efficientnet_lite0.ra_in1k", "timm/tf_efficientnet_b0.ns_jft_in1k",
        "timm/convnextv2_atto.fcmae_ft_in1k", "timm/vit_tiny_patch16_224.augreg_in21k_ft_in1k",
        "timm/deit_tiny_distilled_patch16_224.fb_in1k", "timm/regnetx_002.pycls_in1k", "timm/mobilenetv4_conv_small.e2400_r224_in1k",
        "timm/ghostnet_100.in1k", "transformers/vit-tiny", "transformers/mobilenet_v1", "transformers/efficientnet-b0",
    ];

    private static readonly Lazy<JsonElement> Root = new(() =>
    {
        string folder = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
            ? Path.GetFullPath(named) : Repository.Data("huggingface");
        using var file = new GZipStream(File.OpenRead(Path.Combine(folder, "configurations.json.gz")), CompressionMode.Decompress);
        return JsonDocument.Parse(file).RootElement;
    });

    /// <summary>Whether all configurations are to run.</summary>
    public static bool IsNamed => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };

    /// <summary>All of them, known here or not.</summary>
    public static IEnumerable<HubCase> All => Root.Value.GetProperty("cases").EnumerateObject()
        .Select(entry => new HubCase(entry.Name, entry.Value, Root.Value.GetProperty("pixels")));

    /// <summary>Those whose architecture is known here, by their keys: the usual ones, or the others.</summary>
    public static TheoryData<string> Known(bool usual) =>
        [.. All.Where(golden => golden.IsKnown && Usual.Contains(golden.Key) == usual).Select(golden => golden.Key)];

    /// <summary>The one of this key.</summary>
    public static HubCase Find(string key) => All.Single(golden => golden.Key == key);
}

/// <summary>One configuration.</summary>
internal sealed record HubCase(string Key, JsonElement Entry, JsonElement AllPixels)
{
    public JsonElement Config => Entry.GetProperty("config");

    /// <summary>The side of the input that the logits and the map are of.</summary>
    public int Size => Entry.GetProperty("size").GetInt32();

    public double[] Mean => Numbers(Entry.GetProperty("mean"));

    public double[] Std => Numbers(Entry.GetProperty("std"));

    public float[] Logits => [.. Numbers(Entry.GetProperty("logits")).Select(number => (float)number)];

    public JsonElement Pixels => AllPixels[Entry.GetProperty("pixels").GetInt32()];

    /// <summary>GradCAM's map of the last stage; null where the reference has none.</summary>
    public JsonElement? Cam => Entry.TryGetProperty("cam", out JsonElement cam) ? cam : null;

    public bool IsKnown => Config.TryGetProperty("architecture", out JsonElement name)
        ? ConfiguredArchitectures.Timm.ContainsKey(name.GetString()!)
        : ConfiguredArchitectures.Transformers.ContainsKey(Config.GetProperty("architectures")[0].GetString()!);

    /// <summary>The tensors by their names in the file, with their shapes; those of whole numbers are told.</summary>
    public IEnumerable<(string Name, long[] Shape, bool IsWhole)> State => Entry.GetProperty("state").EnumerateArray().Select(row =>
        (row[0].GetString()!, row[1].EnumerateArray().Select(size => size.GetInt64()).ToArray(), row.GetArrayLength() > 2));

    /// <summary>Writes config.json and what else says how images are made.</summary>
    public void WriteConfig(TemporaryFolder folder) => WriteConfig(Entry, folder);

    /// <summary>The same of an entry that has no more than these.</summary>
    public static void WriteConfig(JsonElement entry, TemporaryFolder folder)
    {
        File.WriteAllText(Path.Combine(folder.FullName, "config.json"), entry.GetProperty("config").GetRawText());
        if (entry.TryGetProperty("preprocessor_config", out JsonElement processor))
        {
            File.WriteAllText(Path.Combine(folder.FullName, "preprocessor_config.json"), processor.GetRawText());
        }
    }

    /// <summary>Writes model.safetensors, a tensor after the other: the formula's values.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="named">From a name of <see cref="State"/> to the one in the file.</param>
    public void WriteWeights(TemporaryFolder folder, Func<string, string>? named = null)
    {
        var header = new Dictionary<string, object> { ["__metadata__"] = new { format = "pt" } };
        long end = 0;
        foreach ((string name, long[] shape, bool whole) in State)
        {
            long start = end;
            end += shape.Aggregate(1L, (product, size) => product * size) * (whole ? sizeof(long) : sizeof(float));
            header[named?.Invoke(name) ?? name] = new { dtype = whole ? "I64" : "F32", shape, data_offsets = new[] { start, end } };
        }
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header);
        using FileStream file = File.Create(Path.Combine(folder.FullName, "model.safetensors"));
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)json.Length);
        file.Write(prefix);
        file.Write(json);
        foreach ((string name, long[] shape, bool whole) in State)
        {
            file.Write(whole ? new byte[shape.Aggregate(sizeof(long), (product, size) => product * (int)size)]
                : MemoryMarshal.AsBytes(Goldens.FormulaWeights(name, shape).AsSpan()));
        }
    }

    /// <summary>What the classes are called: as the configuration says, or of ImageNet's thousand as ImageNet does.</summary>
    public string[] Labels => Config.TryGetProperty("id2label", out JsonElement labels)
        ? [.. labels.EnumerateObject().OrderBy(pair => int.Parse(pair.Name, CultureInfo.InvariantCulture))
            .Select(pair => pair.Value.GetString()!)]
        : Logits.Length == 1000 ? [.. ImageNetLabels.All] : [];

    public override string ToString() => Key;

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetDouble())];
}

/// <summary>A theory over large configurations, which takes minutes; skipped, with the reason, unless it is asked for.</summary>
internal sealed class AllConfigurationsAttribute : TheoryAttribute
{
    public AllConfigurationsAttribute()
    {
        if (!HubGoldens.IsNamed)
        {
            Skip = "takes minutes: name a folder with configurations.json.gz, such as tests/data/huggingface, in " +
                HubGoldens.Variable;
        }
    }
}
