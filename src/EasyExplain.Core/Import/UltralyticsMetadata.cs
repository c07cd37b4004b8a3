using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using EasyExplain.Architectures;
using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Import;

/// <summary>
/// What Ultralytics' exporter writes into a model (docs.ultralytics.com/modes/export): <c>names</c>, <c>imgsz</c>, <c>stride</c> and
/// <c>task</c>, in Python's notation or, in TorchScript's config.txt, in JSON's.
/// </summary>
internal static partial class UltralyticsMetadata
{
    /// <summary>How many characters a value may have: thousands of names.</summary>
    public const int LongestText = 1 << 20;

    private const int UsualDetectorSide = 640;

    private const string Names = "names";
    private const string Task = "task";
    private const string Size = "imgsz";
    private const string Stride = "stride";
    private const string Shape = "shape";

    /// <summary>What the classes are called, in order; null where no such exporter wrote it, or not of every class.</summary>
    public static IReadOnlyList<string>? Labels(IReadOnlyDictionary<string, string> metadata)
    {
        if (!IsThere(metadata) || metadata[Names] is not { Length: <= LongestText } text)
        {
            return null;
        }
        string[] listed = [.. ListedName().Matches(text).Select(match => Unescape(match.Groups[1].Value))];
        Dictionary<int, string> numbered = [];
        foreach (Match match in NumberedName().Matches(text))
        {
            if (int.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                numbered[number] = Unescape(match.Groups[2].Value);
            }
        }
        return numbered.Count > 0
            ? Enumerable.Range(0, numbered.Count).All(numbered.ContainsKey)
            ? [.. Enumerable.Range(0, numbered.Count).Select(number => numbered[number])] : null
            : text.TrimStart().StartsWith('[') && listed.Length > 0 ? listed : null;
    }

    /// <summary>What the file says that its task is; null where no such exporter wrote it.</summary>
    public static string? StatedTask(IReadOnlyDictionary<string, string> metadata) => IsThere(metadata) ? metadata.GetValueOrDefault(Task)
        : null;

    /// <summary>What a task is here, of Ultralytics' names for them; null of none or another.</summary>
    public static CamTask? TaskOf(string? stated) => stated switch
    {
        "classify" => CamTask.Classify,
        "detect" or "segment" or "pose" => CamTask.Detect,
        _ => null,
    };

    /// <summary>Whether a candidate then has numbers after its classes': of the mask of each thing, or of keypoints.</summary>
    public static bool HasMore(string? stated) => stated is "segment" or "pose";

    /// <summary>
    /// The preprocessing of Ultralytics' models, bytes / 255: classifiers take the middle of the photo, detectors all of it with borders;
    /// null where no such exporter wrote it.
    /// </summary>
    /// <param name="metadata">What the file says.</param>
    /// <param name="declared">Height and width as the input declares them; null where it does not.</param>
    /// <param name="path">The file.</param>
    /// <param name="explain">Is told what was found.</param>
    /// <exception cref="ModelImportException">It does nothing that is known here, or its size is none.</exception>
    /// <param name="channels">How many channels the model takes.</param>
    /// <param name="task">What it tells of a picture, where somebody knows it better than the file.</param>
    public static Preprocessing? Preprocessing(IReadOnlyDictionary<string, string> metadata, (int Height, int Width)? declared, string path,
        Action<string> explain, int channels = 3, CamTask? task = null)
    {
        if (!IsThere(metadata))
        {
            return null;
        }
        string? stated = StatedTask(metadata);
        if (task is null && stated == "obb")
        {
            throw new ModelImportException(ModelFault.NoClassifier,
                $"'{path}' says that its task is 'obb': its boxes are turned, and only upright ones are known here.");
        }
        if (task is null && stated is not null && TaskOf(stated) is null)
        {
            throw new ModelImportException(ModelFault.NoClassifier,
                $"'{path}' says that its task is '{ImportErrors.Printable(stated)}', not 'classify', 'detect', 'segment' or 'pose': it " +
                $"does not tell of classes, so there is nothing to explain.");
        }
        if ((task ?? TaskOf(stated)) is CamTask.Detect)
        {
            explain($"'{path}' was written by Ultralytics, whose detectors take the whole picture, from 0 to 1, with grey borders.");
            (int high, int wide) = declared ?? SizeOf(metadata, $"'{path}'") ?? (UsualDetectorSide, UsualDetectorSide);
            return Imaging.Preprocessing.Letterbox(high, wide, channels);
        }
        explain($"'{path}' was written by Ultralytics, whose classifiers take the middle of a picture, from 0 to 1.");
        (int height, int width) = declared ?? SizeOf(metadata, $"'{path}'") ?? (Architecture.ImageNet.Height, Architecture.ImageNet.Width);
        return new Preprocessing(height, width, [0, 0, 0], [1, 1, 1], ResizeMode.CenterCrop) { ResizeSize = Math.Min(height, width) }
            .ForChannels(channels);
    }

    /// <summary>What is odd about an input size, as a sentence; null where nothing is.</summary>
    public static string? Misfit(IReadOnlyDictionary<string, string> metadata, int height, int width) => IsThere(metadata)
        && int.TryParse(metadata.GetValueOrDefault(Stride), NumberStyles.None, CultureInfo.InvariantCulture, out int stride)
        && stride > 0 && (height % stride != 0 || width % stride != 0)
            ? $"The file says that height and width are multiples of {stride}; {height}×{width} is not."
            : null;

    private static bool IsThere(IReadOnlyDictionary<string, string> metadata) =>
        metadata.ContainsKey(Names) && (metadata.ContainsKey(Task) || metadata.ContainsKey(Size) || metadata.ContainsKey(Stride));

    private static (int Height, int Width)? SizeOf(IReadOnlyDictionary<string, string> metadata, string whose)
    {
        // YOLOv5 says what its input was when it was traced, [1, 3, 640, 640].
        bool isTraced = !metadata.ContainsKey(Size) && metadata.ContainsKey(Shape);
        if ((isTraced ? LastTwo(metadata[Shape]) : metadata.GetValueOrDefault(Size)) is not { } text)
        {
            return null;
        }
        int[] sides = [.. text.Trim('[', ']', '(', ')', ' ').Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(side => int.TryParse(side, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture, out int number) ? number : 0)];
        return sides.Length is 1 or 2 && sides.All(side => side > 0 && side <= FileMetadata.LargestNumber)
            ? (sides[0], sides[^1])
            : throw FileMetadata.Wrong(whose, Size, ImportErrors.Printable(text),
            $"height and width, such as [224, 224], at most {FileMetadata.LargestNumber}");
    }

    private static string? LastTwo(string shape) =>
        shape.Trim('[', ']', '(', ')', ' ').Split(',') is [_, _, var height, var width] ? $"{height},{width}" : null;

    private static string Unescape(string quoted)
    {
        var text = new StringBuilder();
        for (int i = 1; i < quoted.Length - 1; i++)
        {
            if (quoted[i] != '\\')
            {
                text.Append(quoted[i]);
                continue;
            }
            char kind = quoted[++i];
            int digits = kind switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
            if (digits > 0 && i + digits < quoted.Length
                && int.TryParse(quoted.AsSpan(i + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code)
                && (code <= char.MaxValue || Rune.IsValid(code)))
            {
                text.Append(code <= char.MaxValue ? ((char)code).ToString() : new Rune(code).ToString());
                i += digits;
            }
            else
            {
                text.Append(kind switch { 'n' => '\n', 't' => '\t', 'r' => '\r', _ => kind });
            }
        }
        return text.ToString();
    }

    [GeneratedRegex("""(?:^|[\[,])\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""", RegexOptions.NonBacktracking)]
    private static partial Regex ListedName();

    [GeneratedRegex("""["']?(\d{1,9})["']?\s*:\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""", RegexOptions.NonBacktracking)]
    private static partial Regex NumberedName();
}
