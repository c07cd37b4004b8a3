using System.Globalization;
using EasyExplain.Imaging;
using EasyExplain.Weights;

namespace EasyExplain.Models;

/// <summary>
/// What a weight file says about itself. A safetensors file may carry <c>architecture</c>, <c>labels</c>, <c>input_size</c>,
/// <c>mean</c>, <c>std</c>, <c>resize</c>, <c>resize_size</c>, <c>interpolation</c>, <c>channel_order</c> (rgb or bgr) and <c>scale</c>,
/// with which a pixel's byte is multiplied before mean and std (lists with commas), as tools/EasyExplain.Training writes them. Mean and std
/// are of red, green and blue, whatever the order.
/// </summary>
public static class FileMetadata
{
    // A file must not be able to ask for all the memory there is; a user may, with -InputSize.
    internal const double LargestNumber = 2048;

    // As -Std has it: what is divided by less is no picture any more.
    internal const double SmallestStd = 1e-6;

    private const string ArchitectureKey = "architecture";
    private const string LabelsKey = "labels";
    internal const string InputSizeKey = "input_size";
    private const string MeanKey = "mean";
    private const string StdKey = "std";
    internal const string ResizeKey = "resize";
    internal const string ResizeSizeKey = "resize_size";
    private const string InterpolationKey = "interpolation";
    private const string ChannelOrderKey = "channel_order";
    private const string ScaleKey = "scale";

    /// <summary>The keys that say how pictures are made.</summary>
    internal static IReadOnlyList<string> PreprocessingKeys { get; } =
        [InputSizeKey, MeanKey, StdKey, ResizeKey, ResizeSizeKey, InterpolationKey, ChannelOrderKey, ScaleKey];

    /// <summary>What a file has to say of itself so that importing it needs no options; for <see cref="SafetensorsWriter"/>.</summary>
    /// <param name="architecture">A name of the catalog.</param>
    /// <param name="labels">One label a class, in order, without commas in them.</param>
    /// <param name="preprocessing">What the network was trained with.</param>
    public static IReadOnlyDictionary<string,
        string> Describe(string architecture, IReadOnlyList<string> labels, Preprocessing preprocessing) =>
        new Dictionary<string, string>
        {
            [ArchitectureKey] = architecture,
            [LabelsKey] = string.Join(',', labels),
            [InputSizeKey] = $"{preprocessing.Height},{preprocessing.Width}",
            [MeanKey] = Text(preprocessing.Mean),
            [StdKey] = Text(preprocessing.Std),
            [ResizeKey] = preprocessing.ResizeMode.ToString().ToLowerInvariant(),
            [ResizeSizeKey] = preprocessing.ResizeSize.ToString(CultureInfo.InvariantCulture),
            [InterpolationKey] = preprocessing.Interpolation.ToString().ToLowerInvariant(),
            [ChannelOrderKey] = preprocessing.ChannelOrder.ToString().ToLowerInvariant(),
        };

    internal static string? Architecture(WeightFile file) => file.Metadata.GetValueOrDefault(ArchitectureKey);

    internal static IReadOnlyList<string>? Labels(WeightFile file) =>
        file.Metadata.GetValueOrDefault(LabelsKey)?.Split(',', StringSplitOptions.TrimEntries);

    /// <summary>The preprocessing that is stated; what is left out is as <paramref name="usual"/>.</summary>
    /// <param name="stated">By the keys of a file's metadata.</param>
    /// <param name="whose">Where it is stated, for errors.</param>
    /// <param name="usual">That of the architecture.</param>
    /// <exception cref="ModelImportException">A value is impossible; the message names it, its key, and what would be right.</exception>
    internal static Preprocessing Preprocessing(IReadOnlyDictionary<string, string> stated, string whose, Preprocessing usual)
    {
        IReadOnlyList<double>? size = Numbers(stated, whose, InputSizeKey, 2, least: 1, whole: true);
        Preprocessing sized = usual.ForInput((int)(size?[0] ?? usual.Height), (int)(size?[1] ?? usual.Width));
        double? white = 255 * Scale(stated, whose);
        IReadOnlyList<double>? mean = OfChannels(stated, whose, MeanKey, usual.Channels, least: 0);
        IReadOnlyList<double>? std = OfChannels(stated, whose, StdKey, usual.Channels, SmallestStd);
        return sized with
        {
            // Here both are of a picture from 0 to 1. Who scales pixels otherwise, and says no more, does no more.
            Mean = white is { } most ? [.. (mean ?? [.. Enumerable.Repeat(0.0, usual.Channels)]).Select(value => value / most)]
                : mean ?? usual.Mean,
            Std = white is { } highest ? [.. (std ?? [.. Enumerable.Repeat(1.0, usual.Channels)]).Select(value => value / highest)]
                : std ?? usual.Std,
            ChannelOrder = stated.GetValueOrDefault(ChannelOrderKey)?.ToLowerInvariant() switch
            {
                null => usual.ChannelOrder,
                "rgb" => ChannelOrder.Rgb,
                "bgr" => ChannelOrder.Bgr,
                _ => throw Wrong(whose, ChannelOrderKey, stated[ChannelOrderKey], "rgb or bgr"),
            },
            ResizeMode = stated.GetValueOrDefault(ResizeKey) switch
            {
                null => usual.ResizeMode,
                "stretch" => ResizeMode.Stretch,
                "centercrop" => ResizeMode.CenterCrop,
                "stretchcrop" => ResizeMode.StretchCrop,
                "pad" => ResizeMode.Pad,
                "letterbox" => ResizeMode.Letterbox,
                string other => throw Wrong(whose, ResizeKey, other, "stretch, centercrop, stretchcrop, pad or letterbox"),
            },
            // A crop cannot be larger than what it is taken from.
            ResizeSize = (int)(Numbers(stated, whose, ResizeSizeKey, 1, Math.Min(sized.Height, sized.Width), whole: true)?[0]
                ?? sized.ResizeSize),
            Interpolation = stated.GetValueOrDefault(InterpolationKey) switch
            {
                null => usual.Interpolation,
                "bilinear" => Interpolation.Bilinear,
                "bicubic" => Interpolation.Bicubic,
                "nearest" => Interpolation.Nearest,
                "lanczos" => Interpolation.Lanczos,
                "linear" => Interpolation.Linear,
                string other => throw Wrong(whose, InterpolationKey, other, "bilinear, bicubic, nearest, lanczos or linear"),
            },
        };
    }

    /// <summary>What a pixel's byte is multiplied with; null where it is not said, or is 1/255, which is done anyway.</summary>
    private static double? Scale(IReadOnlyDictionary<string, string> stated, string whose)
    {
        if (!stated.TryGetValue(ScaleKey, out string? text))
        {
            return null;
        }
        string[] parts = text.Split('/');
        double[] numbers = [.. parts.Select(part =>
            double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : double.NaN)];
        double scale = numbers.Length <= 2 ? numbers[0] / (numbers.Length == 2 ? numbers[1] : 1) : double.NaN;
        return scale is > SmallestStd and <= 1 ? Math.Abs(scale * 255 - 1) < 1e-4 ? null : scale : throw Wrong(whose, ScaleKey, text,
            "what a pixel's byte, 0 to 255, is multiplied with before mean and std: 1/255 for pixels from 0 to 1, 1 for pixels from 0 " +
            "to 255");
    }

    /// <summary>One number for each channel; a single one counts for all.</summary>
    private static IReadOnlyList<double>? OfChannels(
        IReadOnlyDictionary<string, string> stated, string whose, string key, int channels, double least) =>
        Numbers(stated, whose, key, stated.GetValueOrDefault(key)?.Contains(',') == false ? 1 : channels, least) switch
        {
            [var same] => [.. Enumerable.Repeat(same, channels)],
            var each => each,
        };

    private static IReadOnlyList<double>? Numbers(IReadOnlyDictionary<string, string> stated, string whose, string key, int count,
        double least, bool whole = false)
    {
        if (!stated.TryGetValue(key, out string? text))
        {
            return null;
        }
        var numbers = new List<double>();
        foreach (string part in text.Split(','))
        {
            if (!double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                || !(number >= least && number <= LargestNumber) || (whole && number != Math.Floor(number)))
            {
                throw Wrong(whose, key, text, Right());
            }
            numbers.Add(number);
        }
        return numbers.Count == count ? numbers : throw Wrong(whose, key, text, Right());

        string Right() => string.Create(CultureInfo.InvariantCulture,
            $"{(count == 1 ? "a" : $"{count}")}{(whole ? " whole" : "")} number{(count == 1 ? "" : "s")} between {least} and " +
            $"{LargestNumber}{(count == 1 ? "" : ", with commas")}");
    }

    private static string Text(IEnumerable<double> numbers) =>
        string.Join(',', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    internal static ModelImportException Wrong(string whose, string key, string value, string right) =>
        new(ModelFault.InvalidOption, $"{whose} says {key} = '{value}'; it must be {right}.");
}
