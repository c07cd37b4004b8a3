using System.Globalization;
using System.Text.RegularExpressions;
using EasyExplain.Audit;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Concepts;
using EasyExplain.Imaging;
using EasyExplain.Imaging.Archives;

namespace EasyExplain.PowerShell.Binding;

/// <summary>Names pictures after what they show, by a template; no two pictures of one run get the same name.</summary>
internal sealed partial class PictureNames
{
    /// <summary>The folders of the photo, then its name, the method, the label and the style.</summary>
    public const string Default = "{Folder}/{Name}_{Method}_{Label}_{Style}";

    /// <summary>The same of a detection, with its number, since an image may have several of a label.</summary>
    public const string DefaultOfDetections = "{Folder}/{Name}_{Method}_{Detection}_{Label}_{Style}";

    // What Windows does not allow is left out everywhere, so that results can be copied to any machine.
    private static readonly char[] Forbidden = [.. "<>:\"/\\|?*", .. Enumerable.Range(0, 32).Select(code => (char)code)];

    private readonly HashSet<string> _given = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _template, _ofDetections;
    private readonly string _root;

    /// <summary>Names by <paramref name="template"/>; the folders of a photo are those between <paramref name="root"/> and it.</summary>
    /// <exception cref="ArgumentException">
    /// The template has a placeholder that is not known, or a character that is not allowed in a file's name.
    /// </exception>
    public PictureNames(string template, string root, string? ofDetections = null)
    {
        (_template, _ofDetections, _root) = (template, ofDetections ?? template, root);
        string[] unknown = [.. Placeholder().Matches(template).Select(match => match.Groups[1].Value)
            .Where(name => !Placeholders.Any(known => Is(known, name)))];
        string literal = Placeholder().Replace(template, "");
        if (unknown.Length > 0 || literal.IndexOfAny(['{', '}']) >= 0)
        {
            throw new ArgumentException($"-FileName '{template}': " +
                $"{(unknown.Length > 0 ? $"there is no {{{unknown[0]}}}" : "a brace has no partner")}. " +
                $"The placeholders are {string.Join(", ", Placeholders.Select(known => $"{{{known.Name}}}"))}.");
        }
        if (literal.FirstOrDefault(letter => letter is not '/' and not '\\' && Forbidden.Contains(letter)) is var wrong and not '\0')
        {
            throw new ArgumentException($"-FileName '{template}': '{wrong}' is not allowed in a file's name. Folders below -Destination " +
                $"are told apart with /.");
        }
    }

    /// <summary>What a template may hold, and what stands for it.</summary>
    public static IReadOnlyList<(string Name, string Meaning)> Placeholders { get; } =
    [
        ("Folder", "the photo's folder below -RelativeTo, images-tar of images.tar; nothing for a photo that does not lie there"),
        ("Name", "the photo's name without its extension"),
        ("Extension", "the photo's extension, such as jpg"),
        ("Method", "the method"),
        ("Layers", "the layers, joined by +"),
        ("Detection", "the detection's number; - of what is none"),
        ("Class", "the explained class's number"),
        ("Label", "the explained class's label; of concepts the layer; all where a picture shows all detections"),
        ("Probability", "the explained class's probability, such as 0.755"),
        ("Predicted", "the predicted class's label; of several, joined by +"),
        ("Expected", "what -ExpectedLabel expected; - where it did not"),
        ("Style", "overlay, heatmap, mask, panel or boxes"),
        ("Model", "the model's name"),
    ];

    /// <summary>Such as <c>pets/cat_LayerCAM_tabby_overlay.png</c>; a name that this run has given before gets a number.</summary>
    public string For(ICamResult result, OverlayStyle style, ImageFormat format)
    {
        bool isDetection = result is CamExplanation { Detection: not null } or CamAuditRow { Detection: not null };
        string template = isDetection ? _ofDetections : _template;
        string filled = Placeholder().Replace(template, match => Value(match.Groups[1].Value, result, style));
        string stem = Path.Combine([.. filled.Split('/', '\\').Where(part => part.Length > 0).Select(NotOnlyDots)]);
        string extension = format == ImageFormat.Jpeg ? ".jpg" : "." + format.ToString().ToLowerInvariant();
        string name = stem + extension;
        for (int number = 2; !_given.Add(name); number++)
        {
            name = $"{stem} ({number}){extension}";
        }
        return name;
    }

    private string Value(string placeholder, ICamResult result, OverlayStyle style) =>
        Is(Placeholders[0], placeholder) ? FolderOf(result.Path) : Clean((placeholder.ToLowerInvariant(), result) switch
        {
            ("name", _) => Path.GetFileNameWithoutExtension(result.Path) ?? "tensor",
            ("extension", _) => Path.GetExtension(result.Path)?.TrimStart('.') ?? "",
            ("style", _) => style.ToString().ToLowerInvariant(),
            (_, FoundInPhoto found) => Value(placeholder.ToLowerInvariant(), found),
            ("method", CamExplanation explanation) => explanation.Method,
            ("detection", CamExplanation { Detection: { } number }) => number.ToString(CultureInfo.InvariantCulture),
            ("detection", CamAuditRow { Detection: { } number }) => number.ToString(CultureInfo.InvariantCulture),
            ("label", CamExplanation { Found: false }) => "nothing",
            ("label", CamAuditRow { Verdict: DetectionVerdict.Missed }) => "missed",
            ("label", CamAuditRow { Found: false, ErrorId: null }) => "nothing",
            ("layers", CamExplanation explanation) => string.Join('+', explanation.Layers),
            ("class", CamExplanation explanation) => explanation.Class.ToString(CultureInfo.InvariantCulture),
            ("label", CamExplanation { Label.Length: > 0 } explanation) => explanation.Label,
            ("probability", CamExplanation { Probability: not double.NaN } explanation) =>
                explanation.Probability.ToString("0.000", CultureInfo.InvariantCulture),
            ("predicted", CamExplanation { Predicted.Length: > 0 } explanation) => string.Join('+', explanation.Predicted),
            ("expected", CamExplanation explanation) => explanation.Expected ?? "-",
            ("model", CamExplanation explanation) => explanation.ModelName,
            ("method", CamAuditRow row) => row.Method,
            ("layers", CamAuditRow row) => string.Join('+', row.Layers),
            ("class", CamAuditRow row) => row.Class.ToString(CultureInfo.InvariantCulture),
            ("label", CamAuditRow { Label.Length: > 0 } row) => row.Label,
            ("probability", CamAuditRow { Probability: not double.NaN } row) =>
                row.Probability.ToString("0.000", CultureInfo.InvariantCulture),
            ("predicted", CamAuditRow { Predicted.Length: > 0 } row) => string.Join('+', row.Predicted),
            ("expected", CamAuditRow row) => row.Expected ?? "-",
            ("model", CamAuditRow row) => row.ModelName,
            ("method", CamConcepts) => "DFF",
            ("label" or "layers", CamConcepts concepts) => concepts.Layer, // what tells concepts of one photo apart
            ("predicted", CamConcepts { Predictions.Length: > 0 } concepts) => concepts.Predictions[0].Label,
            ("model", CamConcepts concepts) => concepts.ModelName,
            _ => "-",
        });

    /// <summary>What belongs to single detections stands for none of them.</summary>
    private static string Value(string placeholder, FoundInPhoto found) => (placeholder, found.Results[0]) switch
    {
        ("method", _) => found.Method,
        ("label", _) => found.Results.Any(one => one is CamExplanation { Found: true } or CamAuditRow { Found: true }) ? "all" : "nothing",
        ("layers", CamExplanation explanation) => string.Join('+', explanation.Layers),
        ("layers", CamAuditRow row) => string.Join('+', row.Layers),
        ("predicted", CamExplanation { Predicted.Length: > 0 } explanation) => string.Join('+', explanation.Predicted),
        ("predicted", CamAuditRow { Predicted.Length: > 0 } row) => string.Join('+', row.Predicted),
        ("expected", CamExplanation explanation) => explanation.Expected ?? "-",
        ("expected", CamAuditRow row) => row.Expected ?? "-",
        ("model", CamExplanation explanation) => explanation.ModelName,
        ("model", CamAuditRow row) => row.ModelName,
        _ => "-",
    };

    private string FolderOf(string? photo)
    {
        if (photo is null)
        {
            return "";
        }
        // A folder for each archive, but not of its very name: the archive itself may stand there.
        string folder = ArchiveNames.Split(photo) is var (archive, member)
            ? Path.Combine(Path.GetDirectoryName(archive)!, Path.GetFileName(archive).Replace('.', '-'), Path.GetDirectoryName(member)!)
            : Path.GetDirectoryName(photo)!;
        string below = Path.GetRelativePath(_root, folder);
        string[] folders = below.Split(Path.DirectorySeparatorChar);
        return Path.IsPathRooted(below) || folders[0] is "." or ".." ? "" : string.Join('/', folders.Select(Clean));
    }

    private static string Clean(string name) => string.Concat(name.Select(letter => Forbidden.Contains(letter) ? '-' : letter));

    /// <summary>No label and no template leads out of the destination.</summary>
    private static string NotOnlyDots(string part) => part.All(letter => letter == '.') ? new string('-', part.Length) : part;

    private static bool Is((string Name, string) known, string name) => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"\{([^{}]*)\}")]
    private static partial Regex Placeholder();
}
