using System.Text.Json;
using EasyExplain.Networks;

namespace EasyExplain.Import.Exported;

/// <summary>
/// The modules of an exported graph: of each operation it notes those that it is in (nn_module_stack), outermost first.
/// </summary>
/// <param name="recorder">Takes them down as layers.</param>
internal sealed class ExportedScopes(NetworkRecorder recorder)
{
    private const int Deepest = 64;
    private const int LongestName = 200;
    private const int MostLayers = 20_000;
    private const string Stack = "nn_module_stack";

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Whether any layer has a name.</summary>
    public bool Any => _names.Count > 0;

    /// <summary>The class of the module that was exported; null where no operation of the graph says it.</summary>
    public static string? RootOf(JsonElement graph) => graph.Get("nodes").EnumerateArray().SelectMany(Modules)
        .Where(module => module.Name.Length == 0).Select(module => module.Type).FirstOrDefault();

    /// <summary>The modules that an operation is in, without the one that was exported, by their names and classes.</summary>
    public static IReadOnlyList<(string Name, string Type)> Of(JsonElement node) =>
        [.. Modules(node).Where(module => module.Name.Length > 0)];

    /// <summary>Every module that an operation is in has its output, until a later one is in it.</summary>
    public void Name(IReadOnlyList<(string Name, string Type)> scopes, Node output)
    {
        foreach (var (name, type) in scopes)
        {
            if (_names.Add(name) && _names.Count > MostLayers)
            {
                throw new InvalidDataException($"It has more than {MostLayers} layers.");
            }
            recorder.Layer(name, type, output);
        }
    }

    /// <summary>Key, path and class of each; the path of the module that was exported is empty.</summary>
    private static IEnumerable<(string Name, string Type)> Modules(JsonElement node) =>
        (node.Maybe("metadata")?.Maybe(Stack)?.GetString() ?? "").Split(';').Take(Deepest).Select(module => module.Split(','))
            .Where(fields => fields.Length > 2 && fields[1] != fields[0]) // else the exporter's own
            .Select(fields => (Clean(fields[1]), Clean(fields[^1][(fields[^1].LastIndexOf('.') + 1)..])));

    private static string Clean(string name)
    {
        string printable = string.Concat(name.Where(c => !char.IsControl(c)));
        return printable.Length <= LongestName ? printable : printable[..LongestName];
    }
}
