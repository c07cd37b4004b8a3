using System.Text.Json;
using EasyExplain.Checkpoints;
using EasyExplain.Weights;

namespace EasyExplain.Models.Folders;

/// <summary>Finds the weights of a folder: one file, or shards with a table that says which tensor is in which.</summary>
internal static class FolderWeights
{
    private const string IndexEnding = ".index.json";
    private const int MostShards = 1000;
    private const int ExamplesShown = 5;

    // Looked for in this order.
    private static readonly string[] Names = ["model.safetensors", "pytorch_model.bin"];

    // What a folder may hold for other libraries.
    private static readonly string[] Foreign = [".h5", ".msgpack", ".ckpt", ".gguf", ".onnx"];

    /// <summary>Whether a file is called as weights in a folder are, or as the table of their shards.</summary>
    public static bool IsOne(string path) =>
        Path.GetFileName(path) is var file && Names.Any(name => file == name || file == name + IndexEnding);

    /// <summary>Opens them.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="key">See <see cref="WeightFile.Open"/>.</param>
    /// <exception cref="ModelImportException">There are none, or the table of the shards is wrong.</exception>
    /// <exception cref="WeightFileException">A file is no weight file, or broken, or shards do not have what the table says.</exception>
    public static WeightFile Open(ModelFolder folder, string? key)
    {
        foreach (string name in Names)
        {
            if (File.Exists(folder.In(name)))
            {
                return WeightFile.Open(FolderLinks.Demand(folder, name), key);
            }
            if (folder.Read(name + IndexEnding) is { } index)
            {
                IReadOnlyDictionary<string, string> shardOf = ShardOf(index);
                var paths = shardOf.Values.Distinct().ToDictionary(shard => shard, shard => FolderLinks.Demand(folder, shard));
                return WeightFile.OpenShards(index.Path, shardOf, paths, key);
            }
        }
        string[] others = Directory.EnumerateFiles(folder.Path).Select(path => Path.GetFileName(path))
            .Where(name => Foreign.Contains(Path.GetExtension(name))).Order(StringComparer.Ordinal).Take(ExamplesShown).ToArray();
        throw new ModelImportException(ModelFault.WeightsMissing,
            $"'{folder.Path}' holds no weights that are read here: {string.Join(", ", Names)}, or shards with " +
            $"{string.Join(" or ", Names.Select(name => name + IndexEnding))}." +
            (others.Length > 0 ? $" It holds {string.Join(", ", others)}." : ""));
    }

    /// <summary>The table of an index: from a tensor's name to the file that it is in.</summary>
    private static Dictionary<string, string> ShardOf(ConfigValues index)
    {
        ConfigValues map = index.Inner("weight_map");
        var shardOf = new Dictionary<string, string>();
        foreach (JsonProperty entry in map.Values.EnumerateObject())
        {
            shardOf[entry.Name] = ConfigValues.TextOf(entry.Value) ?? throw map.Wrong(entry.Name, "the name of a file");
        }
        int count = shardOf.Values.Distinct().Count();
        return count is > 0 and <= MostShards ? shardOf : throw new ModelImportException(ModelFault.InvalidOption,
            $"'{TensorDifference.Clean(index.Path)}' names {count} files; a sharded model has 1 to {MostShards}.");
    }
}
