namespace EasyExplain.Imaging.Archives;

/// <summary>A member's name.</summary>
/// <param name="Text">
/// As it is asked for: without <c>./</c>, and where it would lead out of the archive, with its dots, slashes and colons replaced by dashes.
/// </param>
/// <param name="Written">As the archive has it.</param>
internal readonly record struct MemberName(string Text, string Written)
{
    /// <summary>What is wrong with names that are not valid.</summary>
    public const string Invalid = @"has a name that may lead out of the archive (with .., \ or a root)";

    private static readonly HashSet<string> Images = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".jfif", ".jpe", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".pbm", ".pgm", ".ppm", ".pnm", ".tga",
        ".avif", ".heic", ".heif", ".jxl", ".jp2", // not read here, which is an error that says so
    };

    /// <summary>Whether it is a name of something inside the archive.</summary>
    public bool IsValid { get; private init; }

    /// <summary>Its ending, such as <c>.jpg</c>.</summary>
    public string Ending => Path.GetExtension(Text);

    /// <summary>
    /// Whether it ends as images do. A dataset's labels and captions do not, and what macOS keeps beside an image, in <c>._cat.jpg</c>, is
    /// none.
    /// </summary>
    public bool IsImage => Images.Contains(Ending) && !Path.GetFileName(Text).StartsWith("._", StringComparison.Ordinal);

    /// <summary>A name as it is written in an archive.</summary>
    public static MemberName Of(string written)
    {
        string[] parts = [.. written.Split('/').Where(part => part is not ("" or "."))];
        bool valid = parts.Length > 0 && written[0] != '/' && parts[0] is not [_, ':', ..] && !parts.Contains("..")
            && written.IndexOfAny(['\\', '\0']) < 0;
        return new MemberName(
            valid ? string.Join('/', parts) : parts.Length == 0 ? "-" : string.Join('/', parts.Select(Harmless)), written)
        { IsValid = valid };
    }

    private static string Harmless(string part) =>
        part == ".." ? "--" : part.Replace('\\', '-').Replace(':', '-').Replace('\0', '-');
}
