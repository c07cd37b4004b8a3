using System.Text;
using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Reports.Packs;

namespace EasyExplain.Reports;

/// <summary>A report of an audit: one page, with its data beside it or in it.</summary>
/// <param name="source">The audit's rows.</param>
/// <param name="found">What was found in them.</param>
internal sealed class Report(ReportSource source, FoundIssues found)
{
    /// <summary>The most bytes of a report in a single file; larger ones are not mailed.</summary>
    public const int MostOfSingleFile = 10_000_000;

    private const int SideInPage = 128, QualityInPage = 75; // of the images that findings show without a script

    /// <summary>What the page is called; by default by its models.</summary>
    public string? Title { get; init; }

    /// <summary>What the audit is called, such as audit.db; empty for none.</summary>
    public string AuditName { get; init; } = "";

    /// <summary>Whether everything is in one file, and only as many images as that may have.</summary>
    public bool IsSingleFile { get; init; }

    /// <summary>Where the images lie, as a URL relative to the page that ends with /; null where the page must not say.</summary>
    public string? Originals { get; init; }

    /// <summary>The most pixels of a thumbnail's longer side.</summary>
    public int ThumbnailSize { get; init; } = PackSizes.LargestSide;

    /// <summary>The page's file that a destination means: itself, if it ends with .html, else index.html in that folder.</summary>
    public static string IndexOf(string destination) =>
        Path.GetExtension(destination).ToUpperInvariant() is ".HTML" or ".HTM" && !Directory.Exists(destination)
            ? destination : Path.Combine(destination, "index.html");

    /// <summary>Whether a file is a report's page.</summary>
    public static bool IsReport(string index)
    {
        using var file = new StreamReader(index);
        char[] start = new char[4096];
        return new string(start, 0, file.ReadBlock(start)).Contains("name=\"generator\" content=\"EasyExplain\"", StringComparison.Ordinal);
    }

    /// <summary>Writes the report; it appears whole or not at all.</summary>
    /// <param name="index">The page's file.</param>
    /// <param name="progress">Is told what is done, and how much of all is done, 0 to 1.</param>
    /// <param name="cancel">Stops it; an older report stays.</param>
    /// <exception cref="IOException">The disk is full, or a folder cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public void Write(string index, Action<string, double>? progress = null, CancellationToken cancel = default)
    {
        using var report = new UnfinishedReport(index, hasData: !IsSingleFile);
        progress?.Invoke("Reading rows", 0);
        ReportRows rows = ReportRows.Read(source, cancel);
        // A single file's page is written twice, to be measured first.
        var pictures = new Dictionary<CamAuditRow, string?>(ReferenceEqualityComparer.Instance);
        var page = new ReportPage
        {
            Title = Title ?? TitleOf(rows),
            Rows = rows,
            Source = AuditName,
            Issues = found.Issues,
            Notes = found.Notes,
            Made = DateTime.UtcNow,
            Maps = ClassMaps.Read(source, rows, found.Issues, cancel),
            Thumbnail = row => pictures.TryGetValue(row, out string? made) ? made : pictures[row] = InPage(row),
        };
        if (IsSingleFile)
        {
            SingleFile data = SingleFile.Fit(source, rows, WantedPlaces.Of(rows, found.Issues), gallery => Json(page, gallery, ""),
                MostOfSingleFile - Size(page), ThumbnailSize, done => progress?.Invoke("Packing thumbnails and maps", done), cancel);
            report.Finish(file => Write(page with { Kept = data.Rows }, file, data.Data));
        }
        else
        {
            Gallery gallery = Gallery.Read(source, rows, ThumbnailSize, cancel);
            PackFolder.Write(report.DataFolder!, source, gallery, done => progress?.Invoke(
                FormattableString.Invariant($"Packing thumbnails and maps: image {done:N0} of {rows.Rows.Count:N0}"),
                (double)done / rows.Rows.Count), cancel);
            report.Finish(file => Write(page, file, [("report", Encoding.ASCII.GetString(Json(page, gallery, report.DataUrl)))]));
        }
    }

    private static string? InPage(CamAuditRow row) => Thumbnails.Of(row, SideInPage) is not { } small ? null
        : Thumbnails.DataUrl(row.IsOfDetector ? WithBoxes(small, row) : small, QualityInPage);

    // What is in a box stands below the picture.
    private static Photo WithBoxes(Photo small, CamAuditRow row) =>
        CamPicture.WithBoxes(small, [.. DrawnMaps.BoxesOf(row).Select(box => box with { Caption = "", Name = "" })], [.. row.ImageSize]);

    private static string TitleOf(ReportRows rows) => rows.Slices.Count == 0 ? "Audit"
        : "Audit of " + string.Join(" and ", rows.Slices.Select(slice => slice.Model.Name).Distinct());

    private static void Write(ReportPage page, Stream file, IEnumerable<(string Id, string Json)> data)
    {
        using var text = new StreamWriter(file, leaveOpen: true);
        page.Write(text, data);
    }

    /// <summary>The bytes of a page without its data.</summary>
    private static long Size(ReportPage page)
    {
        using var file = new MemoryStream();
        Write(page, file, []);
        return file.Length + 1000; // the sentence on what was left out, which is not known yet
    }

    private byte[] Json(ReportPage page, Gallery gallery, string folder) =>
        ReportJson.Of(gallery, found.Issues, page.Title, folder, Originals, page.Rows.Rows.Count);
}
