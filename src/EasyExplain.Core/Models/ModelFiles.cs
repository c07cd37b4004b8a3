using EasyExplain.Architectures;

namespace EasyExplain.Models;

/// <summary>What a path is that names no model file, in words that say what would.</summary>
internal static class ModelFiles
{
    private static readonly string[] Extensions = [".onnx", ".pt", ".pth", ".safetensors"];

    /// <summary>Throws for a folder, and for the name of an architecture.</summary>
    /// <exception cref="ModelImportException">It is a folder; the message names model files in it.</exception>
    /// <exception cref="ArchitectureNamedException">There is no such file, and it is an architecture's name.</exception>
    public static void Demand(string path)
    {
        if (Directory.Exists(path))
        {
            string[] inside = [.. Inside(path)];
            throw new ModelImportException(ModelFault.PathIsFolder, $"'{path}' is a folder, not a model file. " + (inside.Length == 0
                ? $"There is none in it either: their names end with {string.Join(", ", Extensions)}."
                : $"Name a file in it, such as {string.Join(", ", inside)}."));
        }
        string name = Path.GetFileName(path);
        Architecture? architecture = ArchitectureCatalog.All
            .FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (architecture is not null && !File.Exists(path))
        {
            throw new ArchitectureNamedException(path, architecture, NamedWeights.Of(architecture.Name).Count > 0);
        }
    }

    private static IEnumerable<string> Inside(string folder)
    {
        try
        {
            return
            [
                .. Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file))
                    .Where(file => Extensions.Contains(Path.GetExtension(file).ToLowerInvariant()))
                    .Order(StringComparer.Ordinal).Take(3),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
