using System.Text.Json;

namespace EasyExplain.Models.Folders;

/// <summary>
/// The values of a config.json, read by name, each with the value that the library takes where the file leaves it out: transformers writes
/// down only what differs from its defaults. A file is not trusted: a value of another kind, or out of range, is an error that names it.
/// </summary>
/// <param name="Path">The file, for errors.</param>
/// <param name="Values">A JSON object.</param>
public sealed record ConfigValues(string Path, JsonElement Values)
{
    private const int LongestList = 1024;
    private const int LongestText = 60;
    private const int MostStages = 8;
    private const int DeepestStage = 128;

    /// <summary>The object under a name; an empty one where there is none.</summary>
    public ConfigValues Inner(string name) => Find(name) switch
    {
        null => this with { Values = JsonDocument.Parse("{}").RootElement },
        { ValueKind: JsonValueKind.Object } inner => this with { Values = inner },
        { } other => throw Wrong(name, other, "an object"),
    };

    /// <summary>Whether there is a value, and it is not null.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>What kind of value there is; null where there is none.</summary>
    public JsonValueKind KindOf(string name) => Find(name)?.ValueKind ?? JsonValueKind.Null;

    /// <summary>A whole number.</summary>
    /// <param name="name">Its key.</param>
    /// <param name="usual">What it is where the file leaves it out.</param>
    /// <param name="least">The least that is possible.</param>
    /// <param name="most">The most that is possible.</param>
    public int Whole(string name, int usual, int least = 1, int most = 65536) => Find(name) is not { } value ? usual
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= least && number <= most ? number
        : throw Wrong(name, value, $"a whole number from {least} to {most}");

    /// <summary>Whole numbers.</summary>
    /// <param name="name">Their key.</param>
    /// <param name="usual">What they are where the file leaves them out.</param>
    /// <param name="least">The least that is possible.</param>
    /// <param name="most">The most that is possible.</param>
    public IReadOnlyList<int> Wholes(string name, IReadOnlyList<int> usual, int least = 1, int most = 65536) => Find(name) is not { } value
        ? usual
        : value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= LongestList
            ? [.. value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out int number)
                && number >= least && number <= most ? number
                : throw Wrong(name, value, $"a list of whole numbers from {least} to {most}"))]
        : throw Wrong(name, value, $"a list of whole numbers, at most {LongestList}");

    /// <summary>A finite number.</summary>
    /// <param name="name">Its key.</param>
    /// <param name="usual">What it is where the file leaves it out.</param>
    public double Number(string name, double usual) => Find(name) is not { } value ? usual
        : AsNumber(value) ?? throw Wrong(name, value, "a number");

    /// <summary>Finite numbers; one that stands for itself is a list of one.</summary>
    /// <param name="name">Their key.</param>
    /// <param name="usual">What they are where the file leaves them out.</param>
    public IReadOnlyList<double> Numbers(string name, IReadOnlyList<double> usual) => Find(name) is not { } value ? usual
        : value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= LongestList
            ? [.. value.EnumerateArray().Select(item => AsNumber(item) ?? throw Wrong(name, value, "a list of numbers"))]
        : AsNumber(value) is { } number ? [number]
        : throw Wrong(name, value, $"a number, or a list of at most {LongestList}");

    /// <summary>A text.</summary>
    /// <param name="name">Its key.</param>
    /// <param name="usual">What it is where the file leaves it out.</param>
    public string Text(string name, string usual) => Find(name) is not { } value ? usual
        : TextOf(value) ?? throw Wrong(name, value, "a text");

    /// <summary>True or false.</summary>
    /// <param name="name">Its key.</param>
    /// <param name="usual">What it is where the file leaves it out.</param>
    public bool Flag(string name, bool usual) => Find(name) is not { } value ? usual
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Wrong(name, value, "true or false");

    /// <summary>An error about a value that is there, of the right kind, and makes no sense.</summary>
    /// <param name="name">Its key.</param>
    /// <param name="right">What it must be.</param>
    internal ModelImportException Wrong(string name, string right) => Wrong(name, Find(name) ?? Values, right);

    /// <summary>A text of a file, which may hold half of a character; null where it does, or is none.</summary>
    internal static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static double? AsNumber(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number) ? number : null;

    /// <summary>Throws where a text is not the one that is known here.</summary>
    public void Demand(string name, string only)
    {
        if (Text(name, only) != only)
        {
            throw Wrong(name, Find(name)!.Value, $"\"{only}\": no other is known here");
        }
    }

    /// <summary>Throws where a flag is not set as it is known here.</summary>
    public void Demand(string name, bool only)
    {
        if (Flag(name, only) != only)
        {
            throw Wrong(name, Find(name)!.Value, $"{(only ? "true" : "false")}: the other is not known here");
        }
    }

    /// <summary>An error for values that are right by themselves, and not known together.</summary>
    /// <param name="what">Their keys.</param>
    public ModelImportException Unknown(string what) => new(ModelFault.InvalidOption,
        $"'{Path}' describes a network that is not known here: see its {what}.");

    /// <summary>Widths and depths of stages, two lists of one length.</summary>
    /// <param name="widths">The key of the widths.</param>
    /// <param name="usualWidths">What they are where the file leaves them out.</param>
    /// <param name="depths">The key of the depths.</param>
    /// <param name="usualDepths">What they are where the file leaves them out.</param>
    public IReadOnlyList<(long Width, int Depth)> Stages(string widths, int[] usualWidths, string depths, int[] usualDepths)
    {
        IReadOnlyList<int> wide = Wholes(widths, usualWidths), deep = Wholes(depths, usualDepths, most: DeepestStage);
        return wide.Count == deep.Count && wide.Count is > 0 and <= MostStages ? [.. wide.Select((width, i) => ((long)width, deep[i]))]
            : throw new ModelImportException(ModelFault.InvalidOption,
                $"'{Path}' has {wide.Count} {widths} and {deep.Count} {depths}; they must be as many, from 1 to {MostStages}.");
    }

    private JsonElement? Find(string name) =>
        Values.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private ModelImportException Wrong(string name, JsonElement value, string right)
    {
        string text = value.GetRawText();
        return new ModelImportException(ModelFault.InvalidOption,
            $"'{Path}' says {name} = {(text.Length > LongestText ? text[..LongestText] + "…" : text)}; it must be {right}.");
    }
}
