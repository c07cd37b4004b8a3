using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using EasyExplain.Models;
using EasyExplain.Weights;

namespace EasyExplain.Tests.Import.Exported;

/// <summary>
/// Archives that torch.export has not written, or long ago: each ends in a network or in an error that names the file and says what is
/// wrong.
/// </summary>
public sealed partial class HostileArchiveTests : IDisposable
{
    private const string End = "\npooled = torch.ops.aten.mean.dim (%y, [2, 3])\nreturn (pooled,)";

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"easyexplain [{Guid.NewGuid():N}].pt2");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void AWrittenArchive_IsImported()
    {
        Write(Of("y = torch.ops.aten.relu.default (%x)" + End));
        Assert.Null(Import());
    }

    [Theory]
    [InlineData("y = torch.ops.aten.relu.default (%nothing)", "reads 'nothing', which nothing makes before")]
    [InlineData("y = torch.ops.aten.relu.default (%x)\ny = torch.ops.aten.relu.default (%x)", "two values with the name 'y'")]
    [InlineData("y = torch.ops.aten.relu.default (%x)\nx = torch.ops.aten.relu.default (%x)", "two values with the name 'x'")]
    [InlineData("y = torch.ops.aten.no_such_thing.default (%x)", "torch.no_such_thing")]
    [InlineData("y = torch.ops.torchvision.nms.default (%x)", "torchvision:nms")]
    [InlineData("y = torch.ops.aten.view.default (%x, [7, 7])", "")]
    [InlineData("y = torch.ops.aten.zeros.default ([100000, 100000, 100000])", "a tensor of 1000000000000000 numbers")]
    [InlineData("y = torch.ops.aten.repeat.default (%x, [1, 1, 100000, 100000])", "numbers")]
    [InlineData("y = torch.ops.aten.select.int (%x, 9, 0)", "dimension 9")]
    [InlineData("y = torch.ops.aten.conv2d.default (%x, %x)", "weights that depend on the picture")]
    public void AGraphThatNobodyExports_IsRefused(string line, string message)
    {
        Write(Of(line + End));
        Assert.Contains(message, Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("models/model.json", "{", "is no JSON")]
    [InlineData("models/model.json", "[]", "has no 'schema_version'")]
    [InlineData("models/model.json", """{"schema_version": {"major": 9}}""", "version 9 of the schema")]
    [InlineData("models/model.json", """{"schema_version": {"major": 7}}""", "torch.export.save(torch.export.load(")]
    [InlineData("models/model.json", """{"schema_version": {"major": 8}, "graph_module": 3}""", "has no 'graph'")]
    [InlineData("models/other.json", "{}", "torch.ops", true)]
    [InlineData("byteorder", "big", "big-endian")]
    [InlineData("data/weights/model_weights_config.json", "{}", "has no 'config'")]
    [InlineData("data/weights/model_weights_config.json", """{"config": {}}""", "no tensor 'w'")]
    [InlineData("data/weights/model_weights_config.json", """{"config": {"w": {"path_name": "../../../etc/passwd", "use_pickle": false, "tensor_meta": {"dtype": 7, "sizes": [], "strides": [], "storage_offset": {"as_int": 0}}}}}""", "no member")]
    [InlineData("data/weights/model_weights_config.json", """{"config": {"w": {"path_name": "weight_0", "use_pickle": true}}}""", "in a pickle")]
    [InlineData("data/weights/model_weights_config.json", """{"config": {"w": {"path_name": "weight_0", "use_pickle": false, "tensor_meta": {"dtype": 7, "sizes": [{"as_int": 1099511627776}], "strides": [{"as_int": 1}], "storage_offset": {"as_int": 0}}}}}""", "cannot be read")]
    [InlineData("data/weights/model_weights_config.json", """{"config": {"w": {"path_name": "weight_0", "use_pickle": false, "tensor_meta": {"dtype": 7, "sizes": [{"as_int": 3}], "strides": [{"as_int": -1}], "storage_offset": {"as_int": 2}}}}}""", "cannot be read")]
    [InlineData("data/weights/model_weights_config.json", """{"config": {"w": {"path_name": "weight_0", "use_pickle": false, "tensor_meta": {"dtype": 99, "sizes": [], "strides": [], "storage_offset": {"as_int": 0}}}}}""", "of type 99")]
    public void AMemberThatIsWrong_IsNamed(string member, string content, string message, bool fits = false)
    {
        WrittenArchive archive = Of("y = torch.ops.aten.mul.Tensor (%x, %p_w)" + End).Weight("w", [], [2]);
        archive.Members[member] = Encoding.UTF8.GetBytes(content);
        Write(archive);
        if (fits)
        {
            Assert.Null(Import()); // of several models the one that is called model
            return;
        }
        Assert.Contains(message, Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void JsonThatIsTooDeep_IsRefused()
    {
        WrittenArchive archive = Of("y = torch.ops.aten.relu.default (%x)" + End);
        archive.Members["models/model.json"] = Encoding.UTF8.GetBytes(new string('[', 1_000_000) + new string(']', 1_000_000));
        Write(archive);
        Assert.Contains("is no JSON", Refused(), StringComparison.Ordinal);
    }

    /// <summary>The layouts of older versions: what they are, and the line that writes them again.</summary>
    [Theory]
    [InlineData("PyTorch 2.7 or older", "serialized_exported_program.json", "serialized_state_dict.pt", "version")]
    [InlineData("PyTorch 2.8", "m/archive_format", "m/models/model.json", "m/data/weights/model.pt", "m/byteorder")]
    public void AnOlderLayout_IsNamed_WithTheLineThatWritesItAgain(string by, params string[] members)
    {
        Zip(members);
        string message = Refused();
        Assert.Contains(by, message, StringComparison.Ordinal);
        Assert.Contains("torch.export.save(torch.export.load('old.pt2'), 'new.pt2')", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AModelCompiledAheadOfTime_IsNamed()
    {
        Zip("m/archive_format", "m/data/aotinductor/model/wrapper.so");
        Assert.Contains("compiled ahead of time", Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mobile-dynamic.pt2")]
    public void ATruncatedFile_IsRefused(string name)
    {
        byte[] whole = File.ReadAllBytes(ExportedFixtures.File(name));
        for (int length = 0; length < whole.Length; length += whole.Length / 40 + 1)
        {
            File.WriteAllBytes(_path, whole[..length]);
            Assert.NotNull(Import());
        }
    }

    [Theory]
    [InlineData("mobile-decomposed.pt2", 150)]
    [InlineData("vit.pt2", 60)]
    public void MutatedFiles_EndInANetworkOrACleanError(string name, int count)
    {
        byte[] whole = File.ReadAllBytes(ExportedFixtures.File(name));
        count = int.TryParse(Environment.GetEnvironmentVariable("EASYEXPLAIN_MUTATIONS"), out int asked) ? asked : count;
        for (int seed = 0; seed < count; seed++)
        {
            File.WriteAllBytes(_path, Mutate(whole, new Random(seed)));
            Import();
        }
    }

    private static WrittenArchive Of(string graph) => new WrittenArchive().Graph(graph.Split('\n'));

    private void Write(WrittenArchive archive) => File.WriteAllBytes(_path, archive.ToBytes());

    private void Zip(params string[] members)
    {
        using var zip = new ZipArchive(File.Create(_path), ZipArchiveMode.Create);
        foreach (string member in members)
        {
            using Stream content = zip.CreateEntry(member).Open();
            content.Write("{}"u8);
        }
    }

    private string Refused()
    {
        string message = Import()?.Message ?? throw new InvalidOperationException("It was imported.");
        Assert.Contains(_path, message, StringComparison.Ordinal);
        return message;
    }

    /// <summary>What importing the file ends in: null for a network; any other exception than the two is the test's failure.</summary>
    private Exception? Import()
    {
        try
        {
            ModelImporter.Import(_path, new ModelOptions { Output = null }, _ => { }).Dispose();
            return null;
        }
        catch (WeightFileException e)
        {
            return e;
        }
        catch (ModelImportException e)
        {
            return e;
        }
    }

    /// <summary>Changes an archive at random: its bytes, or numbers, names and kinds in its JSON.</summary>
    private static byte[] Mutate(byte[] whole, Random random)
    {
        if (random.Next(5) == 0)
        {
            byte[] changed = [.. whole];
            for (int i = random.Next(1, 8); i > 0; i--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }
            return changed;
        }
        using var result = new MemoryStream();
        using (var from = new ZipArchive(new MemoryStream(whole), ZipArchiveMode.Read))
        using (var to = new ZipArchive(result, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (ZipArchiveEntry member in from.Entries.Where(member => random.Next(100) > 0))
            {
                using var content = new MemoryStream();
                using (Stream stream = member.Open())
                {
                    stream.CopyTo(content);
                }
                byte[] bytes = content.ToArray();
                if (member.FullName.EndsWith(".json", StringComparison.Ordinal) && random.Next(4) > 0)
                {
                    bytes = Encoding.UTF8.GetBytes(Json(Encoding.UTF8.GetString(bytes), random));
                }
                using Stream written = to.CreateEntry(member.FullName, CompressionLevel.NoCompression).Open();
                written.Write(bytes);
            }
        }
        return result.ToArray();
    }

    private static string Json(string json, Random random)
    {
        MatchCollection words = Word().Matches(json);
        for (int i = random.Next(1, 4); i > 0 && words.Count > 0; i--)
        {
            Match old = words[random.Next(words.Count)];
            string other = random.Next(4) switch
            {
                0 => Values[random.Next(Values.Length)],
                _ => words[random.Next(words.Count)].Value,
            };
            json = json[..old.Index] + other + json[(old.Index + old.Length)..];
            words = Word().Matches(json);
        }
        return json;
    }

    private static readonly string[] Values =
        ["0", "-1", "9223372036854775807", "1e308", "null", "true", "[]", "{}", "\"\"", "\"x\"", "99999999999999999999", "\"as_ints\""];

    [GeneratedRegex("""
        "[^"]{0,60}"|-?\d+|true|false|null
        """)]
    private static partial Regex Word();
}
