using System.Text.Json;
using EasyExplain.Runtime;

namespace EasyExplain.Models.Folders;

/// <summary>Reads the JSON files of a model's folder, which nobody has checked.</summary>
internal static class FolderJson
{
    // The longest ones are tables of 21,841 labels, and of the tensors of a sharded model.
    private const long LargestFile = 16 << 20;

    /// <summary>The object that a file holds.</summary>
    /// <exception cref="ModelImportException">It is too long, no JSON, or no object.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ConfigValues Read(string path)
    {
        FileKind.DemandFile(path);
        if (new FileInfo(path).Length is var length && length > LargestFile)
        {
            throw Wrong($"'{path}' has {length} bytes; read are at most {LargestFile}.");
        }
        try
        {
            JsonElement root = JsonDocument.Parse(File.ReadAllText(path)).RootElement;
            return root.ValueKind == JsonValueKind.Object ? new ConfigValues(path, root) : throw Wrong($"'{path}' is no JSON object.");
        }
        catch (JsonException e)
        {
            throw Wrong($"'{path}' is no JSON: {e.Message}");
        }
    }

    private static ModelImportException Wrong(string message) => new(ModelFault.InvalidOption, message);
}
