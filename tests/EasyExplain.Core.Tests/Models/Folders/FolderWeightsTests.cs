using System.Text.Json;
using EasyExplain.Models;
using EasyExplain.Models.Folders;
using EasyExplain.Tests.Weights;
using EasyExplain.Weights;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Models.Folders;

/// <summary>Weights in one file or in shards; a folder's files name nothing outside of it.</summary>
public sealed class FolderWeightsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FolderWeightsTests() => Write("config.json", "{}");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Shards_AreReadAsOneFile()
    {
        WriteShards(Map(("a", "one.safetensors"), ("b", "two.safetensors")), ("one.safetensors", ["a"]), ("two.safetensors", ["b"]));

        using WeightFile file = Open();

        Assert.Equal(["a", "b"], file.Entries.Select(entry => entry.Name));
        Assert.Contains("2 shards", file.Format);
        using Tensor a = file.Read(file.Entries[0]), b = file.Read(file.Entries[1]);
        Assert.Equal(['a', 'b'], [a.item<float>(), b.item<float>()]);
    }

    [Theory]
    [InlineData("pytorch_model.bin")]
    [InlineData("model.safetensors")]
    public void OneFile_IsReadByItsContent(string name)
    {
        string content = name.EndsWith(".bin", StringComparison.Ordinal) ? "types.pth" : "types.safetensors";
        File.Copy(WeightFixtures.File(content), Path.Combine(_folder.FullName, name));

        using WeightFile file = Open();

        Assert.NotEmpty(file.Entries);
    }

    [Fact]
    public void Shards_MayBePickled()
    {
        File.Copy(WeightFixtures.File("types.pth"), Path.Combine(_folder.FullName, "pytorch_model-00001-of-00001.bin"));
        using (WeightFile whole = WeightFile.Open(WeightFixtures.File("types.pth")))
        {
            Write("pytorch_model.bin.index.json",
                Map([.. whole.Entries.Select(entry => (entry.Name, "pytorch_model-00001-of-00001.bin"))]));
        }

        using WeightFile file = Open();

        Assert.NotEmpty(file.Entries);
        Assert.Contains("PyTorch zip", file.Format);
    }

    public static TheoryData<string, string> WrongTables => new()
    {
        { """{"weight_map":{"a":"one.safetensors","b":"one.safetensors"}}""", "'b' is in 'one.safetensors', which does not hold it" },
        { """{"weight_map":{"a":"one.safetensors"}}""", "" },
        { """{"weight_map":{"a":"one.safetensors","b":"two.safetensors"}}""", "must not overlap" },
        { """{"weight_map":{"a":"one.safetensors","c":"gone.safetensors"}}""", "gone.safetensors" },
        { """{"weight_map":{"a":"../one.safetensors"}}""", "in the folder itself" },
        { """{"weight_map":{"a":"/etc/passwd"}}""", "in the folder itself" },
        { """{"weight_map":{"a":"C:\\one.safetensors"}}""", "in the folder itself" },
        { """{"weight_map":{"a":".."}}""", "in the folder itself" },
        { """{"weight_map":{"a":"\u001b[2J"}}""", "in the folder itself" },
        { """{"weight_map":{"a":7}}""", "the name of a file" },
        { """{"weight_map":{"a":"\ud800"}}""", "the name of a file" },
        { """{"weight_map":[]}""", "an object" },
        { """{}""", "names 0 files" },
        { """[]""", "no JSON object" },
        { """{"weight_map":""", "is no JSON" },
    };

    [Theory]
    [MemberData(nameof(WrongTables))]
    public void Table_IsCheckedAgainstTheShards(string table, string says)
    {
        WriteShards(table, ("one.safetensors", ["a"]), ("two.safetensors", ["a", "b"]));
        if (says.Length == 0)
        {
            Open().Dispose(); // a shard that no tensor is said to be in is not looked at
            return;
        }
        Exception error = Assert.ThrowsAny<Exception>(Open);
        Assert.True(error is ModelImportException or WeightFileException or FileNotFoundException, error.ToString());
        Assert.Contains(says, error.Message);
    }

    [Fact]
    public void Weights_ThatAreNotThere_AreNamed()
    {
        Write("tf_model.h5", "x");
        var error = Assert.Throws<ModelImportException>(Open);
        Assert.Equal(ModelFault.WeightsMissing, error.Fault);
        Assert.Contains("model.safetensors", error.Message);
        Assert.Contains("tf_model.h5", error.Message);
    }

    [Fact]
    public void Links_OutOfTheFolder_AreNotFollowed()
    {
        using var elsewhere = new TemporaryFolder();
        string secret = elsewhere.Write("secret.safetensors", Shard("a"));
        if (!Link(Path.Combine(_folder.FullName, "model.safetensors"), secret))
        {
            return;
        }
        var error = Assert.Throws<ModelImportException>(Open);
        Assert.Equal(ModelFault.LeavesFolder, error.Fault);
        Assert.Contains(secret, error.Message);

        // Behind a folder that is a link itself, and back up from there.
        File.Delete(Path.Combine(_folder.FullName, "model.safetensors"));
        Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "inner"), elsewhere.FullName);
        Link(Path.Combine(_folder.FullName, "model.safetensors"), Path.Combine("inner", "secret.safetensors"));
        Assert.Equal(ModelFault.LeavesFolder, Assert.Throws<ModelImportException>(Open).Fault);

        // In the folder itself a link is a name like any other.
        File.Delete(Path.Combine(_folder.FullName, "model.safetensors"));
        _folder.Write("weights.safetensors", Shard("a"));
        Link(Path.Combine(_folder.FullName, "model.safetensors"), "weights.safetensors");
        Open().Dispose();
    }

    [Fact]
    public void Cache_HasItsLinksIntoItsOwnBlobs_AndIsFoundByName()
    {
        string repository = Path.Combine(_folder.FullName, "models--org--net.v1");
        string snapshot = Directory.CreateDirectory(Path.Combine(repository, "snapshots", "0123abc")).FullName;
        Directory.CreateDirectory(Path.Combine(repository, "blobs"));
        Directory.CreateDirectory(Path.Combine(repository, "refs", "pr"));
        File.WriteAllText(Path.Combine(repository, "refs", "main"), "0123abc");
        File.WriteAllText(Path.Combine(repository, "refs", "pr", "1"), "fff");
        File.WriteAllBytes(Path.Combine(repository, "blobs", "beef"), Shard("a"));
        File.WriteAllText(Path.Combine(repository, "blobs", "c0de"), "{}");
        if (!Link(Path.Combine(snapshot, "model.safetensors"), Path.Combine("..", "..", "blobs", "beef")))
        {
            return;
        }
        Link(Path.Combine(snapshot, "config.json"), Path.Combine("..", "..", "blobs", "c0de"));
        var cache = new HubCache(_folder.FullName);

        Assert.Equal(snapshot, cache.Find("hf:org/net.v1"));
        Assert.Equal(snapshot, cache.Find("hf:org/net.v1@0123abc"));
        foreach (string path in (string[])[repository, snapshot, snapshot + Path.DirectorySeparatorChar])
        {
            ModelFolder folder = ModelFolder.Find(path)!;
            Assert.Equal((snapshot, "net.v1"), (folder.Path, folder.Name));
            FolderWeights.Open(folder, null).Dispose();
        }
        Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "mine"), snapshot); // as users do with such paths
        FolderWeights.Open(ModelFolder.Find(Path.Combine(_folder.FullName, "mine"))!, null).Dispose();

        var wrong = new Dictionary<string, string>
        {
            ["hf:org/net.v1@pr/1"] = "pr/1",
            ["hf:org/net.v1@v2"] = "0123abc",
            ["hf:org/net"] = "org/net.v1",
            ["hf:"] = "org/name",
            ["hf:../net"] = "org/name",
            ["hf:a/b/c"] = "org/name",
            ["hf:org/net.v1@../x"] = "org/name",
        };
        Assert.All(wrong, pair =>
        {
            var error = Assert.Throws<ModelImportException>(() => cache.Find(pair.Key));
            Assert.Equal(ModelFault.FolderNotFound, error.Fault);
            Assert.Contains(pair.Value, error.Message);
        });
    }

    [Theory]
    [InlineData("HF_HUB_CACHE=/a;HF_HOME=/b", "/a")]
    [InlineData("HUGGINGFACE_HUB_CACHE=/a;HF_HOME=/b", "/a")]
    [InlineData("HF_HOME=/b;XDG_CACHE_HOME=/c", "/b/hub")]
    [InlineData("XDG_CACHE_HOME=/c;HF_HOME=", "/c/huggingface/hub")]
    [InlineData("HF_HOME=~/models", "~/models/hub")]
    [InlineData("", "~/.cache/huggingface/hub")]
    public void Cache_IsWherePythonHasIt(string environment, string expected)
    {
        Dictionary<string, string> set = environment.Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Assert.Equal(Path.GetFullPath(expected.Replace("~", home)), HubCache.FolderOfPython(name => set.GetValueOrDefault(name)));
    }

    [Fact]
    public void WeightFile_BesideAConfig_MeansTheFolder_IfTheConfigDescribesANetwork()
    {
        string weights = _folder.Write("model.safetensors", Shard("a"));
        Assert.Null(ModelFolder.Find(weights));
        Write("config.json", "[");
        Assert.Null(ModelFolder.Find(weights));
        Write("config.json", """{"architecture":"resnet18"}""");
        Assert.Equal(_folder.FullName, ModelFolder.Find(weights)!.Path);
        Assert.Null(ModelFolder.Find(Path.Combine(_folder.FullName, "gone.safetensors")));
    }

    private WeightFile Open() => FolderWeights.Open(ModelFolder.Find(_folder.FullName)!, null);

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text);

    private void WriteShards(string table, params (string File, string[] Names)[] shards)
    {
        Write("model.safetensors.index.json", table);
        foreach ((string file, string[] names) in shards)
        {
            _folder.Write(file, Shard(names));
        }
    }

    private static string Map(params (string Tensor, string File)[] rows) => JsonSerializer.Serialize(
        new { metadata = new { total_size = 8 }, weight_map = rows.ToDictionary(row => row.Tensor, row => row.File) });

    /// <summary>A safetensors file with a number a tensor: its name's letter.</summary>
    private static byte[] Shard(params string[] names)
    {
        byte[] header = JsonSerializer.SerializeToUtf8Bytes(names.Select((name, i) => (name, i)).ToDictionary(pair => pair.name,
            pair => new { dtype = "F32", shape = Array.Empty<int>(), data_offsets = new[] { pair.i * 4, pair.i * 4 + 4 } }));
        byte[] values = [.. names.SelectMany(name => BitConverter.GetBytes((float)name[0]))];
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. values];
    }

    /// <summary>Makes a link; false where the system has none for this user.</summary>
    private static bool Link(string path, string target)
    {
        try
        {
            File.CreateSymbolicLink(path, target);
            return true;
        }
        catch (IOException) when (OperatingSystem.IsWindows())
        {
            return false;
        }
    }
}
