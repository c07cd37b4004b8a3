using System.Text.Json;

namespace EasyExplain.Import.Exported;

/// <summary>Shorter ways through the JSON of an archive.</summary>
internal static class ExportedJson
{
    /// <summary>What an object has under a name.</summary>
    /// <exception cref="InvalidDataException">It has nothing there, or is no object.</exception>
    public static JsonElement Get(this JsonElement owner, string name) => owner.Maybe(name)
        ?? throw new InvalidDataException($"The archive's JSON has no '{name}' where one belongs.");

    /// <summary>The same; null where there is nothing.</summary>
    public static JsonElement? Maybe(this JsonElement owner, string name) => owner.ValueKind == JsonValueKind.Object
        && owner.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A name.</summary>
    public static string Name(this JsonElement owner) => owner.Get("name").GetString()!;

    /// <summary>The one property of an object that stands for one of several things: which, and what it is.</summary>
    public static (string Kind, JsonElement Value) Union(this JsonElement union)
    {
        if (union.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in union.EnumerateObject())
            {
                return (property.Name, property.Value);
            }
        }
        throw new InvalidDataException("The archive's JSON has a value of no kind.");
    }
}
