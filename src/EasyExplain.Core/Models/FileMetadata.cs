using System.Globalization;
using EasyExplain.Imaging;
using EasyExplain.Weights;

namespace EasyExplain.Models;

/// <summary>
/// What a weight file says about itself. A safetensors file may carry <c>architecture</c>, <c>labels</c>, <c>input_size</c>,
/// <c>mean</c>, <c>std</c> and <c>resize</c> (lists with commas), as tools/EasyExplain.Training writes them.
/// </summary>
internal static class FileMetadata
{
    // A file must not be able to ask for all the memory there is; a user may, with -InputSize.
    private const double LargestNumber = 2048;

    public static string? Architecture(WeightFile file) => file.Metadata.GetValueOrDefault("architecture");

    public static IReadOnlyList<string>? Labels(WeightFile file) => file.Metadata.GetValueOrDefault("labels")?.Split(',', StringSplitOptions.TrimEntries);

    /// <summary>The file's own preprocessing; what it leaves out is as <paramref name="usual"/>.</summary>
    public static Preprocessing Preprocessing(WeightFile file, Preprocessing usual)
    {
        IReadOnlyList<double>? size = Numbers(file, "input_size", 2);
        return new Preprocessing(
            (int)(size?[0] ?? usual.Height), (int)(size?[1] ?? usual.Width),
            Numbers(file, "mean", 3) ?? usual.Mean, Numbers(file, "std", 3) ?? usual.Std,
            file.Metadata.GetValueOrDefault("resize") switch
            {
                null => usual.ResizeMode,
                "stretch" => ResizeMode.Stretch,
                "centercrop" => ResizeMode.CenterCrop,
                string other => throw Wrong(file, "resize", other, "stretch or centercrop"),
            });
    }

    private static IReadOnlyList<double>? Numbers(WeightFile file, string key, int count)
    {
        if (!file.Metadata.TryGetValue(key, out string? text))
        {
            return null;
        }
        var numbers = new List<double>();
        foreach (string part in text.Split(','))
        {
            if (!double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || !double.IsFinite(number)
                || number < 0 || number > LargestNumber)
            {
                throw Wrong(file, key, text, $"{count} numbers between 0 and {LargestNumber}, with commas");
            }
            numbers.Add(number);
        }
        return numbers.Count == count ? numbers : throw Wrong(file, key, text, $"{count} numbers between 0 and {LargestNumber}, with commas");
    }

    private static ModelImportException Wrong(WeightFile file, string key, string value, string right) =>
        new(ModelFault.InvalidOption, $"The metadata of '{file.Path}' says {key} = '{value}'; it must be {right}.");
}
