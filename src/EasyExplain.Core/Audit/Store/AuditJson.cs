using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EasyExplain.Audit.Store;

/// <summary>How an audit file writes lists down.</summary>
internal static class AuditJson
{
    /// <summary>Camel case, names for enumerations, and letters as they are.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Some numbers, <c>[1,2]</c>.</summary>
    public static string Numbers(IReadOnlyList<int> numbers) => JsonSerializer.Serialize(numbers, Options);
}
