using System.Text.Json;

namespace EasyExplain.Import.Exported;

/// <summary>
/// What the results of an exported module are called: their places in tuples and lists, their keys in dictionaries, as the module's
/// out_spec has them.
/// </summary>
internal static class ExportedOutputs
{
    private const int Deepest = 16;

    /// <summary>A name for each; its number where the file says no other.</summary>
    public static string[] Names(JsonElement module, int count)
    {
        string[] numbers = [.. Enumerable.Range(0, count).Select(i => $"{i}")];
        try
        {
            JsonElement? root = module.Get("module_call_graph").EnumerateArray()
                .FirstOrDefault(entry => entry.Get("fqn").GetString()!.Length == 0) is { ValueKind: JsonValueKind.Object } entry
                ? entry.Maybe("signature") : null;
            if (root?.Maybe("out_spec")?.GetString() is not { } spec)
            {
                return numbers;
            }
            using JsonDocument tree = JsonDocument.Parse(spec);
            List<string> names = [];
            Add(tree.RootElement[1], "", names, 0);
            return names.Count == count && names.Distinct().Count() == count ? [.. names] : numbers;
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or InvalidOperationException or IndexOutOfRangeException)
        {
            return numbers; // names are a comfort
        }
    }

    private static void Add(JsonElement node, string name, List<string> names, int depth)
    {
        JsonElement[] children = [.. node.Get("children_spec").EnumerateArray()];
        string[] keys = node.Maybe("context")?.GetString() is { } context && context.StartsWith('[') ? Keys(context) : [];
        if (node.Maybe("type") is null)
        {
            names.Add(name.Length > 0 ? name : "0");
        }
        for (int i = 0; i < children.Length && depth < Deepest; i++)
        {
            string own = keys.Length == children.Length ? keys[i] : $"{i}";
            Add(children[i], name.Length > 0 ? $"{name}.{own}" : own, names, depth + 1);
        }
    }

    private static string[] Keys(string context)
    {
        using JsonDocument keys = JsonDocument.Parse(context);
        return [.. keys.RootElement.EnumerateArray().Select(key => key.ToString())];
    }
}
