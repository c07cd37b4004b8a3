using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyExplain.Architectures;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Models.Folders;
using EasyExplain.Tests.Weights;
using EasyExplain.Weights;

namespace EasyExplain.Tests.Models.Folders;

/// <summary>
/// Folders with bytes changed, and with values that nobody means: they are refused with an error about them, and nothing else ever happens.
/// </summary>
public class MutatedFolderTests
{
    /// <summary>How many are tried; the issue asks for 10,000.</summary>
    private const string Variable = "EASYEXPLAIN_MUTATIONS";

    // Of one import: the largest network has thousands of nodes, and its errors name tensors.
    private const long ManagedMemory = 256 << 20;

    private static readonly string[] Hostile =
    [
        "null", "true", "-1", "0", "0.5", "1e300", "-1e300", "2147483647", "65536", "9999999999999999999999", "\"\"", "\"..\"",
        "\"/etc/passwd\"", "\"half of a letter\"", "\"\\u0000\"", "[]", "{}", "[[[[[[[[]]]]]]]]", "[0,0]", "[-1,-1,-1]",
        "{\"a\":{\"a\":{\"a\":{}}}}", "{\"height\":0,\"width\":1}",
        "[1e308,1e308,1e308]", "{\"shortest_edge\":2048}", "\"gelu\"", "1024",
    ];

    [Fact]
    public void ChangedFolder()
    {
        string? asked = Environment.GetEnvironmentVariable(Variable);
        int count = int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out int rounds) ? rounds : 300;
        HubCase[] cases = [.. HubGoldens.All.Where(golden => golden.IsKnown)];
        var random = new Random(1);
        for (int round = 0; round < count; round++)
        {
            using var folder = new TemporaryFolder();
            HubCase golden = cases[random.Next(cases.Length)];
            golden.WriteConfig(folder);
            WriteShards(folder, golden);
            string[] files = Directory.GetFiles(folder.FullName);
            string file = files[random.Next(files.Length)];
            if (file.EndsWith(".json", StringComparison.Ordinal) && random.Next(2) == 0)
            {
                JsonNode root = JsonNode.Parse(File.ReadAllText(file))!;
                for (int i = random.Next(1, 4); i > 0; i--)
                {
                    Change(root, random);
                }
                File.WriteAllText(file, root.ToJsonString().Replace("half of a letter", @"\ud800", StringComparison.Ordinal));
            }
            else
            {
                byte[] changed = File.ReadAllBytes(file);
                for (int i = random.Next(1, 4); i > 0; i--)
                {
                    changed[random.Next(changed.Length)] = (byte)random.Next(256);
                }
                File.WriteAllBytes(file, changed);
            }
            Try(folder.FullName, $"round {round}, {golden.Key}, {Path.GetFileName(file)}");
        }
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("preprocessor_config.json")]
    [InlineData("model.safetensors.index.json")]
    public void Json_OfAnyDepthAndSize_IsRefused(string name)
    {
        HubCase golden = HubGoldens.Find("transformers/resnet-50");
        string deep = string.Concat(Enumerable.Repeat("{\"a\":", 1 << 18));
        foreach (string text in (string[])[new string('[', 1 << 20), deep, new string(' ', 17 << 20)])
        {
            using var folder = new TemporaryFolder();
            golden.WriteConfig(folder);
            WriteShards(folder, golden);
            File.WriteAllText(Path.Combine(folder.FullName, name), text);
            Assert.ThrowsAny<Exception>(() => ModelImporter.Import(folder.FullName, new ModelOptions(), _ => { }).Dispose());
            Try(folder.FullName, name);
        }
    }

    private static void Try(string folder, string what)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Attempt(() => ReadBeside(ModelFolder.Find(folder)!), what);
        Attempt(() => ModelImporter.Import(folder, new ModelOptions(), _ => { }).Dispose(), what);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, ManagedMemory);
    }

    /// <summary>What an import reads after the weights, which never fit here.</summary>
    private static void ReadBeside(ModelFolder folder)
    {
        ConfigValues config = folder.ReadConfig();
        Attempt(() => ConfigLabels.Of(config), folder.Path);
        Preprocessing made = FolderPreprocessing.Of(folder, config, Architecture.ImageNet, null, _ => { });
        made.ToInput(new Photo(3, 2, new byte[18])).Dispose();
    }

    private static void Attempt(Action read, string what)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is ModelImportException or WeightFileException or IOException)
        {
            // as it should be
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{what}: {e}");
        }
    }

    /// <summary>Puts a hostile value in the place of one anywhere.</summary>
    private static void Change(JsonNode root, Random random)
    {
        JsonNode at = root;
        while (true)
        {
            JsonNode value = JsonNode.Parse(Hostile[random.Next(Hostile.Length)]) ?? JsonValue.Create(1e9);
            if (at is JsonObject { Count: > 0 } named)
            {
                string key = named.ElementAt(random.Next(named.Count)).Key;
                if (named[key] is not { } inner || inner is JsonValue || random.Next(3) == 0)
                {
                    named[key] = random.Next(8) == 0 ? null : value;
                    return;
                }
                at = inner;
            }
            else if (at is JsonArray { Count: > 0 } list)
            {
                list[random.Next(list.Count)] = value;
                return;
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Two shards of few numbers under some of the network's names, which therefore never fit.</summary>
    private static void WriteShards(TemporaryFolder folder, HubCase golden)
    {
        (string Name, long[] Shape, bool)[] some = [.. golden.State.Where(row => row.Shape.Length == 1 && row.Shape[0] <= 1024).Take(4)];
        var map = new Dictionary<string, string>();
        for (int shard = 0; shard < 2; shard++)
        {
            string file = $"model-0000{shard + 1}-of-00002.safetensors";
            var header = new Dictionary<string, object>();
            long end = 0;
            foreach ((string name, long[] shape, _) in some.Where((_, i) => i % 2 == shard))
            {
                long start = end;
                end += shape[0] * sizeof(float);
                header[name] = new { dtype = "F32", shape, data_offsets = new[] { start, end } };
                map[name] = file;
            }
            byte[] json = JsonSerializer.SerializeToUtf8Bytes(header);
            folder.Write(file, [.. BitConverter.GetBytes((long)json.Length), .. json, .. new byte[end]]);
        }
        folder.Write("model.safetensors.index.json", JsonSerializer.SerializeToUtf8Bytes(new { weight_map = map }));
    }
}
