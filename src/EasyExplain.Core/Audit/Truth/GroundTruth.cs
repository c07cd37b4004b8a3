namespace EasyExplain.Audit.Truth;

/// <summary>What is in photos, as people said: a COCO file, or a folder of YOLO's or Pascal VOC's labels.</summary>
internal abstract class GroundTruth
{
    /// <summary>Opens it; what it is, its content says.</summary>
    /// <param name="path">
    /// A file of COCO (.json); a folder with a .txt (YOLO) or an .xml (Pascal VOC) for each photo; or YOLO's data.yaml, beside or below
    /// which the labels lie.
    /// </param>
    /// <exception cref="TruthException">It is none of these, or makes no sense.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static GroundTruth Open(string path)
    {
        path = Path.GetFullPath(path);
        if (Directory.Exists(path))
        {
            return OfFolder(path, names: null);
        }
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no '{path}'. {Kinds}", path);
        }
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".json" => CocoTruth.Read(path),
            ".yaml" or ".yml" => OfFolder(Path.GetDirectoryName(path)!, path),
            _ => throw new TruthException(path, $"is no ground truth. {Kinds}"),
        };
    }

    /// <summary>What is in a photo; null where nobody said, which is not the same as nothing.</summary>
    /// <param name="photo">Its full path.</param>
    /// <param name="width">Its width in pixels.</param>
    /// <param name="height">Its height in pixels.</param>
    /// <exception cref="TruthException">What is said makes no sense.</exception>
    public abstract IReadOnlyList<TrueThing>? Of(string photo, int width, int height);

    private const string Kinds =
        "Ground truth is a .json file of COCO, a folder with a .txt (YOLO) or an .xml (Pascal VOC) for each photo, or a data.yaml of YOLO.";

    private static GroundTruth OfFolder(string folder, string? names)
    {
        var everywhere = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true };
        var files = new PhotoFiles<string>();
        var texts = new PhotoFiles<string>();
        foreach (string file in Directory.EnumerateFiles(folder, "*", everywhere).Order(StringComparer.Ordinal))
        {
            if (file.EndsWith(".xml", StringComparison.OrdinalIgnoreCase))
            {
                files.Add(file, file);
            }
            else if (file.EndsWith(".txt", StringComparison.OrdinalIgnoreCase) && !ClassNames.IsList(file))
            {
                texts.Add(file, file);
            }
        }
        // Pascal VOC's own folder has texts, too: lists of photos.
        return texts.Count > 0 && (names is not null || texts.Count > files.Count) ? new YoloTruth(texts, names ?? ClassNames.Near(folder))
            : files.Count > 0 ? new VocTruth(files)
            : throw new TruthException(folder, $"has no labels in it. {Kinds}");
    }
}
