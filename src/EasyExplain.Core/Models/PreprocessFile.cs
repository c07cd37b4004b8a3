using System.Globalization;
using System.Text.Json;
using EasyExplain.Checkpoints;
using EasyExplain.Imaging;

namespace EasyExplain.Models;

/// <summary>
/// What lies beside a model for want of a place in it: preprocess.json says how its pictures are made, labels.txt what its classes are
/// called.
/// </summary>
/// <remarks>
/// preprocess.json has the keys that a safetensors file's metadata may have (<see cref="FileMetadata"/>): <c>input_size</c> (one number,
/// height and width, or channels, height and width), <c>mean</c>, <c>std</c>, <c>resize</c>, <c>resize_size</c>, <c>interpolation</c>,
/// <c>channel_order</c>, <c>scale</c>; and timm's <c>crop_pct</c>, the share of the resized picture's side that a centre crop keeps.
/// </remarks>
internal static class PreprocessFile
{
    private const string Name = "preprocess.json";
    private const string LabelsName = "labels.txt";
    private const string CropShare = "crop_pct";
    private const long LargestFile = 1 << 20;

    /// <summary>The files that may lie beside a model.</summary>
    public static IReadOnlyList<string> Names { get; } = [Name, LabelsName];

    /// <summary>The path of a model's preprocess.json, whether it is there or not.</summary>
    public static string PathFor(string model) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(model))!, Name);

    /// <summary>What preprocess.json beside a model says; null where there is none.</summary>
    /// <param name="model">The model's path.</param>
    /// <param name="usual">What it leaves out.</param>
    /// <param name="explain">Is told that it is used, and what of it is not known.</param>
    /// <exception cref="ModelImportException">It is broken, or says something impossible.</exception>
    public static Preprocessing? Beside(string model, Preprocessing usual, Action<string> explain)
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
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(path),
                new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw Wrong($"'{path}' is no JSON object, such as {{ \"input_size\": [224, 224], \"mean\": [0.485, 0.456, 0.406], " +
                    $"\"std\": [0.229, 0.224, 0.225] }}.");
            }
            foreach (JsonProperty property in json.RootElement.EnumerateObject())
            {
                if (FileMetadata.PreprocessingKeys.Contains(property.Name) || property.Name == CropShare)
                {
                    found[property.Name] = TextOf(property.Value)
                        ?? throw Wrong($"'{path}' says {property.Name} = {property.Value.GetRawText()}; it must be a number, a text, or " +
                        $"a list of numbers.");
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
        string whose = $"'{path}'";
        if (found.TryGetValue(FileMetadata.InputSizeKey, out string? size))
        {
            found[FileMetadata.InputSizeKey] = size.Split(',') switch
            {
                [var side] => $"{side},{side}",
                [_, _] => size,
                [var channels, var height, var width] when channels == usual.Channels.ToString(CultureInfo.InvariantCulture) =>
                    $"{height},{width}",
                _ => throw FileMetadata.Wrong(whose, FileMetadata.InputSizeKey, size, "one number, height and width, or " +
                    $"{usual.Channels}, height and width, for {(usual.Channels == 3 ? "red, green and blue" : "the model's channels")}"),
            };
        }
        found.Remove(CropShare, out string? share);
        Preprocessing stated = FileMetadata.Preprocessing(found, whose, usual);
        explain($"The preprocessing is that of {whose}.{(unknown.Count > 0 ? $" Of no use here: {TensorDifference.List(unknown)}." : "")}");
        return share is null || found.ContainsKey(FileMetadata.ResizeSizeKey) ? stated : stated with
        {
            ResizeMode = found.ContainsKey(FileMetadata.ResizeKey) ? stated.ResizeMode : ResizeMode.CenterCrop,
            ResizeSize = CroppedFrom(Math.Min(stated.Height, stated.Width), share, whose),
        };
    }

    /// <summary>The lines of labels.txt beside a model, if there are as many as it has classes, or two of a yes or no; else null.</summary>
    /// <param name="model">The model's path.</param>
    /// <param name="classes">How many classes it has; 1 is a yes or no.</param>
    /// <param name="explain">Is told whether they are used.</param>
    public static IReadOnlyList<string>? LabelsBeside(string model, long classes, Action<string> explain)
    {
        string path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(model))!, LabelsName);
        if (!File.Exists(path))
        {
            return null;
        }
        if (new FileInfo(path).Length > LargestFile)
        {
            explain($"'{path}' has {new FileInfo(path).Length} bytes, too many for labels: they are not used.");
            return null;
        }
        string[] lines = [.. File.ReadLines(path).Select(line => line.Trim())];
        int count = Array.FindLastIndex(lines, line => line.Length > 0) + 1;
        bool fits = count == classes || (classes == 1 && count == 2);
        explain(fits ? $"The labels are those of '{path}'."
            : $"'{path}' has {count} labels, and the model {classes} classes: they are not used.");
        return fits ? lines[..count] : null;
    }

    /// <summary>timm states the crop as a share of the side that a picture is resized to.</summary>
    private static int CroppedFrom(int side, string text, string whose) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double share) && share is > 0 and <= 1
            && side / share <= FileMetadata.LargestNumber
            ? (int)Math.Floor(side / share)
            : throw FileMetadata.Wrong(whose, CropShare, text,
            $"a number over 0, at most 1, by which the input's side of {side} makes at most {FileMetadata.LargestNumber}");

    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number) =>
            string.Join(',', value.EnumerateArray().Select(item => item.GetRawText())),
        _ => null,
    };

    private static ModelImportException Wrong(string message) => new(ModelFault.InvalidOption, message);
}
