using EasyExplain.Audit;

namespace EasyExplain.Reports;

/// <summary>
/// What a report calls images: their paths below the audit's root, and where they lie elsewhere, their folder and name. Where the images
/// lie on somebody's disk is nobody else's business.
/// </summary>
internal static class ReportName
{
    /// <summary>The name of an image.</summary>
    /// <param name="file">What the audit calls it: a path below its root or a full one, with / between folders.</param>
    public static string Of(string file) => IsFull(file) ? string.Join('/', file.Split('/')[1..].TakeLast(2)) : file;

    /// <summary>An image's error without the folders that it lies in.</summary>
    public static string WithoutFolders(CamAuditRow row)
    {
        string text = (row.Error ?? "").Replace(row.Path, Of(row.File), StringComparison.Ordinal);
        return RootOf(row) is { Length: > 1 } root ? text.Replace(root, "", StringComparison.Ordinal) : text;
    }

    /// <summary>The folder that an image is named from, with a separator at its end; null where its name is a full path.</summary>
    public static string? RootOf(CamAuditRow row) => row.Path.Length > row.File.Length ? row.Path[..^row.File.Length] : null;

    private static bool IsFull(string file) => file is ['/', ..] or [_, ':', '/', ..];
}
