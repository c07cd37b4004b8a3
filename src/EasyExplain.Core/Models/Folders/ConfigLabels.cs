using System.Globalization;
using System.Text.Json;

namespace EasyExplain.Models.Folders;

/// <summary>What config.json calls the classes.</summary>
internal static class ConfigLabels
{
    private const int MostLabels = 1 << 20;
    private const string Placeholder = "LABEL_";

    /// <summary>One label a class; null where it names none, or only numbers them.</summary>
    /// <exception cref="ModelImportException">They are there, and are no labels.</exception>
    public static IReadOnlyList<string>? Of(ConfigValues config)
    {
        foreach (string key in (string[])["id2label", "label_names", "labels"])
        {
            if (config.Has(key) && Of(config, key) is { Length: > 0 } labels
                && !labels.Select((label, i) => label == Placeholder + i.ToString(CultureInfo.InvariantCulture)).All(same => same))
            {
                return labels;
            }
        }
        return null;
    }

    private static string[] Of(ConfigValues config, string key)
    {
        JsonElement given = config.Values.GetProperty(key);
        var byNumber = new SortedDictionary<int, string>();
        if (given.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in given.EnumerateArray())
            {
                byNumber[byNumber.Count] = Text(item);
            }
        }
        else
        {
            foreach (JsonProperty item in config.Inner(key).Values.EnumerateObject())
            {
                byNumber[int.TryParse(item.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < MostLabels
                    ? number : throw Wrong()] = Text(item.Value);
            }
        }
        // timm leaves gaps where a number has no class.
        string[] labels = byNumber.Count == 0 ? [] : [.. Enumerable.Range(0, byNumber.Keys.Last() + 1)
            .Select(number => byNumber.GetValueOrDefault(number) ?? number.ToString(CultureInfo.InvariantCulture))];
        if (config.Has("label_descriptions") && key == "label_names")
        {
            JsonElement described = config.Inner("label_descriptions").Values;
            labels = [.. labels.Select(label => described.TryGetProperty(label, out JsonElement text) ? ConfigValues.TextOf(text) ?? label
                : label)];
        }
        return [.. labels.Select(label => string.Concat(label.Where(letter => !char.IsControl(letter))).Trim())];

        string Text(JsonElement value) => ConfigValues.TextOf(value)
            ?? (value.ValueKind == JsonValueKind.Number ? value.GetRawText() : throw Wrong());

        ModelImportException Wrong() => config.Wrong(key, "a list of labels, or an object from each class's number to its label");
    }
}
