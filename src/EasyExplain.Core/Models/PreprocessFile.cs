using System.Globalization;
using System.Text.Json;

namespace EasyExplain.Models;

/// <summary>
/// What lies beside a model for want of a place in it: preprocess.json says how its pictures are made, labels.txt what its classes are called.
/// </summary>
/// <remarks>
/// preprocess.json has the keys that a safetensors file's metadata may have (<see cref="FileMetadata"/>): <c>input_size</c> (one number, height
/// and width, or channels, height and width), <c>mean</c>, <c>std</c>, <c>resize</c>, <c>resize_size</c>, <c>interpolation</c>; and timm's
/// <c>crop_pct</c>, the share of the resized picture's side that a centre crop keeps.
/// </remarks>
internal static class PreprocessFile
{
    private const string Name = "preprocess.json";
    private const string LabelsName = "labels.txt";
    private const string CropShare = "crop_pct";
    private const long LargestFile = 1 << 20;

    /// <summary>The path of a model's preprocess.json, whether it is there or not.</summary>
    public static string PathFor(string model) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(model))!, Name);

    /// <summary>What preprocess.json beside a model says, in the words of a safetensors file's metadata; null where there is none.</summary>
    /// <param name="model">The model's path.</param>
    /// <param name="explain">Is told that it is used, and what of it is not known.</param>
    /// <exception cref="ModelImportException">It is broken, or says something impossible.</exception>
    public static IReadOnlyDictionary<string, string>? Beside(string model, Action<string> explain)
    {
        string path = PathFor(model);
        if (!File.Exists(path))
        {
            return null;
        }
        if (new FileInfo(path).Length > LargestFile)
        {
            throw Wrong($"'{path}' has {new FileInfo(path).Length} bytes; a {Name} has a few lines.");
        }
        var found = new Dictionary<string, string>();
        List<string> unknown = [];
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(path), new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw Wrong($"'{path}' is no JSON object, such as {{ \"input_size\": [224, 224], \"mean\": [0.485, 0.456, 0.406], \"std\": [0.229, 0.224, 0.225] }}.");
            }
            foreach (JsonProperty property in json.RootElement.EnumerateObject())
            {
                if (FileMetadata.PreprocessingKeys.Contains(property.Name) || property.Name == CropShare)
                {
                    found[property.Name] = TextOf(property.Value) ?? throw Wrong($"'{path}' says {property.Name} = {property.Value.GetRawText()}; it must be a number, a text, or a list of numbers.");
                }
                else
                {
                    unknown.Add(property.Name);
                }
            }
        }
        catch (JsonException e)
        {
            throw Wrong($"'{path}' is no JSON: {e.Message}");
        }
        if (found.TryGetValue(FileMetadata.InputSizeKey, out string? size))
        {
            string[] sides = size.Split(',');
            found[FileMetadata.InputSizeKey] = sides.Length switch { 1 => $"{size},{size}", 3 => string.Join(',', sides[1..]), _ => size };
        }
        if (found.Remove(CropShare, out string? share))
        {
            UseCropShare(path, found, share);
        }
        explain($"The preprocessing is that of '{path}'.{(unknown.Count > 0 ? $" Of no use here: {TensorDifference.List(unknown)}." : "")}");
        return found;
    }

    /// <summary>The lines of labels.txt beside a model, if there are as many as it has classes; else null.</summary>
    /// <param name="model">The model's path.</param>
    /// <param name="classes">How many classes it has.</param>
    /// <param name="explain">Is told whether they are used.</param>
    public static IReadOnlyList<string>? LabelsBeside(string model, long classes, Action<string> explain)
    {
        string path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(model))!, LabelsName);
        if (!File.Exists(path) || new FileInfo(path).Length > LargestFile)
        {
            return null;
        }
        string[] lines = [.. File.ReadLines(path).Select(line => line.Trim())];
        int count = Array.FindLastIndex(lines, line => line.Length > 0) + 1;
        explain(count == classes ? $"The labels are those of '{path}'." : $"'{path}' has {count} labels, and the model {classes} classes: they are not used.");
        return count == classes ? lines[..count] : null;
    }

    /// <summary>timm states the crop as a share; the picture is resized so that it is one, and the crop is taken from its middle.</summary>
    private static void UseCropShare(string path, Dictionary<string, string> found, string text)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double share) || share is not (> 0 and <= 1))
        {
            throw Wrong($"'{path}' says {CropShare} = {text}; it must be a number over 0, at most 1.");
        }
        if (found.TryGetValue(FileMetadata.InputSizeKey, out string? size) && size.Split(',').All(side => double.TryParse(side, NumberStyles.Float, CultureInfo.InvariantCulture, out _)))
        {
            double side = size.Split(',').Min(side => double.Parse(side, CultureInfo.InvariantCulture));
            found.TryAdd(FileMetadata.ResizeKey, "centercrop");
            found.TryAdd(FileMetadata.ResizeSizeKey, Math.Floor(side / share).ToString(CultureInfo.InvariantCulture));
        }
    }

    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number) => string.Join(',', value.EnumerateArray().Select(item => item.GetRawText())),
        _ => null,
    };

    private static ModelImportException Wrong(string message) => new(ModelFault.InvalidOption, message);
}
