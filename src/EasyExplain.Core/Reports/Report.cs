using EasyExplain.Audit.Findings;

namespace EasyExplain.Reports;

/// <summary>A report of an audit: one page, with its data beside it or in it.</summary>
/// <param name="source">The audit's rows.</param>
/// <param name="found">What was found in them.</param>
internal sealed class Report(ReportSource source, FoundIssues found)
{
    /// <summary>The longer side of a thumbnail in pixels where nobody asks for another.</summary>
    public const int UsualThumbnailSize = 160;

    /// <summary>The most bytes of a report in a single file; larger ones are not mailed.</summary>
    public const int MostOfSingleFile = 10_000_000;

    /// <summary>What the page is called; by default by its models.</summary>
    public string? Title { get; init; }

    /// <summary>Whether everything is in one file, and only as many images as that may have.</summary>
    public bool IsSingleFile { get; init; }

    /// <summary>Where the images lie, as a URL relative to the page that ends with /; null where the page must not say.</summary>
    public string? Originals { get; init; }

    /// <summary>The most pixels of a thumbnail's longer side.</summary>
    public int ThumbnailSize { get; init; } = UsualThumbnailSize;

    /// <summary>The page's file that a destination means: itself, if it ends with .html, else index.html in that folder.</summary>
    public static string IndexOf(string destination) =>
        Path.GetExtension(destination).ToUpperInvariant() is ".HTML" or ".HTM" && !Directory.Exists(destination)
            ? destination : Path.Combine(destination, "index.html");

    /// <summary>Whether a file is a report's page.</summary>
    public static bool IsReport(string index)
    {
        using var file = new StreamReader(index);
        char[] start = new char[4096];
        return new string(start, 0, file.ReadBlock(start)).Contains(Generator, StringComparison.Ordinal);
    }

    /// <summary>What the page's generator is called in its head.</summary>
    internal const string Generator = "<meta name=\"generator\" content=\"EasyExplain\">";

    /// <summary>Writes the report; it appears whole or not at all.</summary>
    /// <param name="index">The page's file.</param>
    /// <param name="progress">Is told what is done, and how much of all is done, 0 to 1.</param>
    /// <param name="cancel">Stops it; an older report stays.</param>
    /// <exception cref="IOException">The disk is full, or a folder cannot be made.</exception>
    public void Write(string index, Action<string, double>? progress = null, CancellationToken cancel = default)
    {
        _ = (source, found);
        throw new NotImplementedException();
    }
}
